//! Table `letter_batches`.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};

use super::entity::{letter, letter_batch};
use crate::actor::Actor;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::LetterBatchId;
use crate::letter::{BatchOrigin, LetterBatch};

pub(crate) async fn insert(ctx: &Ctx, origin: BatchOrigin, file_sha256: Option<&str>) -> Result<LetterBatchId, Fault> {
    let id: LetterBatchId = ctx.new_id();
    let made_by = match &ctx.scope.actor {
        Actor::Operator { name } => name.clone(),
        Actor::Browser | Actor::Member { .. } | Actor::Client { .. } | Actor::System => String::new(),
    };
    let row = letter_batch::ActiveModel {
        id: Set(id.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        origin: Set(origin.name().to_owned()),
        made_by: Set(made_by),
        file_sha256: Set(file_sha256.map(str::to_owned)),
        created_at: Set(ctx.now.millis()),
    };
    letter_batch::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    Ok(id)
}

/// The newest batch made from this very file.
pub(crate) async fn of_file(ctx: &Ctx, file_sha256: &str) -> Result<Option<LetterBatchId>, Fault> {
    let select =
        of_realm(ctx).filter(letter_batch::Column::FileSha256.eq(file_sha256)).order_by_desc(letter_batch::Column::Id);
    Ok(select.one(&ctx.db).await?.map(|row| LetterBatchId::from_uuid(row.id)))
}

/// Every batch, newest first.
pub(crate) async fn list(ctx: &Ctx) -> Result<Vec<LetterBatch>, Fault> {
    let rows = of_realm(ctx).order_by_desc(letter_batch::Column::Id).all(&ctx.db).await?;
    let noun = |row: letter_batch::Model| {
        Ok(LetterBatch {
            id: LetterBatchId::from_uuid(row.id),
            origin: BatchOrigin::from_name(&row.origin).ok_or_else(|| Fault::unreadable("letter batch"))?,
            made_by: row.made_by,
            created_at: Timestamp::from_millis(row.created_at),
        })
    };
    rows.into_iter().map(noun).collect()
}

/// How many letters of each batch stand in which state.
pub(crate) async fn counts(ctx: &Ctx) -> Result<Vec<(LetterBatchId, String, u64)>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        batch_id: sea_orm::prelude::Uuid,
        state: String,
        count: i64,
    }
    let rows = letter::Entity::find()
        .filter(letter::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(letter::Column::BatchId.is_not_null())
        .select_only()
        .column(letter::Column::BatchId)
        .column(letter::Column::State)
        .column_as(letter::Column::Id.count(), "count")
        .group_by(letter::Column::BatchId)
        .group_by(letter::Column::State)
        .into_model::<Row>()
        .all(&ctx.db)
        .await?;
    let count = |row: Row| (LetterBatchId::from_uuid(row.batch_id), row.state, u64::try_from(row.count).unwrap_or(0));
    Ok(rows.into_iter().map(count).collect())
}

fn of_realm(ctx: &Ctx) -> sea_orm::Select<letter_batch::Entity> {
    letter_batch::Entity::find().filter(letter_batch::Column::RealmId.eq(ctx.realm().id.uuid()))
}

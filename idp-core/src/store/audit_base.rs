//! Table `audit_bases`, and shortening a chain: retention removes events from its beginning alone.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::entity::{audit_base, audit_event};
use crate::audit::Head;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;

/// Where the realm's chain begins: the last event that was removed, or the start.
pub(crate) async fn base(ctx: &Ctx) -> Result<Head, Fault> {
    let row = audit_base::Entity::find_by_id(ctx.realm().id.uuid()).one(&ctx.db).await?;
    Ok(row.map_or_else(Head::start, |row| Head { sequence: row.sequence, hash: row.hash }))
}

/// The last of at most `limit` events from the beginning that all happened before `cutoff`.
pub(crate) async fn last_before(ctx: &Ctx, base: &Head, cutoff: Timestamp, limit: i64) -> Result<Option<Head>, Fault> {
    let first_kept = events(ctx)
        .filter(audit_event::Column::Sequence.gt(base.sequence))
        .filter(audit_event::Column::Sequence.lte(base.sequence + limit + 1))
        .filter(audit_event::Column::At.gte(cutoff.millis()))
        .order_by_asc(audit_event::Column::Sequence)
        .one(&ctx.db)
        .await?;
    let through = first_kept.map_or(base.sequence + limit, |kept| kept.sequence - 1);
    let last = events(ctx)
        .filter(audit_event::Column::Sequence.gt(base.sequence))
        .filter(audit_event::Column::Sequence.lte(through))
        .order_by_desc(audit_event::Column::Sequence)
        .one(&ctx.db)
        .await?;
    Ok(last.map(|row| Head { sequence: row.sequence, hash: row.hash }))
}

/// Removes every event up to and with `last`, which becomes the base. Answers how many went.
pub(crate) async fn cut(ctx: &Ctx, last: &Head) -> Result<u64, Fault> {
    let gone = audit_event::Entity::delete_many()
        .filter(audit_event::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(audit_event::Column::Sequence.lte(last.sequence))
        .exec(&ctx.db)
        .await?;
    let row = audit_base::ActiveModel {
        realm_id: Set(ctx.realm().id.uuid()),
        sequence: Set(last.sequence),
        hash: Set(last.hash.clone()),
        removed_at: Set(ctx.now.millis()),
    };
    let replace = OnConflict::column(audit_base::Column::RealmId)
        .update_columns([audit_base::Column::Sequence, audit_base::Column::Hash, audit_base::Column::RemovedAt])
        .to_owned();
    audit_base::Entity::insert(row).on_conflict(replace).exec_without_returning(&ctx.db).await?;
    Ok(gone.rows_affected)
}

/// The highest number in the table.
pub(crate) async fn highest(ctx: &Ctx) -> Result<i64, Fault> {
    let last = events(ctx).order_by_desc(audit_event::Column::Sequence).one(&ctx.db).await?;
    Ok(last.map_or(0, |row| row.sequence))
}

fn events(ctx: &Ctx) -> sea_orm::Select<audit_event::Entity> {
    audit_event::Entity::find().filter(audit_event::Column::RealmId.eq(ctx.realm().id.uuid()))
}

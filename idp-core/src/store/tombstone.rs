//! Table `tombstones`: members who were deleted.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::bulk;
use super::entity::tombstone;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::MemberId;
use crate::member::Member;

/// Puts a tombstone in the member's place. Whatever belongs to the member goes with the row.
pub(crate) async fn bury(ctx: &Ctx, member: &Member) -> Result<(), Fault> {
    let row = tombstone::ActiveModel {
        subject: Set(member.subject.clone()),
        realm_id: Set(ctx.realm().id.uuid()),
        member_id: Set(member.id.uuid()),
        deleted_at: Set(ctx.now.millis()),
    };
    tombstone::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    super::member::delete(ctx, member.id).await
}

/// When the member was deleted.
pub(crate) async fn deleted_at(ctx: &Ctx, id: MemberId) -> Result<Option<Timestamp>, Fault> {
    Ok(of_member(ctx, id).await?.map(|row| Timestamp::from_millis(row.deleted_at)))
}

/// The public subject that the deleted member had.
pub(crate) async fn subject(ctx: &Ctx, id: MemberId) -> Result<Option<String>, Fault> {
    Ok(of_member(ctx, id).await?.map(|row| row.subject))
}

async fn of_member(ctx: &Ctx, id: MemberId) -> Result<Option<tombstone::Model>, Fault> {
    let select = tombstone::Entity::find()
        .filter(tombstone::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(tombstone::Column::MemberId.eq(id.uuid()));
    Ok(select.one(&ctx.db).await?)
}

/// Those of the given subjects that belonged to a deleted member, of whatever realm: they are never given again.
pub(crate) async fn buried(ctx: &Ctx, subjects: &[&str]) -> Result<Vec<String>, Fault> {
    let wanted = subjects.iter().map(|subject| (*subject).into()).collect();
    let rows = bulk::find::<tombstone::Entity>(&ctx.db, (tombstone::Column::Subject, None), wanted).await?;
    Ok(rows.into_iter().map(|row| row.subject).collect())
}

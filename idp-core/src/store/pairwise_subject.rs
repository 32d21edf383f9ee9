//! Table `pairwise_subjects`: which member a subject stands for that clients were told.

use sea_orm::entity::prelude::Uuid;

use super::statement::Sql;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::MemberId;

const NOTE: Sql =
    Sql::of("INSERT INTO pairwise_subjects (subject, realm_id, member_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
const MEMBER: Sql = Sql::of("SELECT member_id FROM pairwise_subjects WHERE subject = $1 AND realm_id = $2");

/// Notes that `subject` stands for the member.
pub(crate) async fn note(ctx: &Ctx, subject: &str, member: MemberId) -> Result<(), Fault> {
    ctx.db.change(&NOTE, &[subject.into(), ctx.realm().id.uuid().into(), member.uuid().into()]).await.map(drop)
}

/// The member whom a subject that was told stands for.
pub(crate) async fn member(ctx: &Ctx, subject: &str) -> Result<Option<MemberId>, Fault> {
    let given = [subject.into(), ctx.realm().id.uuid().into()];
    ctx.db.first(&MEMBER, &given, |row| row.take::<Uuid>().map(MemberId::from_uuid)).await
}

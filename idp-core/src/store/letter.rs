//! Table `letters`.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};

use super::bulk;
use super::entity::letter;
use crate::admin::letter::Count;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{LetterBatchId, LetterId, MemberId};
use crate::letter::{BIRTH_DATE_GUESSES, Letter, LetterState, Purpose, VoidReason};
use crate::secret::{Hashed, Sealed};

pub(crate) async fn insert_many(ctx: &Ctx, letters: &[Letter]) -> Result<(), Fault> {
    let rows = letters.iter().map(|letter| letter::ActiveModel {
        id: Set(letter.id.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        member_id: Set(letter.member.uuid()),
        purpose: Set(letter.purpose.name().to_owned()),
        state: Set(letter.state.name().to_owned()),
        secret_hash: Set(letter.secret.bytes().to_vec()),
        birth_date_guesses: Set(letter.birth_date_guesses),
        issued_at: Set(letter.issued_at.millis()),
        expires_at: Set(letter.expires_at.millis()),
        used_at: Set(None),
        ended_at: Set(None),
        end_reason: Set(None),
        batch_id: Set(letter.batch.map(LetterBatchId::uuid)),
        secret_sealed: Set(letter.kept.as_ref().map(|kept| kept.bytes().to_vec())),
        printed_at: Set(printed_at(letter.state)),
    });
    bulk::insert(&ctx.db, rows.collect()).await
}

/// The letter of a member that has not ended (it may have expired).
pub(crate) async fn live_of(ctx: &Ctx, member: MemberId) -> Result<Option<Letter>, Fault> {
    let select =
        of_realm(ctx).filter(letter::Column::MemberId.eq(member.uuid())).filter(letter::Column::EndedAt.is_null());
    select.one(&ctx.db).await?.map(noun).transpose()
}

/// Every letter of a member, newest first.
pub(crate) async fn all_of(ctx: &Ctx, member: MemberId) -> Result<Vec<Letter>, Fault> {
    let select = of_realm(ctx).filter(letter::Column::MemberId.eq(member.uuid())).order_by_desc(letter::Column::Id);
    select.all(&ctx.db).await?.into_iter().map(noun).collect()
}

/// A page of the realm's letters in the order they were made, those after `after`.
pub(crate) async fn page(ctx: &Ctx, after: Option<LetterId>, limit: u64) -> Result<Vec<Letter>, Fault> {
    let mut select = of_realm(ctx).order_by_asc(letter::Column::Id).limit(limit);
    if let Some(after) = after {
        select = select.filter(letter::Column::Id.gt(after.uuid()));
    }
    select.all(&ctx.db).await?.into_iter().map(noun).collect()
}

pub(crate) async fn by_id(ctx: &Ctx, id: LetterId) -> Result<Option<Letter>, Fault> {
    of_realm(ctx).filter(letter::Column::Id.eq(id.uuid())).one(&ctx.db).await?.map(noun).transpose()
}

/// issued → printed, and the secrets are wiped; answers those that were still `issued`.
pub(crate) async fn mark_many_printed(ctx: &Ctx, ids: &[LetterId]) -> Result<Vec<Letter>, Fault> {
    let mut marked = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let here = letter::Column::Id.is_in(chunk.iter().map(|id| id.uuid()));
        let select = of_realm(ctx)
            .filter(here.clone())
            .filter(letter::Column::State.eq("issued"))
            .order_by_asc(letter::Column::Id)
            .lock_exclusive();
        let found = select.all(&ctx.db).await?;
        letter::Entity::update_many()
            .col_expr(letter::Column::State, Expr::value("printed"))
            .col_expr(letter::Column::PrintedAt, Expr::value(ctx.now.millis()))
            .col_expr(letter::Column::SecretSealed, Expr::value(None::<Vec<u8>>))
            .filter(letter::Column::RealmId.eq(ctx.realm().id.uuid()))
            .filter(here)
            .filter(letter::Column::State.eq("issued"))
            .exec(&ctx.db)
            .await?;
        for row in found {
            marked.push(noun(row)?);
        }
    }
    Ok(marked)
}

/// A page of letters whose secret waits to be printed, in the order they were made; of one batch or of all.
pub(crate) async fn page_of_unprinted(
    ctx: &Ctx,
    batch: Option<LetterBatchId>,
    after: Option<LetterId>,
    limit: u64,
) -> Result<Vec<Letter>, Fault> {
    let mut select = of_realm(ctx)
        .filter(letter::Column::State.eq("issued"))
        .filter(letter::Column::SecretSealed.is_not_null())
        .filter(letter::Column::ExpiresAt.gt(ctx.now.millis()))
        .order_by_asc(letter::Column::Id)
        .limit(limit);
    if let Some(batch) = batch {
        select = select.filter(letter::Column::BatchId.eq(batch.uuid()));
    }
    if let Some(after) = after {
        select = select.filter(letter::Column::Id.gt(after.uuid()));
    }
    select.all(&ctx.db).await?.into_iter().map(noun).collect()
}

/// A page of letters that were printed before `before`, never used, and not ended: their members never came.
pub(crate) async fn page_of_unused(
    ctx: &Ctx,
    before: Timestamp,
    after: Option<LetterId>,
    limit: u64,
) -> Result<Vec<Letter>, Fault> {
    let mut select = of_realm(ctx)
        .filter(letter::Column::State.eq("printed"))
        .filter(letter::Column::PrintedAt.lte(before.millis()))
        .order_by_asc(letter::Column::Id)
        .limit(limit);
    if let Some(after) = after {
        select = select.filter(letter::Column::Id.gt(after.uuid()));
    }
    select.all(&ctx.db).await?.into_iter().map(noun).collect()
}

/// issued or printed → used, once.
pub(crate) async fn mark_used(ctx: &Ctx, id: LetterId) -> Result<(), Fault> {
    letter::Entity::update_many()
        .col_expr(letter::Column::State, Expr::value("used"))
        .col_expr(letter::Column::UsedAt, Expr::value(ctx.now.millis()))
        .col_expr(letter::Column::SecretSealed, Expr::value(None::<Vec<u8>>))
        .filter(letter::Column::Id.eq(id.uuid()))
        .filter(letter::Column::State.is_in(["issued", "printed"]))
        .exec(&ctx.db)
        .await?;
    Ok(())
}

/// Exchanges the letter: true for the one that did it, false for everybody after.
pub(crate) async fn redeem(ctx: &Ctx, id: LetterId) -> Result<bool, Fault> {
    let done = letter::Entity::update_many()
        .col_expr(letter::Column::State, Expr::value("done"))
        .col_expr(letter::Column::SecretSealed, Expr::value(None::<Vec<u8>>))
        .col_expr(letter::Column::EndedAt, Expr::value(ctx.now.millis()))
        .filter(letter::Column::Id.eq(id.uuid()))
        .filter(letter::Column::EndedAt.is_null())
        .filter(letter::Column::ExpiresAt.gt(ctx.now.millis()))
        .exec(&ctx.db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Voids whatever letter of the member is live; answers how many that were (0 or 1).
pub(crate) async fn void_live(ctx: &Ctx, member: MemberId, reason: VoidReason) -> Result<u64, Fault> {
    let done = letter::Entity::update_many()
        .col_expr(letter::Column::State, Expr::value("void"))
        .col_expr(letter::Column::SecretSealed, Expr::value(None::<Vec<u8>>))
        .col_expr(letter::Column::EndedAt, Expr::value(ctx.now.millis()))
        .col_expr(letter::Column::EndReason, Expr::value(reason.name()))
        .filter(letter::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(letter::Column::MemberId.eq(member.uuid()))
        .filter(letter::Column::EndedAt.is_null())
        .exec(&ctx.db)
        .await?;
    Ok(done.rows_affected)
}

/// Voids the live letters of all these members; answers whose they were.
pub(crate) async fn void_live_of(ctx: &Ctx, members: &[MemberId], reason: VoidReason) -> Result<Vec<MemberId>, Fault> {
    let realm = ctx.realm().id.uuid();
    let mut voided = Vec::new();
    for chunk in members.chunks(500) {
        // Without the realm in the question, as in `member::by_ids`.
        let select = letter::Entity::find()
            .filter(letter::Column::MemberId.is_in(chunk.iter().map(|member| member.uuid())))
            .filter(letter::Column::EndedAt.is_null());
        for row in select.all(&ctx.db).await?.into_iter().filter(|row| row.realm_id == realm) {
            let member = MemberId::from_uuid(row.member_id);
            if void_live(ctx, member, reason).await? > 0 {
                voided.push(member);
            }
        }
    }
    Ok(voided)
}

/// How many letters of the realm stand where.
pub(crate) async fn count(ctx: &Ctx) -> Result<Count, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        state: String,
        count: i64,
    }
    let rows = of_realm(ctx)
        .select_only()
        .column(letter::Column::State)
        .column_as(letter::Column::Id.count(), "count")
        .group_by(letter::Column::State)
        .into_model::<Row>()
        .all(&ctx.db)
        .await?;
    let expired = of_realm(ctx)
        .filter(letter::Column::EndedAt.is_null())
        .filter(letter::Column::ExpiresAt.lte(ctx.now.millis()))
        .group_by(letter::Column::State)
        .select_only()
        .column(letter::Column::State)
        .column_as(letter::Column::Id.count(), "count");
    let expired = expired.into_model::<Row>().all(&ctx.db).await?;

    let in_state = |rows: &[Row], state: &str| -> u64 {
        rows.iter().find(|row| row.state == state).map_or(0, |row| u64::try_from(row.count).unwrap_or(0))
    };
    let live = |state: &str| in_state(&rows, state).saturating_sub(in_state(&expired, state));
    Ok(Count {
        issued: live("issued"),
        printed: live("printed"),
        used: live("used"),
        done: in_state(&rows, "done"),
        void: in_state(&rows, "void"),
        expired: ["issued", "printed", "used"].into_iter().map(|state| in_state(&expired, state)).sum(),
    })
}

/// Takes one birth-date guess of the letter before it is looked at; `None` when none is left.
pub(crate) async fn take_guess(ctx: &Ctx, id: LetterId) -> Result<Option<i64>, Fault> {
    let taken = letter::Entity::update_many()
        .col_expr(letter::Column::BirthDateGuesses, Expr::col(letter::Column::BirthDateGuesses).add(1))
        .filter(letter::Column::Id.eq(id.uuid()))
        .filter(letter::Column::EndedAt.is_null())
        .filter(letter::Column::BirthDateGuesses.lt(BIRTH_DATE_GUESSES))
        .exec(&ctx.db)
        .await?;
    if taken.rows_affected == 0 {
        return Ok(None);
    }
    let letter = by_id(ctx, id).await?.ok_or_else(|| Fault::unreadable("letter"))?;
    Ok(Some(BIRTH_DATE_GUESSES - letter.birth_date_guesses))
}

fn of_realm(ctx: &Ctx) -> sea_orm::Select<letter::Entity> {
    letter::Entity::find().filter(letter::Column::RealmId.eq(ctx.realm().id.uuid()))
}

fn printed_at(state: LetterState) -> Option<i64> {
    match state {
        LetterState::Printed { at } => Some(at.millis()),
        LetterState::Issued | LetterState::Used { .. } | LetterState::Done { .. } | LetterState::Void { .. } => None,
    }
}

fn noun(row: letter::Model) -> Result<Letter, Fault> {
    let unreadable = || Fault::unreadable("letter");
    let at = |column: Option<i64>| column.map(Timestamp::from_millis).ok_or_else(unreadable);
    let state = match row.state.as_str() {
        "issued" => LetterState::Issued,
        "printed" => LetterState::Printed { at: at(row.printed_at)? },
        "used" => LetterState::Used { at: at(row.used_at)? },
        "done" => LetterState::Done { at: at(row.ended_at)? },
        "void" => LetterState::Void {
            at: at(row.ended_at)?,
            reason: row.end_reason.as_deref().and_then(VoidReason::from_name).ok_or_else(unreadable)?,
        },
        _ => return Err(unreadable()),
    };
    Ok(Letter {
        id: LetterId::from_uuid(row.id),
        member: MemberId::from_uuid(row.member_id),
        purpose: Purpose::from_name(&row.purpose).ok_or_else(unreadable)?,
        state,
        secret: Hashed::from_bytes(row.secret_hash),
        birth_date_guesses: row.birth_date_guesses,
        issued_at: Timestamp::from_millis(row.issued_at),
        expires_at: Timestamp::from_millis(row.expires_at),
        batch: row.batch_id.map(LetterBatchId::from_uuid),
        kept: row.secret_sealed.map(Sealed::from_bytes),
    })
}

//! Table `handovers`. Every transition is one conditional statement: true for the call that did it.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, UpdateMany};

use super::entity::handover;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::handover::{Handover, Phone, Stage, State};
use crate::id::{HandoverId, MemberId, SessionId};
use crate::secret::{BrowserSecret, HandoverLink, Hashed, Sealed};

/// A new one, whose address has this secret.
pub(crate) async fn insert(
    ctx: &Ctx,
    handover: &Handover,
    (hashed, sealed): (&Hashed<HandoverLink>, &Sealed<HandoverLink>),
) -> Result<(), Fault> {
    let row = handover::ActiveModel {
        id: Set(handover.id.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        member_id: Set(handover.member.uuid()),
        session_id: Set(handover.session.uuid()),
        stage: Set(Stage::Offered.name().to_owned()),
        link_hash: Set(hashed.bytes().to_vec()),
        link_sealed: Set(sealed.bytes().to_vec()),
        phone_hash: Set(None),
        user_agent: Set(None),
        match_number: Set(None),
        created_at: Set(handover.created_at.millis()),
        expires_at: Set(handover.expires_at.millis()),
    };
    handover::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    Ok(())
}

pub(crate) async fn by_link(ctx: &Ctx, link: &Hashed<HandoverLink>) -> Result<Option<Handover>, Fault> {
    let select = of_realm(ctx).filter(handover::Column::LinkHash.eq(link.bytes()));
    select.one(&ctx.db).await?.map(noun).transpose()
}

/// What a session shows, or showed last.
pub(crate) async fn of_session(ctx: &Ctx, session: SessionId) -> Result<Option<Handover>, Fault> {
    let select = of_realm(ctx)
        .filter(handover::Column::SessionId.eq(session.uuid()))
        .filter(handover::Column::Stage.ne(Stage::Void.name()));
    select.one(&ctx.db).await?.map(noun).transpose()
}

/// What a phone asked for and may go on with, else what it did last.
pub(crate) async fn asked_by(ctx: &Ctx, phone: &Hashed<BrowserSecret>) -> Result<Option<Handover>, Fault> {
    let select = of_realm(ctx)
        .filter(handover::Column::PhoneHash.eq(phone.bytes()))
        .filter(handover::Column::Stage.ne(Stage::Void.name()));
    let asked = select.all(&ctx.db).await?.into_iter().map(noun).collect::<Result<Vec<_>, _>>()?;
    Ok(asked.into_iter().max_by_key(|handover| (handover.is_open(ctx.now), handover.created_at)))
}

/// Deletes what a member's sessions showed: a new one begins.
pub(crate) async fn forget_of(ctx: &Ctx, member: MemberId) -> Result<(), Fault> {
    handover::Entity::delete_many()
        .filter(handover::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(handover::Column::MemberId.eq(member.uuid()))
        .exec(&ctx.db)
        .await?;
    Ok(())
}

/// A phone that asks anew gives up what it asked for before.
pub(crate) async fn void_asked_by(ctx: &Ctx, phone: &Hashed<BrowserSecret>) -> Result<(), Fault> {
    void(ctx, handover::Column::PhoneHash.eq(phone.bytes())).await
}

/// offered → asked.
pub(crate) async fn ask(ctx: &Ctx, id: HandoverId, phone: &Phone) -> Result<bool, Fault> {
    let update = from(ctx, id, Stage::Offered, Stage::Asked)
        .col_expr(handover::Column::PhoneHash, Expr::value(phone.browser.bytes().to_vec()))
        .col_expr(handover::Column::UserAgent, Expr::value(phone.user_agent.clone()))
        .col_expr(handover::Column::MatchNumber, Expr::value(phone.match_number.clone()));
    Ok(update.exec(&ctx.db).await?.rows_affected == 1)
}

/// asked → confirmed.
pub(crate) async fn confirm(ctx: &Ctx, id: HandoverId) -> Result<bool, Fault> {
    Ok(from(ctx, id, Stage::Asked, Stage::Confirmed).exec(&ctx.db).await?.rows_affected == 1)
}

/// confirmed → used.
pub(crate) async fn finish(ctx: &Ctx, id: HandoverId) -> Result<bool, Fault> {
    Ok(from(ctx, id, Stage::Confirmed, Stage::Used).exec(&ctx.db).await?.rows_affected == 1)
}

fn from(ctx: &Ctx, id: HandoverId, old: Stage, new: Stage) -> UpdateMany<handover::Entity> {
    handover::Entity::update_many()
        .col_expr(handover::Column::Stage, Expr::value(new.name()))
        .filter(handover::Column::Id.eq(id.uuid()))
        .filter(handover::Column::Stage.eq(old.name()))
        .filter(handover::Column::ExpiresAt.gt(ctx.now.millis()))
}

/// Takes back whatever is open of a member.
pub(crate) async fn void_of(ctx: &Ctx, member: MemberId) -> Result<(), Fault> {
    void(ctx, handover::Column::MemberId.eq(member.uuid())).await
}

async fn void(ctx: &Ctx, condition: Expr) -> Result<(), Fault> {
    let open = [Stage::Offered, Stage::Asked, Stage::Confirmed].map(Stage::name);
    handover::Entity::update_many()
        .col_expr(handover::Column::Stage, Expr::value(Stage::Void.name()))
        .filter(handover::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(handover::Column::Stage.is_in(open))
        .filter(condition)
        .exec(&ctx.db)
        .await?;
    Ok(())
}

fn of_realm(ctx: &Ctx) -> sea_orm::Select<handover::Entity> {
    handover::Entity::find().filter(handover::Column::RealmId.eq(ctx.realm().id.uuid()))
}

fn noun(row: handover::Model) -> Result<Handover, Fault> {
    let unreadable = || Fault::unreadable("hand-over");
    let phone = match (row.phone_hash, row.match_number) {
        (Some(browser), Some(match_number)) => {
            Some(Phone { browser: Hashed::from_bytes(browser), user_agent: row.user_agent, match_number })
        }
        _ => None,
    };
    let state = match (Stage::from_name(&row.stage).ok_or_else(unreadable)?, phone) {
        (Stage::Offered, None) => State::Offered { link: Sealed::from_bytes(row.link_sealed) },
        (Stage::Asked, Some(phone)) => State::Asked(phone),
        (Stage::Confirmed, Some(phone)) => State::Confirmed(phone),
        (Stage::Used, Some(phone)) => State::Used(phone),
        (Stage::Void, _) => State::Void,
        (Stage::Offered, Some(_)) | (Stage::Asked | Stage::Confirmed | Stage::Used, None) => return Err(unreadable()),
    };
    Ok(Handover {
        id: HandoverId::from_uuid(row.id),
        member: MemberId::from_uuid(row.member_id),
        session: SessionId::from_uuid(row.session_id),
        state,
        created_at: Timestamp::from_millis(row.created_at),
        expires_at: Timestamp::from_millis(row.expires_at),
    })
}

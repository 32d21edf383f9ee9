//! Table `rescues`.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::entity::rescue;
use crate::ceremony::CODE_GUESSES;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{CeremonyId, InteractionId, MemberId};
use crate::rescue::{Rescue, RescuePurpose, RescueState};
use crate::secret::{BrowserSecret, Hashed, LinkSecret};

pub(crate) async fn insert(ctx: &Ctx, rescue: &Rescue) -> Result<(), Fault> {
    let row = rescue::ActiveModel {
        id: Set(rescue.id.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        purpose: Set(rescue.purpose.name().to_owned()),
        interaction_id: Set(rescue.interaction.uuid()),
        browser_hash: Set(rescue.browser.bytes().to_vec()),
        subject_hash: Set(rescue.subject.bytes().to_vec()),
        member_id: Set(rescue.member.map(MemberId::uuid)),
        state: Set(rescue.state.name().to_owned()),
        code_hash: Set(rescue.code.bytes().to_vec()),
        link_hash: Set(rescue.link.bytes().to_vec()),
        match_number: Set(rescue.match_number.clone()),
        user_agent: Set(rescue.user_agent.clone()),
        guesses: Set(rescue.guesses),
        created_at: Set(rescue.created_at.millis()),
        code_expires_at: Set(rescue.code_expires_at.millis()),
        expires_at: Set(rescue.expires_at.millis()),
        answered_at: Set(None),
    };
    rescue::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// The newest rescue that this browser began in this interaction, whatever its state.
pub(crate) async fn newest(
    ctx: &Ctx,
    interaction: InteractionId,
    browser: &Hashed<BrowserSecret>,
) -> Result<Option<Rescue>, Fault> {
    let select = of_realm(ctx)
        .filter(rescue::Column::InteractionId.eq(interaction.uuid()))
        .filter(rescue::Column::BrowserHash.eq(browser.bytes()))
        .order_by_desc(rescue::Column::Id);
    select.one(&ctx.db).await?.map(noun).transpose()
}

pub(crate) async fn by_link(ctx: &Ctx, link: &Hashed<LinkSecret>) -> Result<Option<Rescue>, Fault> {
    let select = of_realm(ctx).filter(rescue::Column::LinkHash.eq(link.bytes()));
    select.one(&ctx.db).await?.map(noun).transpose()
}

/// Takes one guess before the code is looked at; false when none is left.
pub(crate) async fn take_guess(ctx: &Ctx, id: CeremonyId) -> Result<bool, Fault> {
    let taken = rescue::Entity::update_many()
        .col_expr(rescue::Column::Guesses, Expr::col(rescue::Column::Guesses).add(1))
        .filter(rescue::Column::Id.eq(id.uuid()))
        .filter(rescue::Column::Guesses.lt(CODE_GUESSES))
        .exec(&ctx.db)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// pending → answered, once: true for the call that did it.
pub(crate) async fn answer(ctx: &Ctx, id: CeremonyId) -> Result<bool, Fault> {
    let done = rescue::Entity::update_many()
        .col_expr(rescue::Column::State, Expr::value(RescueState::Answered.name()))
        .col_expr(rescue::Column::AnsweredAt, Expr::value(ctx.now.millis()))
        .filter(rescue::Column::Id.eq(id.uuid()))
        .filter(rescue::Column::State.eq(RescueState::Pending.name()))
        .filter(rescue::Column::ExpiresAt.gt(ctx.now.millis()))
        .exec(&ctx.db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Voids what is pending in an interaction: a newer one takes its place.
pub(crate) async fn void(ctx: &Ctx, interaction: InteractionId) -> Result<(), Fault> {
    void_where(ctx, rescue::Column::InteractionId.eq(interaction.uuid())).await
}

/// Voids what is pending for a member, of one purpose.
pub(crate) async fn void_of(ctx: &Ctx, member: MemberId, purpose: RescuePurpose) -> Result<(), Fault> {
    let own = rescue::Column::MemberId.eq(member.uuid()).and(rescue::Column::Purpose.eq(purpose.name()));
    void_where(ctx, own).await
}

/// Voids everything that is pending for a member.
pub(crate) async fn void_all(ctx: &Ctx, member: MemberId) -> Result<(), Fault> {
    void_where(ctx, rescue::Column::MemberId.eq(member.uuid())).await
}

async fn void_where(ctx: &Ctx, condition: Expr) -> Result<(), Fault> {
    rescue::Entity::update_many()
        .col_expr(rescue::Column::State, Expr::value(RescueState::Void.name()))
        .filter(rescue::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(rescue::Column::State.eq(RescueState::Pending.name()))
        .filter(condition)
        .exec(&ctx.db)
        .await?;
    Ok(())
}

fn of_realm(ctx: &Ctx) -> sea_orm::Select<rescue::Entity> {
    rescue::Entity::find().filter(rescue::Column::RealmId.eq(ctx.realm().id.uuid()))
}

fn noun(row: rescue::Model) -> Result<Rescue, Fault> {
    let unreadable = || Fault::unreadable("rescue");
    Ok(Rescue {
        id: CeremonyId::from_uuid(row.id),
        purpose: RescuePurpose::from_name(&row.purpose).ok_or_else(unreadable)?,
        interaction: InteractionId::from_uuid(row.interaction_id),
        browser: Hashed::from_bytes(row.browser_hash),
        subject: Hashed::from_bytes(row.subject_hash),
        member: row.member_id.map(MemberId::from_uuid),
        state: RescueState::from_name(&row.state).ok_or_else(unreadable)?,
        code: Hashed::from_bytes(row.code_hash),
        link: Hashed::from_bytes(row.link_hash),
        match_number: row.match_number,
        user_agent: row.user_agent,
        guesses: row.guesses,
        created_at: Timestamp::from_millis(row.created_at),
        code_expires_at: Timestamp::from_millis(row.code_expires_at),
        expires_at: Timestamp::from_millis(row.expires_at),
    })
}

//! Table `interactions`.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::entity::interaction;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{ClientRowId, InteractionId, MemberId};
use crate::interaction::{Interaction, State};
use crate::secret::{BrowserSecret, Hashed};

pub(crate) async fn insert(ctx: &Ctx, interaction: &Interaction) -> Result<(), Fault> {
    let request = match &interaction.request {
        None => None,
        Some((_, request)) => Some(serde_json::to_string(request).map_err(|_| Fault::unreadable("request"))?),
    };
    let errand = interaction.errand.map(|errand| serde_json::to_string(&errand)).transpose();
    let errand = errand.map_err(|_| Fault::unreadable("errand"))?;
    let row = interaction::ActiveModel {
        id: Set(interaction.id.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        browser_hash: Set(interaction.browser.bytes().to_vec()),
        client_id: Set(interaction.request.as_ref().map(|(client, _)| client.uuid())),
        request: Set(request),
        state: Set(interaction.state.name().to_owned()),
        member_id: Set(interaction.member.map(MemberId::uuid)),
        progress: Set(progress_text(interaction)?),
        created_at: Set(interaction.created_at.millis()),
        seen_at: Set(interaction.seen_at.millis()),
        expires_at: Set(interaction.expires_at.millis()),
        errand: Set(errand),
    };
    interaction::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// Writes member and progress, and that the interaction was used just now.
pub(crate) async fn save(ctx: &Ctx, interaction: &Interaction) -> Result<(), Fault> {
    interaction::Entity::update_many()
        .col_expr(interaction::Column::MemberId, Expr::value(interaction.member.map(MemberId::uuid)))
        .col_expr(interaction::Column::Progress, Expr::value(progress_text(interaction)?))
        .col_expr(interaction::Column::SeenAt, Expr::value(ctx.now.millis()))
        .filter(interaction::Column::Id.eq(interaction.id.uuid()))
        .filter(interaction::Column::State.eq(State::Open.name()))
        .exec(&ctx.db)
        .await?;
    Ok(())
}

/// open → `state`, once: true for the call that did it.
pub(crate) async fn close(ctx: &Ctx, id: InteractionId, state: State) -> Result<bool, Fault> {
    let done = interaction::Entity::update_many()
        .col_expr(interaction::Column::State, Expr::value(state.name()))
        .col_expr(interaction::Column::SeenAt, Expr::value(ctx.now.millis()))
        .filter(interaction::Column::Id.eq(id.uuid()))
        .filter(interaction::Column::State.eq(State::Open.name()))
        .exec(&ctx.db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// An interaction, to the browser it belongs to and to no other.
pub(crate) async fn by_id(
    ctx: &Ctx,
    id: InteractionId,
    browser: &Hashed<BrowserSecret>,
) -> Result<Option<Interaction>, Fault> {
    of_browser(ctx, browser).filter(interaction::Column::Id.eq(id.uuid())).one(&ctx.db).await?.map(noun).transpose()
}

/// The same, for a change.
pub(crate) async fn lock(
    ctx: &Ctx,
    id: InteractionId,
    browser: &Hashed<BrowserSecret>,
) -> Result<Option<Interaction>, Fault> {
    let select = of_browser(ctx, browser).filter(interaction::Column::Id.eq(id.uuid())).lock_exclusive();
    select.one(&ctx.db).await?.map(noun).transpose()
}

/// An interaction in whatever browser, for an operator who looks.
pub(crate) async fn any_by_id(ctx: &Ctx, id: InteractionId) -> Result<Option<Interaction>, Fault> {
    let select =
        interaction::Entity::find_by_id(id.uuid()).filter(interaction::Column::RealmId.eq(ctx.realm().id.uuid()));
    select.one(&ctx.db).await?.map(noun).transpose()
}

/// An interaction whose ceremony was answered elsewhere; for a change.
pub(crate) async fn lock_any(ctx: &Ctx, id: InteractionId) -> Result<Option<Interaction>, Fault> {
    let select = interaction::Entity::find_by_id(id.uuid())
        .filter(interaction::Column::RealmId.eq(ctx.realm().id.uuid()))
        .lock_exclusive();
    select.one(&ctx.db).await?.map(noun).transpose()
}

/// The newest open interaction of a browser: what a page opened without its address's query means.
pub(crate) async fn newest_open(ctx: &Ctx, browser: &Hashed<BrowserSecret>) -> Result<Option<Interaction>, Fault> {
    let select = of_browser(ctx, browser)
        .filter(interaction::Column::State.eq(State::Open.name()))
        .filter(interaction::Column::ExpiresAt.gt(ctx.now.millis()))
        .order_by_desc(interaction::Column::Id);
    select.one(&ctx.db).await?.map(noun).transpose()
}

/// Takes the member out of every open interaction: what they proved there no longer counts.
pub(crate) async fn forget_member(ctx: &Ctx, member: MemberId, except: Option<InteractionId>) -> Result<(), Fault> {
    let mut update = interaction::Entity::update_many()
        .col_expr(interaction::Column::MemberId, Expr::value(Option::<sea_orm::entity::prelude::Uuid>::None))
        .col_expr(interaction::Column::Progress, Expr::value("{}"))
        .filter(interaction::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(interaction::Column::MemberId.eq(member.uuid()))
        .filter(interaction::Column::State.eq(State::Open.name()));
    if let Some(except) = except {
        update = update.filter(interaction::Column::Id.ne(except.uuid()));
    }
    update.exec(&ctx.db).await?;
    Ok(())
}

fn of_browser(ctx: &Ctx, browser: &Hashed<BrowserSecret>) -> sea_orm::Select<interaction::Entity> {
    interaction::Entity::find()
        .filter(interaction::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(interaction::Column::BrowserHash.eq(browser.bytes()))
}

fn progress_text(interaction: &Interaction) -> Result<String, Fault> {
    serde_json::to_string(&interaction.progress).map_err(|_| Fault::unreadable("progress"))
}

fn noun(row: interaction::Model) -> Result<Interaction, Fault> {
    let unreadable = || Fault::unreadable("interaction");
    let request = match (row.client_id, row.request) {
        (Some(client), Some(text)) => {
            Some((ClientRowId::from_uuid(client), serde_json::from_str(&text).map_err(|_| unreadable())?))
        }
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => return Err(unreadable()),
    };
    Ok(Interaction {
        id: InteractionId::from_uuid(row.id),
        browser: Hashed::from_bytes(row.browser_hash),
        request,
        errand: row.errand.map(|text| serde_json::from_str(&text)).transpose().map_err(|_| unreadable())?,
        state: State::from_name(&row.state).ok_or_else(unreadable)?,
        member: row.member_id.map(MemberId::from_uuid),
        progress: serde_json::from_str(&row.progress).map_err(|_| unreadable())?,
        created_at: Timestamp::from_millis(row.created_at),
        seen_at: Timestamp::from_millis(row.seen_at),
        expires_at: Timestamp::from_millis(row.expires_at),
    })
}

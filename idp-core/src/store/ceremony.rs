//! Table `ceremonies`.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use super::entity::ceremony;
use super::statement::{Row, Sql};
use crate::ceremony::{CODE_GUESSES, Ceremony, CeremonyKind, CeremonyState};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{CeremonyId, InteractionId, MemberId};
use crate::mail_address::MailAddress;
use crate::secret::{BrowserSecret, Hashed, LinkSecret, Sealed};

const LAST_MAIL_PROOF: Sql = Sql::of(
    "SELECT answered_at, address FROM ceremonies \
     WHERE realm_id = $1 AND member_id = $2 AND browser_hash = $3 AND kind IN ($4, $5, $6, $7) \
     AND state = 'answered' AND answered_at IS NOT NULL ORDER BY answered_at DESC LIMIT 1",
);

pub(crate) async fn insert(ctx: &Ctx, ceremony: &Ceremony) -> Result<(), Fault> {
    let row = ceremony::ActiveModel {
        id: Set(ceremony.id.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        kind: Set(ceremony.kind.name().to_owned()),
        member_id: Set(ceremony.member.uuid()),
        interaction_id: Set(ceremony.interaction.map(InteractionId::uuid)),
        browser_hash: Set(ceremony.browser.bytes().to_vec()),
        state: Set(ceremony.state.name().to_owned()),
        address: Set(ceremony.address.as_ref().map(|address| address.as_typed().to_owned())),
        code_hash: Set(ceremony.code.as_ref().map(|hash| hash.bytes().to_vec())),
        link_hash: Set(ceremony.link.as_ref().map(|hash| hash.bytes().to_vec())),
        payload_sealed: Set(ceremony.app_secret.as_ref().map(|sealed| sealed.bytes().to_vec())),
        guesses: Set(ceremony.guesses),
        created_at: Set(ceremony.created_at.millis()),
        code_expires_at: Set(ceremony.code_expires_at.millis()),
        expires_at: Set(ceremony.expires_at.millis()),
        answered_at: Set(None),
    };
    ceremony::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// The newest ceremony of this kind in this interaction, whatever its state. One that waits for its answer comes before
/// those that do not: two of the same millisecond stand in no order of their own.
pub(crate) async fn newest(
    ctx: &Ctx,
    member: MemberId,
    interaction: InteractionId,
    kind: CeremonyKind,
) -> Result<Option<Ceremony>, Fault> {
    let select = of_member(ctx, member)
        .filter(ceremony::Column::Kind.eq(kind.name()))
        .filter(ceremony::Column::InteractionId.eq(interaction.uuid()))
        .order_by_desc(Expr::col(ceremony::Column::State).eq("pending"))
        .order_by_desc(ceremony::Column::Id);
    select.one(&ctx.db).await?.map(noun).transpose()
}

/// The newest ceremony of this kind that belongs to no interaction, whatever its state; in the same order.
pub(crate) async fn newest_outside(ctx: &Ctx, member: MemberId, kind: CeremonyKind) -> Result<Option<Ceremony>, Fault> {
    let select = of_member(ctx, member)
        .filter(ceremony::Column::Kind.eq(kind.name()))
        .filter(ceremony::Column::InteractionId.is_null())
        .order_by_desc(Expr::col(ceremony::Column::State).eq("pending"))
        .order_by_desc(ceremony::Column::Id);
    select.one(&ctx.db).await?.map(noun).transpose()
}

/// The newest ceremony of this interaction that waits for a mailed code, whatever it is for.
pub(crate) async fn newest_mailed(
    ctx: &Ctx,
    member: MemberId,
    interaction: InteractionId,
) -> Result<Option<Ceremony>, Fault> {
    let select = of_member(ctx, member)
        .filter(ceremony::Column::InteractionId.eq(interaction.uuid()))
        .filter(ceremony::Column::CodeHash.is_not_null())
        .order_by_desc(ceremony::Column::Id);
    select.one(&ctx.db).await?.map(noun).transpose()
}

pub(crate) async fn by_link(ctx: &Ctx, link: &Hashed<LinkSecret>) -> Result<Option<Ceremony>, Fault> {
    let select = ceremony::Entity::find()
        .filter(ceremony::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(ceremony::Column::LinkHash.eq(link.bytes()));
    select.one(&ctx.db).await?.map(noun).transpose()
}

/// When this browser last answered a mailed code or link of the member, and to which address.
pub(crate) async fn last_mail_proof(
    ctx: &Ctx,
    member: MemberId,
    browser: &Hashed<BrowserSecret>,
) -> Result<Option<(Timestamp, MailAddress)>, Fault> {
    let kinds = [CeremonyKind::VerifyMail, CeremonyKind::ChangeMail, CeremonyKind::SignInCode, CeremonyKind::EnrolMail];
    let [a, b, c, d] = kinds.map(|kind| kind.name().into());
    let given = [ctx.realm().id.uuid().into(), member.uuid().into(), browser.bytes().into(), a, b, c, d];
    let read = |row: &mut Row<'_>| Ok((Timestamp::from_millis(row.take()?), row.take::<Option<String>>()?));
    let Some((at, Some(address))) = ctx.db.first(&LAST_MAIL_PROOF, &given, read).await? else { return Ok(None) };
    let address = MailAddress::parse(&address).map_err(|_| Fault::unreadable("ceremony"))?;
    Ok(Some((at, address)))
}

/// How many mails with codes the member asked for since then.
pub(crate) async fn sent_since(ctx: &Ctx, member: MemberId, since: Timestamp) -> Result<u64, Fault> {
    let select = of_member(ctx, member)
        .filter(ceremony::Column::CodeHash.is_not_null())
        .filter(ceremony::Column::CreatedAt.gt(since.millis()));
    Ok(select.count(&ctx.db).await?)
}

/// Takes one guess before the code is looked at; false when none is left.
pub(crate) async fn take_guess(ctx: &Ctx, id: CeremonyId) -> Result<bool, Fault> {
    let taken = ceremony::Entity::update_many()
        .col_expr(ceremony::Column::Guesses, Expr::col(ceremony::Column::Guesses).add(1))
        .filter(ceremony::Column::Id.eq(id.uuid()))
        .filter(ceremony::Column::Guesses.lt(CODE_GUESSES))
        .exec(&ctx.db)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// pending → answered, once: true for the call that did it.
pub(crate) async fn answer(ctx: &Ctx, id: CeremonyId) -> Result<bool, Fault> {
    let done = ceremony::Entity::update_many()
        .col_expr(ceremony::Column::State, Expr::value("answered"))
        .col_expr(ceremony::Column::AnsweredAt, Expr::value(ctx.now.millis()))
        .filter(ceremony::Column::Id.eq(id.uuid()))
        .filter(ceremony::Column::State.eq("pending"))
        .filter(ceremony::Column::ExpiresAt.gt(ctx.now.millis()))
        .exec(&ctx.db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Voids every pending ceremony of this kind: a newer one takes their place.
pub(crate) async fn void(ctx: &Ctx, member: MemberId, kind: CeremonyKind) -> Result<(), Fault> {
    void_where(ctx, member, ceremony::Column::Kind.eq(kind.name())).await
}

/// Voids every pending ceremony of the member.
pub(crate) async fn void_all(ctx: &Ctx, member: MemberId) -> Result<(), Fault> {
    super::passkey_ceremony::end_all_of(ctx, member).await?;
    void_where(ctx, member, ceremony::Column::Kind.is_not_null()).await
}

async fn void_where(ctx: &Ctx, member: MemberId, condition: sea_orm::sea_query::Expr) -> Result<(), Fault> {
    ceremony::Entity::update_many()
        .col_expr(ceremony::Column::State, Expr::value("void"))
        .filter(ceremony::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(ceremony::Column::MemberId.eq(member.uuid()))
        .filter(ceremony::Column::State.eq("pending"))
        .filter(condition)
        .exec(&ctx.db)
        .await?;
    Ok(())
}

fn of_member(ctx: &Ctx, member: MemberId) -> sea_orm::Select<ceremony::Entity> {
    ceremony::Entity::find()
        .filter(ceremony::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(ceremony::Column::MemberId.eq(member.uuid()))
}

fn noun(row: ceremony::Model) -> Result<Ceremony, Fault> {
    let unreadable = || Fault::unreadable("ceremony");
    let state = match (row.state.as_str(), row.answered_at) {
        ("pending", None) => CeremonyState::Pending,
        ("answered", Some(at)) => CeremonyState::Answered { at: Timestamp::from_millis(at) },
        ("void", _) => CeremonyState::Void,
        (_, _) => return Err(unreadable()),
    };
    let address = row.address.as_deref().map(MailAddress::parse).transpose().map_err(|_| unreadable())?;
    Ok(Ceremony {
        id: CeremonyId::from_uuid(row.id),
        kind: CeremonyKind::from_name(&row.kind).ok_or_else(unreadable)?,
        member: MemberId::from_uuid(row.member_id),
        interaction: row.interaction_id.map(InteractionId::from_uuid),
        browser: Hashed::from_bytes(row.browser_hash),
        state,
        address,
        code: row.code_hash.map(Hashed::from_bytes),
        link: row.link_hash.map(Hashed::from_bytes),
        app_secret: row.payload_sealed.map(Sealed::from_bytes),
        guesses: row.guesses,
        created_at: Timestamp::from_millis(row.created_at),
        code_expires_at: Timestamp::from_millis(row.code_expires_at),
        expires_at: Timestamp::from_millis(row.expires_at),
    })
}

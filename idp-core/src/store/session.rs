//! Tables `sessions` and `known_browsers`.

use std::time::Duration;

use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::entity::{known_browser, session};
use super::statement::{Row, Sql};
use crate::clock::{Timestamp, days};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{MemberId, SessionId};
use crate::secret::{BrowserSecret, Hashed, SessionSecret};
use crate::session::Session;

/// How long a browser stays known after its member last signed in there.
const KNOWN_FOR: Duration = days(180);

const BY_SECRET: Sql = Sql::of(
    "SELECT id, realm_id, member_id, secret_hash, browser_hash, proofs, authenticated_at, user_agent, created_at, \
     seen_at, expires_at, ended_at FROM sessions WHERE realm_id = $1 AND secret_hash = $2",
);
const TOUCH: Sql = Sql::of("UPDATE sessions SET seen_at = $1 WHERE id = $2 AND ended_at IS NULL");
const HOLD: Sql = Sql::locking("SELECT id FROM sessions WHERE id = $1 AND ended_at IS NULL");

pub(crate) async fn insert(ctx: &Ctx, session: &Session, secret: &Hashed<SessionSecret>) -> Result<(), Fault> {
    let row = session::ActiveModel {
        id: Set(session.id.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        member_id: Set(session.member.uuid()),
        secret_hash: Set(secret.bytes().to_vec()),
        browser_hash: Set(session.browser.bytes().to_vec()),
        proofs: Set(serde_json::to_string(&session.proofs).map_err(|_| Fault::unreadable("proofs"))?),
        authenticated_at: Set(session.authenticated_at.millis()),
        user_agent: Set(session.user_agent.clone()),
        created_at: Set(session.created_at.millis()),
        seen_at: Set(session.seen_at.millis()),
        expires_at: Set(session.expires_at.millis()),
        ended_at: Set(None),
    };
    session::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    Ok(())
}

pub(crate) async fn by_secret(ctx: &Ctx, secret: &Hashed<SessionSecret>) -> Result<Option<Session>, Fault> {
    ctx.db.first(&BY_SECRET, &[ctx.realm().id.uuid().into(), secret.bytes().into()], |row| noun(model(row)?)).await
}

pub(crate) async fn by_id(ctx: &Ctx, id: SessionId) -> Result<Option<Session>, Fault> {
    let select = session::Entity::find_by_id(id.uuid()).filter(session::Column::RealmId.eq(ctx.realm().id.uuid()));
    select.one(&ctx.db).await?.map(noun).transpose()
}

/// Notes that the session is used now; false where it ended since it was read. Whoever ends it waits until this transaction
/// is over, and sees what it granted.
pub(crate) async fn touch(ctx: &Ctx, session: &Session) -> Result<bool, Fault> {
    let id = session.id.uuid();
    if session.is_noted(&ctx.realm().settings, ctx.now) {
        return Ok(ctx.db.first(&HOLD, &[id.into()], |row| row.take::<Uuid>()).await?.is_some());
    }
    Ok(ctx.db.change(&TOUCH, &[ctx.now.millis().into(), id.into()]).await? == 1)
}

/// Ends one session; true for the call that did it.
pub(crate) async fn end(ctx: &Ctx, id: SessionId) -> Result<bool, Fault> {
    let done = session::Entity::update_many()
        .col_expr(session::Column::EndedAt, Expr::value(ctx.now.millis()))
        .filter(session::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(session::Column::Id.eq(id.uuid()))
        .filter(session::Column::EndedAt.is_null())
        .exec(&ctx.db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// The same session resting on other proofs, under a new secret: true while it is what the browser still has.
pub(crate) async fn raise(
    ctx: &Ctx,
    session: &Session,
    (old, new): (&Hashed<SessionSecret>, &Hashed<SessionSecret>),
) -> Result<bool, Fault> {
    let proofs = serde_json::to_string(&session.proofs).map_err(|_| Fault::unreadable("proofs"))?;
    let done = session::Entity::update_many()
        .col_expr(session::Column::SecretHash, Expr::value(new.bytes().to_vec()))
        .col_expr(session::Column::Proofs, Expr::value(proofs))
        .col_expr(session::Column::AuthenticatedAt, Expr::value(session.authenticated_at.millis()))
        .col_expr(session::Column::UserAgent, Expr::value(session.user_agent.clone()))
        .col_expr(session::Column::SeenAt, Expr::value(session.seen_at.millis()))
        .col_expr(session::Column::ExpiresAt, Expr::value(session.expires_at.millis()))
        .filter(session::Column::Id.eq(session.id.uuid()))
        .filter(session::Column::SecretHash.eq(old.bytes()))
        .filter(session::Column::EndedAt.is_null())
        .exec(&ctx.db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// The member's sessions that nobody ended, newest first; time may have ended them.
pub(crate) async fn unended_of(ctx: &Ctx, member: MemberId) -> Result<Vec<Session>, Fault> {
    let select = session::Entity::find()
        .filter(session::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(session::Column::MemberId.eq(member.uuid()))
        .filter(session::Column::EndedAt.is_null())
        .order_by_desc(session::Column::Id);
    select.all(&ctx.db).await?.into_iter().map(noun).collect()
}

/// Remembers that the member signed in from this browser.
pub(crate) async fn know_browser(ctx: &Ctx, member: MemberId, browser: &Hashed<BrowserSecret>) -> Result<(), Fault> {
    let row = known_browser::ActiveModel {
        member_id: Set(member.uuid()),
        browser_hash: Set(browser.bytes().to_vec()),
        seen_at: Set(ctx.now.millis()),
        expires_at: Set((ctx.now + KNOWN_FOR).millis()),
    };
    let conflict = OnConflict::columns([known_browser::Column::MemberId, known_browser::Column::BrowserHash])
        .update_columns([known_browser::Column::SeenAt, known_browser::Column::ExpiresAt])
        .to_owned();
    known_browser::Entity::insert(row).on_conflict(conflict).exec_without_returning(&ctx.db).await?;
    Ok(())
}

pub(crate) async fn knows_browser(ctx: &Ctx, member: MemberId, browser: &Hashed<BrowserSecret>) -> Result<bool, Fault> {
    let key = (member.uuid(), browser.bytes().to_vec());
    let row = known_browser::Entity::find_by_id(key).one(&ctx.db).await?;
    Ok(row.is_some_and(|row| row.expires_at > ctx.now.millis()))
}

/// Forgets every browser of the member: after a change of credentials none is trusted from before.
pub(crate) async fn forget_browsers(ctx: &Ctx, member: MemberId) -> Result<(), Fault> {
    let delete = known_browser::Entity::delete_many().filter(known_browser::Column::MemberId.eq(member.uuid()));
    delete.exec(&ctx.db).await?;
    Ok(())
}

fn model(row: &mut Row<'_>) -> Result<session::Model, Fault> {
    Ok(session::Model {
        id: row.take()?,
        realm_id: row.take()?,
        member_id: row.take()?,
        secret_hash: row.take()?,
        browser_hash: row.take()?,
        proofs: row.take()?,
        authenticated_at: row.take()?,
        user_agent: row.take()?,
        created_at: row.take()?,
        seen_at: row.take()?,
        expires_at: row.take()?,
        ended_at: row.take()?,
    })
}

fn noun(row: session::Model) -> Result<Session, Fault> {
    Ok(Session {
        id: SessionId::from_uuid(row.id),
        member: MemberId::from_uuid(row.member_id),
        browser: Hashed::from_bytes(row.browser_hash),
        proofs: serde_json::from_str(&row.proofs).map_err(|_| Fault::unreadable("proofs"))?,
        authenticated_at: Timestamp::from_millis(row.authenticated_at),
        created_at: Timestamp::from_millis(row.created_at),
        user_agent: row.user_agent,
        seen_at: Timestamp::from_millis(row.seen_at),
        expires_at: Timestamp::from_millis(row.expires_at),
        ended_at: row.ended_at.map(Timestamp::from_millis),
    })
}

//! Table `grants`.

use std::collections::BTreeSet;

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::entity::grant;
use super::statement::{Row, Sql};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::grant::{Grant, Lifetime};
use crate::id::{ClientRowId, GrantId, MemberId, SessionId};
use crate::oidc::scope::Scopes;
use crate::session::Session;
use crate::store::held::Change;

const INSERT: Sql = Sql::of(
    "INSERT INTO grants (id, realm_id, client_id, member_id, session_id, scope, claims, created_at, expires_at, \
     revoked_at, lifetime) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
);
const BY_ID: Sql = Sql::of(
    "SELECT id, realm_id, client_id, member_id, session_id, scope, claims, created_at, expires_at, revoked_at, lifetime \
     FROM grants WHERE id = $1 AND realm_id = $2",
);

pub(crate) async fn insert(ctx: &Ctx, grant: &Grant) -> Result<(), Fault> {
    let claims = (!grant.claims.is_empty()).then(|| serde_json::to_string(&grant.claims)).transpose();
    let claims = claims.map_err(|_| Fault::Broken("claims have no JSON form".into()))?;
    let scope = grant.scopes.to_string();
    let row = [
        grant.id.uuid().into(),
        ctx.realm().id.uuid().into(),
        grant.client.uuid().into(),
        grant.member.uuid().into(),
        grant.session.uuid().into(),
        scope.as_str().into(),
        claims.as_deref().into(),
        grant.created_at.millis().into(),
        grant.expires_at.millis().into(),
        grant.revoked_at.map(Timestamp::millis).into(),
        Lifetime::of(&grant.scopes).name().into(),
    ];
    ctx.db.change(&INSERT, &row).await?;
    super::session_client::note(ctx, grant.session, grant.client).await
}

pub(crate) async fn by_id(ctx: &Ctx, id: GrantId) -> Result<Option<Grant>, Fault> {
    let place = (ctx.realm().id, id);
    if let Some(grant) = ctx.held.grants.find(ctx, &place) {
        return Ok(Some(grant));
    }
    let given = [id.uuid().into(), ctx.realm().id.uuid().into()];
    let grant = ctx.db.first(&BY_ID, &given, of_row).await?;
    if let Some(grant) = &grant {
        ctx.held.grants.keep(ctx, place, grant);
    }
    Ok(grant)
}

/// Takes a grant back.
pub(crate) async fn revoke(ctx: &Ctx, id: GrantId) -> Result<(), Fault> {
    ctx.changes(Change::Grant(ctx.realm().id, id));
    grant::Entity::update_many()
        .col_expr(grant::Column::RevokedAt, Expr::value(ctx.now.millis()))
        .filter(grant::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(grant::Column::Id.eq(id.uuid()))
        .filter(grant::Column::RevokedAt.is_null())
        .exec(&ctx.db)
        .await?;
    Ok(())
}

/// Takes back what was granted in one session, but for what was granted beyond it.
pub(crate) async fn revoke_of_session(ctx: &Ctx, session: &Session) -> Result<(), Fault> {
    ctx.changes(Change::Grants);
    grant::Entity::update_many()
        .col_expr(grant::Column::RevokedAt, Expr::value(ctx.now.millis()))
        .filter(grant::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(grant::Column::MemberId.eq(session.member.uuid()))
        .filter(grant::Column::SessionId.eq(session.id.uuid()))
        .filter(grant::Column::Lifetime.eq(Lifetime::Session.name()))
        .filter(grant::Column::RevokedAt.is_null())
        .exec(&ctx.db)
        .await?;
    Ok(())
}

/// Takes back everything the member granted one client; answers how many grants that were.
pub(crate) async fn revoke_of_member_and_client(
    ctx: &Ctx,
    member: MemberId,
    client: ClientRowId,
) -> Result<u64, Fault> {
    ctx.changes(Change::Grants);
    let done = grant::Entity::update_many()
        .col_expr(grant::Column::RevokedAt, Expr::value(ctx.now.millis()))
        .filter(grant::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(grant::Column::MemberId.eq(member.uuid()))
        .filter(grant::Column::ClientId.eq(client.uuid()))
        .filter(grant::Column::RevokedAt.is_null())
        .exec(&ctx.db)
        .await?;
    Ok(done.rows_affected)
}

/// Takes back everything the member granted, but for what was granted in the session kept.
pub(crate) async fn revoke_of_member(ctx: &Ctx, member: MemberId, kept: Option<SessionId>) -> Result<(), Fault> {
    ctx.changes(Change::Grants);
    let mut update = grant::Entity::update_many()
        .col_expr(grant::Column::RevokedAt, Expr::value(ctx.now.millis()))
        .filter(grant::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(grant::Column::MemberId.eq(member.uuid()))
        .filter(grant::Column::RevokedAt.is_null());
    if let Some(kept) = kept {
        let another = grant::Column::SessionId.ne(kept.uuid()).or(grant::Column::SessionId.is_null());
        update = update.filter(another);
    }
    update.exec(&ctx.db).await?;
    Ok(())
}

/// What the member granted and that still counts.
pub(crate) async fn live_of_member(ctx: &Ctx, member: MemberId) -> Result<Vec<Grant>, Fault> {
    let select = grant::Entity::find()
        .filter(grant::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(grant::Column::MemberId.eq(member.uuid()))
        .filter(grant::Column::RevokedAt.is_null())
        .filter(grant::Column::ExpiresAt.gt(ctx.now.millis()));
    select.all(&ctx.db).await?.into_iter().map(noun).collect()
}

/// Reads the columns in the order of [`BY_ID`].
pub(super) fn of_row(row: &mut Row<'_>) -> Result<Grant, Fault> {
    noun(model(row)?)
}

fn model(row: &mut Row<'_>) -> Result<grant::Model, Fault> {
    Ok(grant::Model {
        id: row.take()?,
        realm_id: row.take()?,
        client_id: row.take()?,
        member_id: row.take()?,
        session_id: row.take()?,
        scope: row.take()?,
        claims: row.take()?,
        created_at: row.take()?,
        expires_at: row.take()?,
        revoked_at: row.take()?,
        lifetime: row.take()?,
    })
}

fn noun(row: grant::Model) -> Result<Grant, Fault> {
    let unreadable = || Fault::unreadable("grant");
    Ok(Grant {
        id: GrantId::from_uuid(row.id),
        client: ClientRowId::from_uuid(row.client_id),
        member: MemberId::from_uuid(row.member_id.ok_or_else(unreadable)?),
        session: SessionId::from_uuid(row.session_id.ok_or_else(unreadable)?),
        scopes: Scopes::parse(&row.scope),
        claims: match row.claims {
            None => BTreeSet::new(),
            Some(claims) => serde_json::from_str(&claims).map_err(|_| unreadable())?,
        },
        created_at: Timestamp::from_millis(row.created_at),
        expires_at: Timestamp::from_millis(row.expires_at),
        revoked_at: row.revoked_at.map(Timestamp::from_millis),
    })
}

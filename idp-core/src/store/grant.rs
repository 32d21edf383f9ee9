//! Table `grants`.

use std::collections::BTreeSet;

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, Select};

use super::entity::grant;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::grant::{Grant, Lifetime};
use crate::id::{ClientRowId, GrantId, MemberId, SessionId};
use crate::oidc::scope::Scopes;
use crate::store::held::{Change, Found};

pub(crate) async fn insert(ctx: &Ctx, grant: &Grant) -> Result<(), Fault> {
    let claims = (!grant.claims.is_empty()).then(|| serde_json::to_string(&grant.claims)).transpose();
    let row = grant::ActiveModel {
        id: Set(grant.id.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        client_id: Set(grant.client.uuid()),
        member_id: Set(Some(grant.member.uuid())),
        session_id: Set(Some(grant.session.uuid())),
        scope: Set(grant.scopes.to_string()),
        claims: Set(claims.map_err(|_| Fault::Broken("claims have no JSON form".into()))?),
        created_at: Set(grant.created_at.millis()),
        expires_at: Set(grant.expires_at.millis()),
        revoked_at: Set(grant.revoked_at.map(Timestamp::millis)),
        lifetime: Set(Lifetime::of(&grant.scopes).name().to_owned()),
    };
    grant::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    super::session_client::note(ctx, grant.session, grant.client).await
}

pub(crate) async fn by_id(ctx: &Ctx, id: GrantId) -> Result<Option<Grant>, Fault> {
    let place = (ctx.realm().id, id);
    let keeping = match ctx.held.grants.find(ctx, &place) {
        Found::Row(grant) => return Ok(Some(grant)),
        Found::Nothing(keeping) => keeping,
    };
    let select: Select<grant::Entity> = grant::Entity::find_by_id(id.uuid());
    let select = select.filter(grant::Column::RealmId.eq(ctx.realm().id.uuid()));
    let grant = select.one(&ctx.db).await?.map(noun).transpose()?;
    if let Some(grant) = &grant {
        ctx.held.grants.keep(keeping, place, grant, ctx.now);
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
pub(crate) async fn revoke_of_session(ctx: &Ctx, session: SessionId) -> Result<(), Fault> {
    ctx.changes(Change::Grants);
    grant::Entity::update_many()
        .col_expr(grant::Column::RevokedAt, Expr::value(ctx.now.millis()))
        .filter(grant::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(grant::Column::SessionId.eq(session.uuid()))
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

/// The clients to which something was granted in a session.
pub(crate) async fn clients_of_session(ctx: &Ctx, session: SessionId) -> Result<Vec<ClientRowId>, Fault> {
    let select = grant::Entity::find()
        .filter(grant::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(grant::Column::SessionId.eq(session.uuid()));
    let rows = select.all(&ctx.db).await?;
    Ok(rows.into_iter().map(|row| ClientRowId::from_uuid(row.client_id)).collect())
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

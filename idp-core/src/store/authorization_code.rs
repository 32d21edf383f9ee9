//! Table `authorization_codes`.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::entity::authorization_code;
use crate::authorization_code::{CODE_LIFETIME, CodeDetails, IssuedCode};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::grant::Grant;
use crate::id::{ClientRowId, GrantId};
use crate::secret::{AuthorizationCode, Hashed};

/// Keeps a new code for `grant`; its row stays as long as the grant, so that a replay is recognised.
pub(crate) async fn insert(
    ctx: &Ctx,
    code: &Hashed<AuthorizationCode>,
    grant: &Grant,
    redirect_uri: &str,
    details: &CodeDetails,
) -> Result<(), Fault> {
    let details = serde_json::to_string(details).map_err(|_| Fault::Broken("a code has no JSON form".into()))?;
    let row = authorization_code::ActiveModel {
        code_hash: Set(code.bytes().to_vec()),
        realm_id: Set(ctx.realm().id.uuid()),
        grant_id: Set(grant.id.uuid()),
        client_id: Set(grant.client.uuid()),
        redirect_uri: Set(redirect_uri.to_owned()),
        details: Set(details),
        expires_at: Set((ctx.now + CODE_LIFETIME).millis()),
        used_at: Set(None),
        kept_until: Set(grant.expires_at.millis()),
    };
    authorization_code::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    Ok(())
}

pub(crate) async fn by_code(ctx: &Ctx, code: &Hashed<AuthorizationCode>) -> Result<Option<IssuedCode>, Fault> {
    let select = authorization_code::Entity::find_by_id(code.bytes().to_vec())
        .filter(authorization_code::Column::RealmId.eq(ctx.realm().id.uuid()));
    select.one(&ctx.db).await?.map(noun).transpose()
}

/// Uses the code up; true for the one call that did it.
pub(crate) async fn redeem(ctx: &Ctx, code: &Hashed<AuthorizationCode>) -> Result<bool, Fault> {
    let done = authorization_code::Entity::update_many()
        .col_expr(authorization_code::Column::UsedAt, Expr::value(ctx.now.millis()))
        .filter(authorization_code::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(authorization_code::Column::CodeHash.eq(code.bytes()))
        .filter(authorization_code::Column::UsedAt.is_null())
        .filter(authorization_code::Column::ExpiresAt.gt(ctx.now.millis()))
        .exec(&ctx.db)
        .await?;
    Ok(done.rows_affected == 1)
}

fn noun(row: authorization_code::Model) -> Result<IssuedCode, Fault> {
    Ok(IssuedCode {
        grant: GrantId::from_uuid(row.grant_id),
        client: ClientRowId::from_uuid(row.client_id),
        redirect_uri: row.redirect_uri,
        details: serde_json::from_str(&row.details).map_err(|_| Fault::unreadable("authorization code"))?,
        expires_at: Timestamp::from_millis(row.expires_at),
        used_at: row.used_at.map(Timestamp::from_millis),
    })
}

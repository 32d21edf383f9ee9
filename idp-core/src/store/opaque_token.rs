//! Table `opaque_tokens`.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::entity::opaque_token;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{ClientRowId, GrantId};
use crate::secret::{Hashed, TokenSecret};

/// What is written of a new token beside its claims.
pub(crate) struct Row<'a> {
    pub(crate) secret: &'a Hashed<TokenSecret>,
    pub(crate) client: ClientRowId,
    pub(crate) grant: Option<GrantId>,
    pub(crate) claims: String,
    pub(crate) expires_at: Timestamp,
}

pub(crate) async fn insert(ctx: &Ctx, token: Row<'_>) -> Result<(), Fault> {
    let row = opaque_token::ActiveModel {
        secret_hash: Set(token.secret.bytes().to_vec()),
        realm_id: Set(ctx.realm().id.uuid()),
        grant_id: Set(token.grant.map(GrantId::uuid)),
        client_id: Set(token.client.uuid()),
        claims: Set(token.claims),
        expires_at: Set(token.expires_at.millis()),
        revoked_at: Set(None),
    };
    opaque_token::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// The claims of a token that was not taken back.
pub(crate) async fn claims(ctx: &Ctx, secret: &Hashed<TokenSecret>) -> Result<Option<String>, Fault> {
    let select = opaque_token::Entity::find_by_id(secret.bytes().to_vec())
        .filter(opaque_token::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(opaque_token::Column::RevokedAt.is_null());
    Ok(select.one(&ctx.db).await?.map(|row| row.claims))
}

/// Takes one token back.
pub(crate) async fn revoke(ctx: &Ctx, secret: &Hashed<TokenSecret>) -> Result<(), Fault> {
    opaque_token::Entity::update_many()
        .col_expr(opaque_token::Column::RevokedAt, Expr::value(ctx.now.millis()))
        .filter(opaque_token::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(opaque_token::Column::SecretHash.eq(secret.bytes()))
        .filter(opaque_token::Column::RevokedAt.is_null())
        .exec(&ctx.db)
        .await?;
    Ok(())
}

//! Table `tokens`.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::entity::token;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{GrantId, TokenId};
use crate::oidc::scope::Scopes;
use crate::secret::{Hashed, TokenSecret};
use crate::token::{Token, TokenKind};

pub(crate) async fn insert(ctx: &Ctx, token: &Token, secret: &Hashed<TokenSecret>) -> Result<(), Fault> {
    let row = token::ActiveModel {
        id: Set(token.id.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        grant_id: Set(token.grant.uuid()),
        kind: Set(token.kind.name().to_owned()),
        secret_hash: Set(secret.bytes().to_vec()),
        scope: Set(token.scopes.to_string()),
        created_at: Set(token.created_at.millis()),
        expires_at: Set(token.expires_at.millis()),
        revoked_at: Set(token.revoked_at.map(Timestamp::millis)),
    };
    token::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    Ok(())
}

pub(crate) async fn by_secret(ctx: &Ctx, secret: &Hashed<TokenSecret>) -> Result<Option<Token>, Fault> {
    let select = token::Entity::find()
        .filter(token::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(token::Column::SecretHash.eq(secret.bytes()));
    select.one(&ctx.db).await?.map(noun).transpose()
}

/// Takes back every token of the grant.
pub(crate) async fn revoke_of_grant(ctx: &Ctx, grant: GrantId) -> Result<(), Fault> {
    token::Entity::update_many()
        .col_expr(token::Column::RevokedAt, Expr::value(ctx.now.millis()))
        .filter(token::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(token::Column::GrantId.eq(grant.uuid()))
        .filter(token::Column::RevokedAt.is_null())
        .exec(&ctx.db)
        .await?;
    Ok(())
}

fn noun(row: token::Model) -> Result<Token, Fault> {
    Ok(Token {
        id: TokenId::from_uuid(row.id),
        grant: GrantId::from_uuid(row.grant_id),
        kind: TokenKind::from_name(&row.kind).ok_or_else(|| Fault::unreadable("token"))?,
        scopes: Scopes::parse(&row.scope),
        created_at: Timestamp::from_millis(row.created_at),
        expires_at: Timestamp::from_millis(row.expires_at),
        revoked_at: row.revoked_at.map(Timestamp::from_millis),
    })
}

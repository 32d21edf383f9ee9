//! Table `refresh_tokens`.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::entity::refresh_token;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{ClientRowId, GrantId};
use crate::refresh_token::{RefreshToken, Successor};
use crate::secret::{Hashed, RefreshSecret, Sealed};

pub(crate) async fn insert(ctx: &Ctx, token: &RefreshToken, secret: &Hashed<RefreshSecret>) -> Result<(), Fault> {
    let details = serde_json::to_string(&token.details);
    let row = refresh_token::ActiveModel {
        secret_hash: Set(secret.bytes().to_vec()),
        realm_id: Set(ctx.realm().id.uuid()),
        grant_id: Set(token.grant.uuid()),
        client_id: Set(token.client.uuid()),
        details: Set(details.map_err(|_| Fault::Broken("a refresh token has no JSON form".into()))?),
        created_at: Set(token.created_at.millis()),
        expires_at: Set(token.expires_at.millis()),
        used_at: Set(None),
        successor_hash: Set(None),
        successor_sealed: Set(None),
    };
    refresh_token::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    Ok(())
}

pub(crate) async fn by_secret(ctx: &Ctx, secret: &Hashed<RefreshSecret>) -> Result<Option<RefreshToken>, Fault> {
    let select = refresh_token::Entity::find_by_id(secret.bytes().to_vec())
        .filter(refresh_token::Column::RealmId.eq(ctx.realm().id.uuid()));
    select.one(&ctx.db).await?.map(noun).transpose()
}

/// Lets the token give way to its successor; true for the one call that did it.
pub(crate) async fn rotate(
    ctx: &Ctx,
    secret: &Hashed<RefreshSecret>,
    successor: &Hashed<RefreshSecret>,
    sealed: &Sealed<RefreshSecret>,
) -> Result<bool, Fault> {
    let done = refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::UsedAt, Expr::value(ctx.now.millis()))
        .col_expr(refresh_token::Column::SuccessorHash, Expr::value(successor.bytes().to_vec()))
        .col_expr(refresh_token::Column::SuccessorSealed, Expr::value(sealed.bytes().to_vec()))
        .filter(refresh_token::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(refresh_token::Column::SecretHash.eq(secret.bytes()))
        .filter(refresh_token::Column::UsedAt.is_null())
        .exec(&ctx.db)
        .await?;
    Ok(done.rows_affected == 1)
}

fn noun(row: refresh_token::Model) -> Result<RefreshToken, Fault> {
    let successor = match (row.used_at, row.successor_hash, row.successor_sealed) {
        (Some(used_at), Some(hash), Some(sealed)) => Some(Successor {
            since: Timestamp::from_millis(used_at),
            hash: Hashed::from_bytes(hash),
            sealed: Sealed::from_bytes(sealed),
        }),
        _ => None,
    };
    Ok(RefreshToken {
        grant: GrantId::from_uuid(row.grant_id),
        client: ClientRowId::from_uuid(row.client_id),
        details: serde_json::from_str(&row.details).map_err(|_| Fault::unreadable("refresh token"))?,
        created_at: Timestamp::from_millis(row.created_at),
        expires_at: Timestamp::from_millis(row.expires_at),
        successor,
    })
}

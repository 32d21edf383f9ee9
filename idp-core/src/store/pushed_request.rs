//! Table `pushed_requests`.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::entity::pushed_request;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::ClientRowId;
use crate::oidc::authorize::pushed::{KEPT, LIFETIME};
use crate::oidc::params::Params;
use crate::secret::{Hashed, RequestUri};

/// Keeps a request; its row stays as long as a sign-in that began with it can end.
pub(crate) async fn insert(
    ctx: &Ctx,
    uri: &Hashed<RequestUri>,
    client: ClientRowId,
    params: &Params,
) -> Result<(), Fault> {
    let row = pushed_request::ActiveModel {
        uri_hash: Set(uri.bytes().to_vec()),
        realm_id: Set(ctx.realm().id.uuid()),
        client_id: Set(client.uuid()),
        params: Set(params.to_query()),
        created_at: Set(ctx.now.millis()),
        expires_at: Set((ctx.now + LIFETIME).millis()),
        kept_until: Set((ctx.now + KEPT).millis()),
        used_at: Set(None),
    };
    pushed_request::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// The parameters that this client pushed, and when it did, while they can be opened.
pub(crate) async fn open(
    ctx: &Ctx,
    uri: &Hashed<RequestUri>,
    client: ClientRowId,
) -> Result<Option<(Params, Timestamp)>, Fault> {
    let select = pushed_request::Entity::find_by_id(uri.bytes().to_vec())
        .filter(pushed_request::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(pushed_request::Column::ClientId.eq(client.uuid()))
        .filter(pushed_request::Column::ExpiresAt.gt(ctx.now.millis()))
        .filter(pushed_request::Column::UsedAt.is_null());
    let Some(row) = select.one(&ctx.db).await? else { return Ok(None) };
    let params = Params::parse(row.params.as_bytes()).map_err(|_| Fault::unreadable("pushed request"))?;
    Ok(Some((params, Timestamp::from_millis(row.created_at))))
}

/// Notes that it is answered; true for the one call that did it.
pub(crate) async fn use_up(ctx: &Ctx, uri: &Hashed<RequestUri>) -> Result<bool, Fault> {
    let done = pushed_request::Entity::update_many()
        .col_expr(pushed_request::Column::UsedAt, Expr::value(ctx.now.millis()))
        .filter(pushed_request::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(pushed_request::Column::UriHash.eq(uri.bytes()))
        .filter(pushed_request::Column::UsedAt.is_null())
        .exec(&ctx.db)
        .await?;
    Ok(done.rows_affected == 1)
}

//! Table `revoked_tokens`: JWTs that were taken back one by one. What a grant gave dies with the grant instead.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::entity::revoked_token;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::secret::{Hashed, TokenSecret};

pub(crate) async fn insert(ctx: &Ctx, jti: &Hashed<TokenSecret>, expires_at: Timestamp) -> Result<(), Fault> {
    let row = revoked_token::ActiveModel {
        jti_hash: Set(jti.bytes().to_vec()),
        realm_id: Set(ctx.realm().id.uuid()),
        expires_at: Set(expires_at.millis()),
    };
    let again = OnConflict::column(revoked_token::Column::JtiHash).do_nothing().to_owned();
    revoked_token::Entity::insert(row).on_conflict(again).exec_without_returning(&ctx.db).await?;
    Ok(())
}

pub(crate) async fn contains(ctx: &Ctx, jti: &Hashed<TokenSecret>) -> Result<bool, Fault> {
    let select = revoked_token::Entity::find_by_id(jti.bytes().to_vec())
        .filter(revoked_token::Column::RealmId.eq(ctx.realm().id.uuid()));
    Ok(select.count(&ctx.db).await? > 0)
}

//! Table `revoked_tokens`: JWTs that were taken back one by one. What a grant gave dies with the grant instead.

use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use super::entity::revoked_token;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::secret::{Hashed, TokenSecret};
use crate::store::held::{Change, Found, Keeping, Revoked};

/// More than these are asked for one by one.
const FEW: u64 = 10_000;

pub(crate) async fn insert(ctx: &Ctx, jti: &Hashed<TokenSecret>, expires_at: Timestamp) -> Result<(), Fault> {
    let row = revoked_token::ActiveModel {
        jti_hash: Set(jti.bytes().to_vec()),
        realm_id: Set(ctx.realm().id.uuid()),
        expires_at: Set(expires_at.millis()),
    };
    let again = OnConflict::column(revoked_token::Column::JtiHash).do_nothing().to_owned();
    revoked_token::Entity::insert(row).on_conflict(again).exec_without_returning(&ctx.db).await?;
    ctx.changes(Change::Revoked(ctx.realm().id, jti.bytes().to_vec()));
    Ok(())
}

/// Whether the token was taken back. Most realms take back few in the ten minutes that a token lives: those are held.
pub(crate) async fn contains(ctx: &Ctx, jti: &Hashed<TokenSecret>) -> Result<bool, Fault> {
    let realm = ctx.realm().id;
    let held = match ctx.held.revoked.find(ctx, &realm) {
        Found::Row(held) => held,
        Found::Nothing(Keeping::Never) => None,
        Found::Nothing(keeping) => {
            let held = few(ctx).await?;
            ctx.held.revoked.keep(keeping, realm, &held, ctx.now);
            held
        }
    };
    if let Some(held) = held {
        return Ok(held.lock().unwrap_or_else(PoisonError::into_inner).contains(jti.bytes()));
    }
    let select =
        revoked_token::Entity::find_by_id(jti.bytes().to_vec()).filter(revoked_token::Column::RealmId.eq(realm.uuid()));
    Ok(select.count(&ctx.db).await? > 0)
}

/// All that may still be presented, if they are few enough to hold.
async fn few(ctx: &Ctx) -> Result<Option<Revoked>, Fault> {
    let select = revoked_token::Entity::find()
        .filter(revoked_token::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(revoked_token::Column::ExpiresAt.gt(ctx.now.millis()))
        .limit(FEW + 1);
    let rows = select.all(&ctx.db).await?;
    let are_few = rows.len() as u64 <= FEW;
    Ok(are_few.then(|| Arc::new(Mutex::new(rows.into_iter().map(|row| row.jti_hash).collect()))))
}

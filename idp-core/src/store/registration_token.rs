//! Table `registration_tokens`.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::entity::registration_token;
use crate::clock::days;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{Id, RegistrationTokenKind};
use crate::oidc::register::NewToken;
use crate::secret::{Hashed, RegistrationToken};

pub(crate) async fn insert(ctx: &Ctx, new: &NewToken, secret: &Hashed<RegistrationToken>) -> Result<(), Fault> {
    let id: Id<RegistrationTokenKind> = ctx.new_id();
    let row = registration_token::ActiveModel {
        id: Set(id.uuid()),
        realm_id: Set(ctx.realm().id.uuid()),
        name: Set(new.name.clone()),
        secret_hash: Set(secret.bytes().to_vec()),
        uses_left: Set(i64::from(new.uses)),
        created_at: Set(ctx.now.millis()),
        expires_at: Set((ctx.now + days(u64::from(new.days))).millis()),
    };
    registration_token::Entity::insert(row).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// Whether the token would register a client now.
pub(crate) async fn is_good(ctx: &Ctx, secret: &Hashed<RegistrationToken>) -> Result<bool, Fault> {
    let select = registration_token::Entity::find()
        .filter(registration_token::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(registration_token::Column::SecretHash.eq(secret.bytes()))
        .filter(registration_token::Column::UsesLeft.gt(0))
        .filter(registration_token::Column::ExpiresAt.gt(ctx.now.millis()));
    Ok(select.count(&ctx.db).await? == 1)
}

/// Uses the token once; `false` when it does not count any more.
pub(crate) async fn consume(ctx: &Ctx, secret: &Hashed<RegistrationToken>) -> Result<bool, Fault> {
    let left = Expr::col(registration_token::Column::UsesLeft);
    let done = registration_token::Entity::update_many()
        .col_expr(registration_token::Column::UsesLeft, left.sub(1))
        .filter(registration_token::Column::RealmId.eq(ctx.realm().id.uuid()))
        .filter(registration_token::Column::SecretHash.eq(secret.bytes()))
        .filter(registration_token::Column::UsesLeft.gt(0))
        .filter(registration_token::Column::ExpiresAt.gt(ctx.now.millis()))
        .exec(&ctx.db)
        .await?;
    Ok(done.rows_affected == 1)
}

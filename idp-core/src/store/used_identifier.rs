//! Table `used_identifiers`.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::entity::used_identifier;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::secret::{Hashed, UsedIdentifier};

/// Uses an identifier up until `expires_at`; true for the one call that did it.
pub(crate) async fn spend(
    ctx: &Ctx,
    identifier: &Hashed<UsedIdentifier>,
    expires_at: Timestamp,
) -> Result<bool, Fault> {
    let row = used_identifier::ActiveModel {
        identifier_hash: Set(identifier.bytes().to_vec()),
        realm_id: Set(ctx.realm().id.uuid()),
        expires_at: Set(expires_at.millis()),
    };
    let first = OnConflict::column(used_identifier::Column::IdentifierHash).do_nothing().to_owned();
    let rows = used_identifier::Entity::insert(row).on_conflict(first).exec_without_returning(&ctx.db).await?;
    Ok(rows == 1)
}

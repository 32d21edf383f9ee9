//! Table `installation`, and the database server itself.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbBackend, EntityTrait, Statement};

use super::entity::installation;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::secret::{RootKey, Sealed, Vault};

/// The root key, wrapped under the installation key.
pub(crate) const ROOT: &str = "root_key";
/// The same under the installation key of before, until no node needs that any more.
pub(crate) const FORMER_ROOT: &str = "root_key_former";

pub(crate) async fn value(ctx: &Ctx, name: &str) -> Result<Option<Vec<u8>>, Fault> {
    Ok(installation::Entity::find_by_id(name).one(&ctx.db).await?.map(|row| row.value))
}

/// Notes a value unless there is one already.
pub(crate) async fn insert(ctx: &Ctx, name: &str, value: Vec<u8>) -> Result<(), Fault> {
    let row = installation::ActiveModel { name: Set(name.to_owned()), value: Set(value) };
    let keep = OnConflict::column(installation::Column::Name).do_nothing().to_owned();
    installation::Entity::insert(row).on_conflict(keep).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// Writes a value in the place of the one there is.
pub(crate) async fn put(ctx: &Ctx, name: &str, value: Vec<u8>) -> Result<(), Fault> {
    let row = installation::ActiveModel { name: Set(name.to_owned()), value: Set(value) };
    let replace = OnConflict::column(installation::Column::Name).update_column(installation::Column::Value).to_owned();
    installation::Entity::insert(row).on_conflict(replace).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// Removes a value. Answers whether there was one.
pub(crate) async fn remove(ctx: &Ctx, name: &str) -> Result<bool, Fault> {
    Ok(installation::Entity::delete_by_id(name).exec(&ctx.db).await?.rows_affected > 0)
}

/// The vault over this database's root key, where the installation key of `outer` unwraps it.
pub(super) async fn root(connection: &impl ConnectionTrait, outer: &Vault) -> Result<Option<Vault>, Fault> {
    for name in [ROOT, FORMER_ROOT] {
        let Some(row) = installation::Entity::find_by_id(name).one(connection).await? else { continue };
        if let Some(vault) = outer.unwrapped(&Sealed::<RootKey>::from_bytes(row.value)) {
            return Ok(Some(vault));
        }
    }
    Ok(None)
}

/// The major version of the PostgreSQL server; `None` on SQLite.
pub(crate) async fn postgres_version(ctx: &Ctx) -> Result<Option<i32>, Fault> {
    if ctx.db.get_database_backend() != DbBackend::Postgres {
        return Ok(None);
    }
    let question = "SELECT current_setting('server_version_num')::integer / 10000";
    let row = ctx.db.query_one_raw(Statement::from_string(DbBackend::Postgres, question)).await?;
    let row = row.ok_or_else(|| Fault::Broken("PostgreSQL did not tell its version".into()))?;
    Ok(Some(row.try_get_by_index(0)?))
}

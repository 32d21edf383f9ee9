//! Table `installation`.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::entity::installation;
use crate::ctx::Ctx;
use crate::fault::Fault;

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

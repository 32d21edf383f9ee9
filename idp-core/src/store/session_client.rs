//! Table `session_clients`.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::entity::session_client;
use crate::client::Client;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{ClientRowId, SessionId};

/// Notes that the session signed its member in to the client.
pub(crate) async fn note(ctx: &Ctx, session: SessionId, client: ClientRowId) -> Result<(), Fault> {
    let row = session_client::ActiveModel { session_id: Set(session.uuid()), client_id: Set(client.uuid()) };
    let conflict = OnConflict::columns([session_client::Column::SessionId, session_client::Column::ClientId])
        .do_nothing()
        .to_owned();
    session_client::Entity::insert(row).on_conflict(conflict).exec_without_returning(&ctx.db).await?;
    Ok(())
}

/// The clients that the session signed its member in to, by name on the wire.
pub(crate) async fn of(ctx: &Ctx, session: SessionId) -> Result<Vec<Client>, Fault> {
    let select = session_client::Entity::find().filter(session_client::Column::SessionId.eq(session.uuid()));
    let ids = select.all(&ctx.db).await?.into_iter().map(|row| row.client_id).collect();
    super::client::of_ids(ctx, ids).await
}

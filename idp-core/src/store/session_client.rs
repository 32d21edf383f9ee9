//! Table `session_clients`.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::entity::session_client;
use super::statement::Sql;
use crate::client::Client;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{ClientRowId, SessionId};

const NOTE: Sql = Sql::of("INSERT INTO session_clients (session_id, client_id) VALUES ($1, $2) ON CONFLICT DO NOTHING");

/// Notes that the session signed its member in to the client.
pub(crate) async fn note(ctx: &Ctx, session: SessionId, client: ClientRowId) -> Result<(), Fault> {
    ctx.db.change(&NOTE, &[session.uuid().into(), client.uuid().into()]).await.map(drop)
}

/// The clients that the session signed its member in to, by name on the wire.
pub(crate) async fn of(ctx: &Ctx, session: SessionId) -> Result<Vec<Client>, Fault> {
    let select = session_client::Entity::find().filter(session_client::Column::SessionId.eq(session.uuid()));
    let ids = select.all(&ctx.db).await?.into_iter().map(|row| row.client_id).collect();
    super::client::of_ids(ctx, ids).await
}

//! Clients who come from another system with their id and secret.

use crate::admin::client::{draw_secret, record, signing};
use crate::admin::key;
use crate::admin::realm::file::ClientEntry;
use crate::audit::EventKind;
use crate::client::{Client, ClientName};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::secret::{ClientSecret, Plain};
use crate::store;

/// How taking a client over ended.
#[derive(Debug)]
pub enum Registered {
    /// It is here. A secret that had to be made is shown now and never again.
    Done {
        /// The new secret; `None` where the client keeps its own or needs none.
        new_secret: Option<Plain<ClientSecret>>,
    },
    /// A client of that id was here before; nothing was changed.
    WasHere,
}

/// Registers these clients, each with the secret it had.
pub async fn register(
    ctx: &Ctx,
    clients: Vec<(ClientEntry, Option<String>)>,
) -> Result<Vec<(ClientName, Registered)>, Fault> {
    let mut registered = Vec::with_capacity(clients.len());
    for (entry, secret) in clients {
        if store::client::by_client_id(ctx, entry.client_id.as_str()).await?.is_some() {
            registered.push((entry.client_id, Registered::WasHere));
            continue;
        }
        let kept = secret.map(|secret| Plain::<ClientSecret>::new(secret.into_bytes()));
        let mut client = Client {
            id: ctx.new_id(),
            client_id: entry.client_id.clone(),
            name: entry.name,
            secret: kept.as_ref().map(|secret| ctx.vault.hash(secret.expose())),
            sealed_secret: None,
            management: None,
            settings: entry.settings,
            created_at: ctx.now,
            updated_at: ctx.now,
        };
        let new_secret = if kept.is_none() { draw_secret(ctx, &mut client)? } else { None };
        store::client::insert(ctx, &client).await?;
        key::ensure_for(ctx, signing(&client.settings)).await?;
        record(ctx, EventKind::ClientCreated, &client);
        registered.push((entry.client_id, Registered::Done { new_secret }));
    }
    Ok(registered)
}

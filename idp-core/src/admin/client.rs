//! Registering and changing relying parties.

use serde_json::json;

use super::key;
use crate::audit::{EventKind, Outcome};
use crate::client::{Client, ClientName, ClientSettings, SecretUse, SettingsError};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::key::Algorithm;
use crate::secret::{ClientSecret, Plain};
use crate::store;

/// What a new client is to be.
#[derive(Debug, Clone)]
pub struct NewClient {
    /// Its name on the wire; drawn at random when absent.
    pub client_id: Option<ClientName>,
    /// What members and operators call it.
    pub name: String,
    /// What is chosen for it.
    pub settings: ClientSettings,
}

/// How a registration ended.
#[derive(Debug)]
pub enum Created {
    /// It is registered. The secret (none for a public client) is shown now and never again.
    Done {
        /// The client.
        client: Box<Client>,
        /// Its secret.
        secret: Option<Plain<ClientSecret>>,
    },
    /// The realm has a client of that name.
    NameTaken,
    /// The display name is empty, or longer than 100 characters.
    BadDisplayName,
    /// A rule of the settings is broken.
    BadSettings(SettingsError),
}

/// How a change of an existing client ended.
#[derive(Debug)]
pub enum Changed<T> {
    /// It is done.
    Done(T),
    /// The realm has no such client.
    Unknown,
    /// A public client has no secret to change.
    NoSecret,
}

/// Registers a client.
pub async fn create(ctx: &Ctx, new: NewClient) -> Result<Created, Fault> {
    if let Err(rule) = new.settings.check() {
        return Ok(Created::BadSettings(rule));
    }
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Ok(Created::BadDisplayName);
    }
    let client_id = match new.client_id {
        Some(client_id) => client_id,
        None => drawn_name(ctx)?,
    };
    if store::client::by_client_id(ctx, client_id.as_str()).await?.is_some() {
        return Ok(Created::NameTaken);
    }

    let mut client = Client {
        id: ctx.new_id(),
        client_id,
        name: name.to_owned(),
        secret: None,
        sealed_secret: None,
        settings: new.settings,
        created_at: ctx.now,
        updated_at: ctx.now,
    };
    let secret = draw_secret(ctx, &mut client)?;
    store::client::insert(ctx, &client).await?;
    key::ensure_for(ctx, signing(&client.settings)).await?;
    record(ctx, EventKind::ClientCreated, &client);

    Ok(Created::Done { client: Box::new(client), secret })
}

/// Every client of the realm.
pub async fn list(ctx: &Ctx) -> Result<Vec<Client>, Fault> {
    store::client::list(ctx).await
}

/// One client by its name on the wire.
pub async fn show(ctx: &Ctx, client_id: &ClientName) -> Result<Option<Client>, Fault> {
    store::client::by_client_id(ctx, client_id.as_str()).await
}

/// Draws a new secret; the old one stops working with the commit. The new one is shown now and never again.
pub async fn rotate_secret(ctx: &Ctx, client_id: &ClientName) -> Result<Changed<Plain<ClientSecret>>, Fault> {
    let Some(mut client) = store::client::lock_by_client_id(ctx, client_id).await? else {
        return Ok(Changed::Unknown);
    };
    let Some(secret) = draw_secret(ctx, &mut client)? else { return Ok(Changed::NoSecret) };

    store::client::update(ctx, &client).await?;
    record(ctx, EventKind::ClientSecretRotated, &client);

    Ok(Changed::Done(secret))
}

/// Deletes a client with everything members granted it.
pub async fn delete(ctx: &Ctx, client_id: &ClientName) -> Result<Changed<()>, Fault> {
    let Some(client) = store::client::lock_by_client_id(ctx, client_id).await? else {
        return Ok(Changed::Unknown);
    };

    store::client::delete(ctx, client.id).await?;
    record(ctx, EventKind::ClientDeleted, &client);

    Ok(Changed::Done(()))
}

/// Draws a secret where the client's method takes one, and lets what is kept of it rest in the client.
fn draw_secret(ctx: &Ctx, client: &mut Client) -> Result<Option<Plain<ClientSecret>>, Fault> {
    let drawn = Plain::random(ctx.entropy());
    match client.settings.secret_use() {
        SecretUse::Compared => client.secret = Some(ctx.vault.hash(drawn.expose())),
        SecretUse::Keyed => {
            let sealed = ctx.vault.seal(ctx.entropy(), client.id.uuid().as_bytes(), drawn.expose())?;
            client.sealed_secret = Some(sealed);
        }
        SecretUse::None => return Ok(None),
    }
    Ok(Some(drawn))
}

/// The algorithms that a client's answers are signed with.
fn signing(settings: &ClientSettings) -> impl Iterator<Item = Algorithm> {
    std::iter::once(settings.id_token_alg).chain(settings.answers.signatures())
}

fn drawn_name(ctx: &Ctx) -> Result<ClientName, Fault> {
    let drawn = crate::entropy::uuid_v4(ctx.entropy()).to_string();
    ClientName::parse(&drawn).map_err(|_| Fault::Broken("a UUID is no client id".into()))
}

fn record(ctx: &Ctx, kind: EventKind, client: &Client) {
    ctx.record_with(kind, None, Outcome::Done, json!({ "client": client.id, "client_id": client.client_id }));
}

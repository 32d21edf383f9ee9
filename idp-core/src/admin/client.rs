//! Registering and changing relying parties.

use serde_json::{Map, Value, json};

use super::key;
use crate::audit::{EventKind, Outcome};
use crate::client::{Client, ClientName, ClientSettings, HttpsUri, Profile, SecretUse, SettingsError};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::key::Algorithm;
use crate::oidc::acr::Acr;
use crate::oidc::register::metadata::{self, MetadataError};
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
    if let Err(rule) = new.settings.check_at(&ctx.realm().origin) {
        return Ok(Created::BadSettings(rule));
    }
    let name = new.name.trim();
    if !is_display_name(name) {
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
        management: None,
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

/// Whether pages can show the name: 1 to 100 characters.
pub(crate) fn is_display_name(name: &str) -> bool {
    let name = name.trim();
    !name.is_empty() && name.chars().count() <= 100 && !name.chars().any(char::is_control)
}

/// Writes changed settings of a client that was locked; draws a secret where its new method takes one that it lacks.
pub(crate) async fn settle(ctx: &Ctx, client: &mut Client) -> Result<Option<Plain<ClientSecret>>, Fault> {
    let is_kept = match client.settings.secret_use() {
        SecretUse::Compared => client.secret.is_some(),
        SecretUse::Keyed => client.sealed_secret.is_some(),
        SecretUse::None => true,
    };
    match client.settings.secret_use() {
        SecretUse::Compared => client.sealed_secret = None,
        SecretUse::Keyed => client.secret = None,
        SecretUse::None => (client.secret, client.sealed_secret) = (None, None),
    }
    let secret = if is_kept { None } else { draw_secret(ctx, client)? };
    store::client::update(ctx, client).await?;
    key::ensure_for(ctx, signing(&client.settings)).await?;
    record(ctx, EventKind::ClientChanged, client);
    Ok(secret)
}

/// How a change of settings ended.
#[derive(Debug)]
pub enum Revised {
    /// It is done; the secret was drawn anew where the new method takes another one.
    Done {
        /// The client.
        client: Box<Client>,
        /// Its new secret, shown now and never again.
        secret: Option<Plain<ClientSecret>>,
    },
    /// The realm has no such client.
    Unknown,
    /// The metadata cannot be read.
    BadMetadata(MetadataError),
    /// A rule of the settings is broken.
    BadSettings(SettingsError),
}

/// What operators set beside the metadata; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct Revision {
    /// What kind of application it is.
    pub profile: Option<Profile>,
    /// The least class of authentication that it accepts.
    pub least_acr: Option<Acr>,
    /// The address by which other clients ask for tokens for it, or that it is a resource no longer.
    pub resource: Option<Option<HttpsUri>>,
}

/// Changes what a document names of a client's metadata (RFC 7591 §2), and what operators set beside it.
pub async fn revise(
    ctx: &Ctx,
    client_id: &ClientName,
    document: &Map<String, Value>,
    revision: Revision,
) -> Result<Revised, Fault> {
    let Some(mut client) = store::client::lock_by_client_id(ctx, client_id).await? else {
        return Ok(Revised::Unknown);
    };
    let (name, mut settings) = match metadata::read(document, client.settings.clone()) {
        Ok(read) => read,
        Err(error) => return Ok(Revised::BadMetadata(error)),
    };
    settings.profile = revision.profile.unwrap_or(settings.profile);
    settings.least_acr = revision.least_acr.unwrap_or(settings.least_acr);
    settings.resource = revision.resource.unwrap_or(settings.resource);
    if let Err(rule) = settings.check_at(&ctx.realm().origin) {
        return Ok(Revised::BadSettings(rule));
    }

    client.settings = settings;
    client.name = name.filter(|name| is_display_name(name)).unwrap_or(client.name);
    let secret = settle(ctx, &mut client).await?;

    Ok(Revised::Done { client: Box::new(client), secret })
}

/// Draws a secret where the client's method takes one, and lets what is kept of it rest in the client.
pub(super) fn draw_secret(ctx: &Ctx, client: &mut Client) -> Result<Option<Plain<ClientSecret>>, Fault> {
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

/// The algorithms that a client's tokens and answers are signed with.
pub(super) fn signing(settings: &ClientSettings) -> impl Iterator<Item = Algorithm> {
    let always = [settings.id_token_alg, settings.access_tokens.signing_alg, settings.unchosen_alg()];
    always.into_iter().chain(settings.answers.signatures())
}

fn drawn_name(ctx: &Ctx) -> Result<ClientName, Fault> {
    let drawn = crate::entropy::uuid_v4(ctx.entropy()).to_string();
    ClientName::parse(&drawn).map_err(|_| Fault::Broken("a UUID is no client id".into()))
}

pub(super) fn record(ctx: &Ctx, kind: EventKind, client: &Client) {
    ctx.record_with(kind, None, Outcome::Done, json!({ "client": client.id, "client_id": client.client_id }));
}

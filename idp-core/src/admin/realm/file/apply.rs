//! What a realm's file changes, and making it so in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{ClientEntry, RealmFile, text_of, tree_of};
use crate::admin::client::{draw_secret, record, signing};
use crate::admin::key;
use crate::admin::realm::{Publication, publish_terms};
use crate::audit::{EventKind, Outcome};
use crate::client::{Client, ClientName, SecretUse};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::realm::{Origin, Realm};
use crate::secret::{ClientSecret, Plain};
use crate::store;
use crate::terms::Terms;

/// Whether anything is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It is.
    Write,
    /// Only the difference is told.
    DryRun,
}

/// What a file may not do unless it is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Clients that the file does not name are deleted, with everything members granted them.
    pub deletes_clients: bool,
    /// The origin is moved, and with it the issuer.
    pub moves_origin: bool,
}

/// One thing that the file says differently.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// What: `settings.enrol_at`, `terms.ja`, `clients.KOSMO.redirect_uris`.
    pub key: String,
    /// As it was; `None` where it was absent.
    pub from: Option<String>,
    /// As it is to be; `None` where it goes.
    pub to: Option<String>,
}

/// How applying a file ended.
#[derive(Debug)]
pub enum Application {
    /// The realm is as the file says, or would be.
    Applied(Box<Answer>),
    /// The file would move the realm to another origin, which was not asked for.
    MovesOrigin(Origin),
    /// Another realm answers at the file's host; its name is given.
    HostTaken(String),
    /// The origin it would move to is the resource of this client.
    OriginIsResource(ClientName),
}

/// What was done, or would be.
#[derive(Debug)]
pub struct Answer {
    /// Everything that the file says differently.
    pub differences: Vec<Difference>,
    /// Clients that are there although the file does not name them.
    pub kept_clients: Vec<ClientName>,
    /// Secrets of clients that had none: shown now and never again.
    pub secrets: Vec<(ClientName, Plain<ClientSecret>)>,
}

/// Makes the realm at hand what the file says, all of it or nothing.
pub async fn apply(ctx: &Ctx, file: RealmFile, mode: Mode, limits: Limits) -> Result<Application, Fault> {
    let realm = store::realm::lock(ctx).await?;
    let terms = store::realm::terms_in_force(ctx).await?;
    let clients = store::client::list(ctx).await?;
    if file.origin != realm.origin {
        if !limits.moves_origin {
            return Ok(Application::MovesOrigin(realm.origin));
        }
        let other = store::realm::by_host(ctx, file.origin.host()).await?;
        if let Some(other) = other.filter(|other| other.id != realm.id) {
            return Ok(Application::HostTaken(other.name));
        }
    }

    let now = RealmFile::of(&realm, terms.clone(), &clients)?;
    let mut wanted = file;
    if wanted.terms.is_empty() {
        wanted.terms.clone_from(&now.terms);
    }
    let kept = kept_clients(&now, &wanted);
    let mut secrets = Vec::new();
    if !limits.deletes_clients {
        keep(&now, &mut wanted, &kept);
    }
    let mut clients_to_be = wanted.clients.iter().flatten();
    if let Some(client) = clients_to_be.find(|client| client.settings.check_resource(&wanted.origin).is_err()) {
        return Ok(Application::OriginIsResource(client.client_id.clone()));
    }
    let differences = differences(Some(&now), &wanted);
    if mode == Mode::Write && !differences.is_empty() {
        write_realm(ctx, realm, &wanted).await?;
        write_terms(ctx, &terms, &wanted).await?;
        secrets = write_clients(ctx, clients, wanted).await?;
    }
    let kept_clients = if limits.deletes_clients { Vec::new() } else { kept };
    Ok(Application::Applied(Box::new(Answer { differences, kept_clients, secrets })))
}

/// What a file says about a realm that is not there yet.
pub fn differences_of_new(file: &RealmFile) -> Vec<Difference> {
    differences(None, file)
}

fn kept_clients(now: &RealmFile, wanted: &RealmFile) -> Vec<ClientName> {
    let Some(wanted) = &wanted.clients else { return Vec::new() };
    let named: BTreeSet<&str> = wanted.iter().map(|client| client.client_id.as_str()).collect();
    let there = now.clients.iter().flatten().map(|client| &client.client_id);
    there.filter(|client_id| !named.contains(client_id.as_str())).cloned().collect()
}

/// Leaves the clients that the file does not name as they are.
fn keep(now: &RealmFile, wanted: &mut RealmFile, kept: &[ClientName]) {
    let there = now.clients.iter().flatten();
    match &mut wanted.clients {
        Some(clients) => clients.extend(there.filter(|client| kept.contains(&client.client_id)).cloned()),
        None => wanted.clients.clone_from(&now.clients),
    }
}

fn differences(now: Option<&RealmFile>, wanted: &RealmFile) -> Vec<Difference> {
    let now = now.map(flat).unwrap_or_default();
    let wanted = flat(wanted);
    let keys: BTreeSet<&String> = now.keys().chain(wanted.keys()).collect();
    let difference =
        |key: &String| Difference { key: key.clone(), from: now.get(key).cloned(), to: wanted.get(key).cloned() };
    keys.into_iter().map(difference).filter(|difference| difference.from != difference.to).collect()
}

/// Every value of a file by its key; clients by their id.
fn flat(file: &RealmFile) -> BTreeMap<String, String> {
    let mut document = file.document();
    if let Some(root) = document.as_object_mut() {
        let clients = file.clients.iter().flatten();
        let by_id = clients.map(|client| (client.client_id.as_str().to_owned(), client.document()));
        root.insert("clients".into(), Value::Object(by_id.collect()));
    }
    let mut leaves = BTreeMap::new();
    flatten(&document, String::new(), &mut leaves);
    leaves
}

fn flatten(value: &Value, key: String, leaves: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                flatten(value, key, leaves);
            }
        }
        Value::Null => {}
        Value::Array(_) | Value::String(_) | Value::Bool(_) | Value::Number(_) => {
            leaves.insert(key, text_of(value));
        }
    }
}

async fn write_realm(ctx: &Ctx, mut realm: Realm, wanted: &RealmFile) -> Result<(), Fault> {
    if realm.settings == wanted.settings && realm.origin == wanted.origin {
        return Ok(());
    }
    let (before, after) = (tree_of(&realm.settings), tree_of(&wanted.settings));
    let mut keys: Vec<&str> = after.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
    keys.retain(|key| before.get(key) != after.get(key));
    if realm.origin != wanted.origin {
        keys.push("origin");
    }
    let details = json!({ "keys": keys, "by": "file" });

    realm.settings = wanted.settings.clone();
    realm.origin = wanted.origin.clone();
    store::realm::update(ctx, &realm).await?;
    ctx.record_with(EventKind::RealmChanged, None, Outcome::Done, details);
    Ok(())
}

async fn write_terms(ctx: &Ctx, in_force: &[Terms], wanted: &RealmFile) -> Result<(), Fault> {
    let published: BTreeMap<_, _> = in_force.iter().map(|terms| (terms.language, terms.body.clone())).collect();
    if published == wanted.terms {
        return Ok(());
    }
    match publish_terms(ctx, wanted.terms.clone()).await? {
        Publication::Published { .. } | Publication::Unchanged { .. } => Ok(()),
        Publication::Empty(_) | Publication::NoText => Err(Fault::Broken("terms were lost on their way".into())),
    }
}

async fn write_clients(
    ctx: &Ctx,
    clients: Vec<Client>,
    wanted: RealmFile,
) -> Result<Vec<(ClientName, Plain<ClientSecret>)>, Fault> {
    let entries = wanted.clients.unwrap_or_default();
    for client in &clients {
        if !entries.iter().any(|entry| entry.client_id == client.client_id) {
            store::client::delete(ctx, client.id).await?;
            record(ctx, EventKind::ClientDeleted, client);
        }
    }
    let mut secrets = Vec::new();
    for entry in entries {
        let known = clients.iter().find(|client| client.client_id == entry.client_id);
        let secret = match known {
            Some(client) if client.name == entry.name && client.settings == entry.settings => None,
            Some(client) => change(ctx, client.clone(), &entry).await?,
            None => insert(ctx, &entry).await?,
        };
        secrets.extend(secret.map(|secret| (entry.client_id, secret)));
    }
    Ok(secrets)
}

async fn insert(ctx: &Ctx, entry: &ClientEntry) -> Result<Option<Plain<ClientSecret>>, Fault> {
    let mut client = Client {
        id: ctx.new_id(),
        client_id: entry.client_id.clone(),
        name: entry.name.clone(),
        secret: None,
        sealed_secret: None,
        management: None,
        settings: entry.settings.clone(),
        created_at: ctx.now,
        updated_at: ctx.now,
    };
    let secret = draw_secret(ctx, &mut client)?;
    store::client::insert(ctx, &client).await?;
    key::ensure_for(ctx, signing(&client.settings)).await?;
    record(ctx, EventKind::ClientCreated, &client);
    Ok(secret)
}

async fn change(ctx: &Ctx, mut client: Client, entry: &ClientEntry) -> Result<Option<Plain<ClientSecret>>, Fault> {
    client.name.clone_from(&entry.name);
    client.settings = entry.settings.clone();
    // A client that needs another kind of secret gets one; otherwise it keeps its own.
    let has_its_secret = match client.settings.secret_use() {
        SecretUse::Compared => client.secret.is_some(),
        SecretUse::Keyed => client.sealed_secret.is_some(),
        SecretUse::None => false,
    };
    let secret = if has_its_secret {
        None
    } else {
        (client.secret, client.sealed_secret) = (None, None);
        draw_secret(ctx, &mut client)?
    };
    store::client::update(ctx, &client).await?;
    key::ensure_for(ctx, signing(&client.settings)).await?;
    record(ctx, EventKind::ClientChanged, &client);
    Ok(secret)
}

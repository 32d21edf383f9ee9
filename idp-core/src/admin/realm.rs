//! Realms: creating, showing and changing them, and publishing their terms of use.

use std::collections::BTreeMap;

use serde_json::json;

pub mod file;
pub mod setting;

use self::setting::{Assignment, SettingError};
use super::installation;
use crate::audit::{EventKind, Outcome};
use crate::credential::passkey::relying_party;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::language::Language;
use crate::realm::{Origin, Realm, RealmName, RealmSettings};
use crate::store::realm;
use crate::terms::{self, Terms};

/// How creating a realm ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "it is answered once and taken apart at once")]
pub enum Creation {
    /// It is there.
    Created(Realm),
    /// Another realm is called so.
    NameTaken,
    /// Another realm answers at this host; its name is given.
    HostTaken(String),
}

/// Creates a realm. Runs in [`Realm::installation`], since the realm itself is not there yet.
pub async fn create(ctx: &Ctx, name: RealmName, origin: Origin, settings: RealmSettings) -> Result<Creation, Fault> {
    installation::remember_key(ctx).await?;
    if realm::by_name(ctx, name.as_str()).await?.is_some() {
        return Ok(Creation::NameTaken);
    }
    if let Some(other) = realm::by_host(ctx, origin.host()).await? {
        return Ok(Creation::HostTaken(other.name));
    }

    let created = Realm { id: ctx.new_id(), name: name.as_str().to_owned(), origin, settings };
    realm::insert(ctx, &created).await?;
    let details = json!({ "realm": created.id, "name": created.name, "origin": created.origin.as_str() });
    ctx.record_with(EventKind::RealmCreated, None, Outcome::Done, details);
    Ok(Creation::Created(created))
}

/// The realm that operators call so.
pub async fn by_name(ctx: &Ctx, name: &str) -> Result<Option<Realm>, Fault> {
    realm::by_name(ctx, name).await
}

/// Every realm, by name.
pub async fn list(ctx: &Ctx) -> Result<Vec<Realm>, Fault> {
    realm::all(ctx).await
}

/// How changing settings ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The settings are now these.
    Changed(Box<Realm>),
    /// They already were so.
    Unchanged(Box<Realm>),
    /// Nothing was changed, because of this.
    Refused(SettingError),
}

/// Changes settings of the realm at hand, all of them or none.
pub async fn set(ctx: &Ctx, assignments: Vec<Assignment>) -> Result<Change, Fault> {
    let mut realm = realm::lock(ctx).await?;

    let mut settings = realm.settings.clone();
    for assignment in &assignments {
        settings = match assignment.apply(&settings) {
            Ok(settings) => settings,
            Err(refused) => return Ok(Change::Refused(refused)),
        };
    }
    let changed = Realm { settings: settings.clone(), ..realm.clone() };
    if let Some(value) = settings.passkey_rp_id.clone().filter(|_| relying_party::rp_id(&changed).is_none()) {
        return Ok(Change::Refused(SettingError::BadValue {
            key: "passkey_rp_id".to_owned(),
            value,
            reason: format!("it is neither the host of {} nor a parent domain of it", realm.origin.as_str()),
        }));
    }
    if settings == realm.settings {
        return Ok(Change::Unchanged(Box::new(realm)));
    }

    realm.settings = settings;
    realm::update(ctx, &realm).await?;
    let keys: Vec<&str> = assignments.iter().map(|assignment| assignment.key.as_str()).collect();
    ctx.record_with(EventKind::RealmChanged, None, Outcome::Done, json!({ "keys": keys }));
    Ok(Change::Changed(Box::new(realm)))
}

/// How publishing terms ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publication {
    /// Everybody is asked to agree to this version.
    Published {
        /// The new version.
        version: i64,
    },
    /// The texts in force are these already; nobody is asked again.
    Unchanged {
        /// The version in force.
        version: i64,
    },
    /// The text in this language is empty.
    Empty(Language),
    /// No text was given.
    NoText,
}

/// Publishes terms of use, one text per language. The same texts again change nothing.
pub async fn publish_terms(ctx: &Ctx, texts: BTreeMap<Language, String>) -> Result<Publication, Fault> {
    let texts: BTreeMap<Language, String> =
        texts.into_iter().map(|(language, text)| (language, terms_text(&text))).collect();
    if let Some((language, _)) = texts.iter().find(|(_, text)| text.is_empty()) {
        return Ok(Publication::Empty(*language));
    }
    if texts.is_empty() {
        return Ok(Publication::NoText);
    }
    // Two operators who publish at once get one version each, in turn.
    realm::lock(ctx).await?;
    let in_force = realm::terms_in_force(ctx).await?;

    let version = in_force.first().map_or(0, |terms| terms.version);
    let hashes = |terms: &[Terms]| -> BTreeMap<Language, String> {
        terms.iter().map(|terms| (terms.language, terms.sha256.clone())).collect()
    };
    let published: Vec<Terms> = texts
        .into_iter()
        .map(|(language, body)| Terms {
            version: version + 1,
            language,
            sha256: terms::sha256_of(&body),
            body,
            published_at: ctx.now,
        })
        .collect();
    if hashes(&published) == hashes(&in_force) {
        return Ok(Publication::Unchanged { version });
    }

    for terms in &published {
        realm::insert_terms(ctx, terms).await?;
    }
    let details = json!({ "version": version + 1, "sha256": hashes(&published) });
    ctx.record_with(EventKind::TermsPublished, None, Outcome::Done, details);
    Ok(Publication::Published { version: version + 1 })
}

/// The texts in force, one per language; empty where there are none.
pub async fn terms(ctx: &Ctx) -> Result<Vec<Terms>, Fault> {
    realm::terms_in_force(ctx).await
}

/// Line ends and the byte order mark depend on the editor; they must not make a new version.
pub(crate) fn terms_text(text: &str) -> String {
    text.trim_start_matches('\u{FEFF}').replace("\r\n", "\n").replace('\r', "\n").trim().to_owned()
}

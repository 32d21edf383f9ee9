//! A society as one TOML file: reading it with every problem told at once, and writing the same file back.
//!
//! The file describes the realm whole: a setting that it does not name has its default. The names are those of
//! `realm set` and of client registration, taken from the types themselves, so that a new setting is in the file by
//! being there.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::setting::{Assignment, reason_of};
use super::terms_text;
use crate::client::{Client, ClientName, ClientSettings, Profile};
use crate::credential::passkey::relying_party;
use crate::language::Language;
use crate::realm::{Origin, Realm, RealmName, RealmSettings};
use crate::terms::Terms;

mod apply;

pub use self::apply::{Answer, Application, Difference, Limits, Mode, apply, differences_of_new};

/// The keys of the file's first level.
const KEYS: [&str; 5] = ["clients", "name", "origin", "settings", "terms"];

/// A society, as the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RealmFile {
    /// What operators call it.
    pub name: RealmName,
    /// Where its pages are.
    pub origin: Origin,
    /// Everything a society chooses.
    pub settings: RealmSettings,
    /// The terms of use; empty where the file has none, which leaves what is published.
    pub terms: BTreeMap<Language, String>,
    /// The clients; `None` where the file does not speak of clients, which leaves those there are.
    pub clients: Option<Vec<ClientEntry>>,
}

/// A client, as the file has it. Its secret is never in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientEntry {
    /// Its name on the wire.
    pub client_id: ClientName,
    /// What members and operators call it.
    pub name: String,
    /// What is chosen for it.
    pub settings: ClientSettings,
}

/// What is wrong with the file, each as a sentence that begins with the key.
pub type Problems = Vec<String>;

impl RealmFile {
    /// Reads a file.
    ///
    /// # Errors
    /// Every problem there is, in the order of the file's parts.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        let table: toml::Table = text.trim_start_matches('\u{FEFF}').parse().map_err(|error: toml::de::Error| {
            // The library draws the line with a pointer below it, over several lines of its own.
            vec![format!("the file is not TOML: {}", error.to_string().trim_end())]
        })?;
        let root = serde_json::to_value(table).unwrap_or_default();
        let mut problems = Problems::new();
        let root = root.as_object().cloned().unwrap_or_default();
        for key in root.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            problems.push(format!("{key} is not known; the file has {}", KEYS.join(", ")));
        }

        let name = text_at(&root, "name", &mut problems, |text| text.parse::<RealmName>());
        let origin = text_at(&root, "origin", &mut problems, Origin::parse);
        let settings = settings_of(root.get("settings"), &mut problems);
        let terms = terms_of(root.get("terms"), &mut problems);
        let clients = root.get("clients").map(|clients| clients_of(clients, &mut problems));
        if let Some(origin) = &origin {
            problems.extend(foreign_passkeys(origin, &settings));
            problems.extend(own_resources(origin, clients.as_deref().unwrap_or_default()));
        }
        match (name, origin) {
            (Some(name), Some(origin)) if problems.is_empty() => Ok(Self { name, origin, settings, terms, clients }),
            (_, _) => Err(problems),
        }
    }

    /// The realm as it stands.
    pub fn of(realm: &Realm, terms: Vec<Terms>, clients: &[Client]) -> Result<Self, crate::fault::Fault> {
        let name = realm.name.parse().map_err(|_| crate::fault::Fault::unreadable("realm name"))?;
        let entry = |client: &Client| ClientEntry {
            client_id: client.client_id.clone(),
            name: client.name.clone(),
            settings: client.settings.clone(),
        };
        Ok(Self {
            name,
            origin: realm.origin.clone(),
            settings: realm.settings.clone(),
            terms: terms.into_iter().map(|terms| (terms.language, terms.body)).collect(),
            clients: Some(clients.iter().map(entry).collect()),
        })
    }

    /// The file's content as one document.
    pub fn document(&self) -> Value {
        let mut root = Map::new();
        root.insert("name".into(), self.name.as_str().into());
        root.insert("origin".into(), self.origin.as_str().into());
        root.insert("settings".into(), without_nulls(tree_of(&self.settings)));
        if !self.terms.is_empty() {
            let texts = self.terms.iter().map(|(language, text)| (language.tag().to_owned(), text.as_str().into()));
            root.insert("terms".into(), Value::Object(texts.collect()));
        }
        if let Some(clients) = &self.clients {
            root.insert("clients".into(), clients.iter().map(ClientEntry::document).collect());
        }
        Value::Object(root)
    }

    /// The file.
    ///
    /// # Errors
    /// A value that TOML cannot write, which no setting has.
    pub fn text(&self) -> Result<String, crate::fault::Fault> {
        toml::to_string_pretty(&self.document())
            .map_err(|error| crate::fault::Fault::Broken(format!("the realm cannot be written as TOML: {error}")))
    }
}

impl ClientEntry {
    fn document(&self) -> Value {
        let mut tree = without_nulls(tree_of(&self.settings));
        if let Some(root) = tree.as_object_mut() {
            root.insert("client_id".into(), self.client_id.as_str().into());
            root.insert("name".into(), self.name.as_str().into());
        }
        tree
    }
}

/// Passkeys made for a domain that the origin is not part of would be refused by every browser.
fn foreign_passkeys(origin: &Origin, settings: &RealmSettings) -> Option<String> {
    let realm = Realm { origin: origin.clone(), settings: settings.clone(), ..Realm::installation() };
    let is_foreign = settings.passkey_rp_id.is_some() && relying_party::rp_id(&realm).is_none();
    let at = origin.as_str();
    is_foreign.then(|| format!("settings.passkey_rp_id: it is neither the host of {at} nor a parent domain of it"))
}

/// The other rules of a client know no origin, and were asked while it was read.
fn own_resources(origin: &Origin, clients: &[ClientEntry]) -> Vec<String> {
    let problem = |entry: &ClientEntry| {
        let rule = entry.settings.check_resource(origin).err()?;
        Some(format!("clients: {}: {rule}", entry.client_id.as_str()))
    };
    clients.iter().filter_map(problem).collect()
}

fn text_at<T, E: std::fmt::Display>(
    root: &Map<String, Value>,
    key: &str,
    problems: &mut Problems,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Option<T> {
    let read = match root.get(key) {
        None => Err("it is missing".to_owned()),
        Some(Value::String(text)) => parse(text).map_err(|error| error.to_string()),
        Some(_) => Err("write a text".to_owned()),
    };
    read.map_err(|reason| problems.push(format!("{key}: {reason}"))).ok()
}

fn settings_of(part: Option<&Value>, problems: &mut Problems) -> RealmSettings {
    let Some(part) = part else { return RealmSettings::default() };
    let checked = &mut |key: &str, value: &Value, settings: &RealmSettings| {
        let assignment = Assignment { key: key.to_owned(), value: text_of(value) };
        assignment.check(settings).map_err(|error| error.to_string())
    };
    let settings: RealmSettings = overlay(&RealmSettings::default(), "settings", part, checked, problems);
    for language in settings.texts.keys().filter(|tag| !Language::ALL.iter().any(|known| known.tag() == tag.as_str())) {
        problems.push(format!("settings.texts.{language}: the languages are ja and en"));
    }
    settings
}

fn terms_of(part: Option<&Value>, problems: &mut Problems) -> BTreeMap<Language, String> {
    let mut terms = BTreeMap::new();
    let empty = Map::new();
    let texts = match part {
        None => &empty,
        Some(Value::Object(texts)) => texts,
        Some(_) => {
            problems.push("terms: write a table of languages".to_owned());
            &empty
        }
    };
    for (tag, text) in texts {
        let language = Language::ALL.into_iter().find(|known| known.tag() == tag);
        match (language, text.as_str().map(terms_text)) {
            (None, _) => problems.push(format!("terms.{tag}: the languages are ja and en")),
            (Some(_), None) => problems.push(format!("terms.{tag}: write a text")),
            (Some(_), Some(text)) if text.is_empty() => problems.push(format!("terms.{tag}: the text is empty")),
            (Some(language), Some(text)) => {
                terms.insert(language, text);
            }
        }
    }
    terms
}

fn clients_of(part: &Value, problems: &mut Problems) -> Vec<ClientEntry> {
    let Some(parts) = part.as_array() else {
        problems.push("clients: write [[clients]] before each client".to_owned());
        return Vec::new();
    };
    let mut clients: Vec<ClientEntry> = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let place = format!("clients[{}]", at + 1);
        let Some(mut part) = part.as_object().cloned() else {
            problems.push(format!("{place}: write a table"));
            continue;
        };
        let mut own = Problems::new();
        let client_id = text_at(&part, "client_id", &mut own, ClientName::parse);
        let name = text_at(&part, "name", &mut own, client_name);
        problems.extend(own.into_iter().map(|problem| format!("{place}.{problem}")));
        part.remove("client_id");
        part.remove("name");

        let before = problems.len();
        let profile = part.get("profile").and_then(Value::as_str).and_then(Profile::from_name);
        let base = profile.unwrap_or_default().defaults();
        let settings: ClientSettings = overlay(&base, &place, &Value::Object(part), &mut |_, _, _| Ok(()), problems);
        if problems.len() == before
            && let Err(rule) = settings.check()
        {
            problems.push(format!("{place}: {rule}"));
        }
        let (Some(client_id), Some(name)) = (client_id, name) else { continue };
        if clients.iter().any(|other| other.client_id == client_id) {
            problems.push(format!("{place}.client_id: “{}” stands in the file twice", client_id.as_str()));
        }
        clients.push(ClientEntry { client_id, name, settings });
    }
    clients
}

fn client_name(text: &str) -> Result<String, &'static str> {
    let name = text.trim();
    let is_good = (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if is_good { Ok(name.to_owned()) } else { Err("write 1 to 100 characters") }
}

/// What the type of one value does not say.
type Check<'a, T> = dyn FnMut(&str, &Value, &T) -> Result<(), String> + 'a;

/// `base` with everything that `part` says put over them, value by value, so that each problem has its key.
fn overlay<T: Clone + Serialize + DeserializeOwned>(
    base: &T,
    place: &str,
    part: &Value,
    check: &mut Check<'_, T>,
    problems: &mut Problems,
) -> T {
    let mut tree = tree_of(base);
    let mut found = Vec::new();
    leaves_of(part, &tree, &mut Vec::new(), &mut found);
    for (path, value) in found {
        let key = path.join(".");
        let put = value.ok_or_else(|| "it is not known".to_owned()).and_then(|value| {
            let mut changed = tree.clone();
            place_at(&mut changed, &path, value.clone()).ok_or("it is not known")?;
            let read: T = serde_json::from_value(changed.clone()).map_err(|error| reason_of(&error.to_string()))?;
            tree = changed;
            check(&key, value, &read)
        });
        if let Err(reason) = put {
            problems.push(format!("{place}.{key}: {reason}"));
        }
    }
    serde_json::from_value(tree).unwrap_or_else(|_| base.clone())
}

/// Every value of `part` with its path; `None` where `known` has nothing there.
fn leaves_of<'p>(
    part: &'p Value,
    known: &Value,
    path: &mut Vec<String>,
    found: &mut Vec<(Vec<String>, Option<&'p Value>)>,
) {
    match (part, known) {
        // A table that is empty by default holds whatever names it is given, and is read whole.
        (Value::Object(fields), Value::Object(places)) if !places.is_empty() => {
            for (name, value) in fields {
                path.push(name.clone());
                match places.get(name) {
                    Some(place) => leaves_of(value, place, path, found),
                    None => found.push((path.clone(), None)),
                }
                path.pop();
            }
        }
        (_, _) => found.push((path.clone(), Some(part))),
    }
}

fn place_at(tree: &mut Value, path: &[String], value: Value) -> Option<()> {
    let mut place = tree;
    for part in path {
        place = place.get_mut(part.as_str())?;
    }
    *place = value;
    Some(())
}

pub(super) fn tree_of(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// TOML knows no null: what is absent is left out.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(parts) => parts.into_iter().map(without_nulls).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// A value as an operator would type it.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(text_of).collect::<Vec<_>>().join(","),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests;

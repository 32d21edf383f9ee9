//! `key=value` on a realm's settings, refused with a sentence that names what is possible.

use std::str::FromStr;

use serde_json::{Map, Value};
use url::Url;

use crate::credential::Method;
use crate::language::Language;
use crate::mail_address::MailAddress;
use crate::realm::{Origin, RealmSettings};

/// One setting and its new value, as the operator typed them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Dotted: `display_name.ja`, `texts.ja.login-title`.
    pub key: String,
    /// Lists are separated by commas; an empty value clears what may be absent.
    pub value: String,
}

/// Why a setting is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// There is no `=` in it.
    #[error("“{0}” is not a setting: write key=value, for example enrol_at=same_sitting")]
    NotAnAssignment(String),
    /// No setting is called so.
    #[error("there is no setting “{key}”. The settings are: {known}")]
    UnknownKey {
        /// What was typed.
        key: String,
        /// Every key there is.
        known: String,
    },
    /// The value does not fit.
    #[error("{key} cannot be “{value}”: {reason}")]
    BadValue {
        /// The setting.
        key: String,
        /// What was typed.
        value: String,
        /// What is possible.
        reason: String,
    },
}

impl FromStr for Assignment {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        match text.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() => {
                Ok(Self { key: key.trim().to_owned(), value: value.trim().to_owned() })
            }
            Some(_) | None => Err(SettingError::NotAnAssignment(text.to_owned())),
        }
    }
}

impl Assignment {
    /// The settings with this one changed.
    ///
    /// # Errors
    /// [`SettingError`] names the keys there are, or the values this one may have.
    pub fn apply(&self, settings: &RealmSettings) -> Result<RealmSettings, SettingError> {
        let mut tree = tree_of(settings);
        let path: Vec<&str> = self.key.splitn(3, '.').collect();
        let changed = match (path.as_slice(), tree.as_object_mut()) {
            (["texts", language, name], Some(root)) => self.put_text(root, language, name),
            (_, Some(root)) => self.put(root, &path),
            (_, None) => Err(self.unknown()),
        };
        changed?;

        let changed: RealmSettings =
            serde_json::from_value(tree).map_err(|error| self.bad(&reason_of(&error.to_string())))?;
        self.check(&changed)?;
        Ok(changed)
    }

    fn put(&self, root: &mut Map<String, Value>, path: &[&str]) -> Result<(), SettingError> {
        let mut place = root.get_mut(path[0]).ok_or_else(|| self.unknown())?;
        for part in &path[1..] {
            place = place.get_mut(*part).ok_or_else(|| self.unknown())?;
        }
        let is_optional = OPTIONAL.contains(&self.key.as_str());
        *place = match place {
            Value::Object(_) => return Err(self.unknown()),
            Value::Number(_) => {
                let number: u64 = self.value.parse().map_err(|_| self.bad("write a whole number"))?;
                Value::from(number)
            }
            Value::Array(_) => self.value.split(',').map(str::trim).filter(|part| !part.is_empty()).collect(),
            Value::Bool(_) | Value::Null | Value::String(_) if is_optional && self.value.is_empty() => Value::Null,
            Value::Bool(_) | Value::Null | Value::String(_) => Value::from(self.value.as_str()),
        };
        Ok(())
    }

    /// A text that replaces ours; an empty one brings ours back.
    fn put_text(&self, root: &mut Map<String, Value>, language: &str, name: &str) -> Result<(), SettingError> {
        if !Language::ALL.iter().any(|known| known.tag() == language) {
            return Err(self.unknown());
        }
        let Some(texts) = root.get_mut("texts").and_then(Value::as_object_mut) else { return Err(self.unknown()) };
        let Some(texts) = texts.entry(language).or_insert_with(|| Map::new().into()).as_object_mut() else {
            return Err(self.unknown());
        };
        if self.value.is_empty() {
            texts.remove(name);
        } else {
            texts.insert(name.to_owned(), self.value.as_str().into());
        }
        Ok(())
    }

    /// What the type of a setting does not say.
    pub(super) fn check(&self, settings: &RealmSettings) -> Result<(), SettingError> {
        let value = self.value.as_str();
        let reason = match self.key.as_str() {
            "primary_colour" if !is_colour(value) => "write # and six hexadecimal digits, for example #0017c1",
            "home_url" if !value.is_empty() && !is_page(value) => "write an absolute https URL",
            "logo_url" if !(value.is_empty() || value.starts_with("data:image/") || value.starts_with('/')) => {
                "write a data:image/… URL, or a path on the same host that starts with /"
            }
            "mail_sender" if !is_sender(value) => "write an address, or Name <address>",
            "methods" if !is_choice(&settings.methods) => {
                "write one or more of passkey, totp and mail, separated by commas"
            }
            "passkey_rp_id" if !value.is_empty() && psl::domain_str(value).is_none() && value != "localhost" => {
                "write the realm's own host, or a parent domain of it that is not a public suffix like co.jp"
            }
            "passkey_related_origins" if !settings.passkey_related_origins.iter().all(|text| is_origin(text)) => {
                "write origins like https://portal.example, separated by commas"
            }
            "response_types" if settings.response_types.is_empty() => {
                "write code, and others of code id_token, code token, code id_token token, id_token, id_token token"
            }
            "authorization_details_types" if !settings.authorization_details_types.iter().all(|kind| is_type(kind)) => {
                "write names of 1 to 128 letters, digits or any of - . _ : / separated by commas"
            }
            "wrong_guesses_per_minute" if !(10..=1_000_000).contains(&settings.wrong_guesses_per_minute) => {
                "write 10 to 1000000"
            }
            "letter_days" if !(1..=365).contains(&settings.letter_days) => "write 1 to 365",
            "session_idle_minutes" if !(1..=1440).contains(&settings.session_idle_minutes) => "write 1 to 1440",
            "session_absolute_minutes" if !(1..=10_080).contains(&settings.session_absolute_minutes) => {
                "write 1 to 10080"
            }
            "key_rotation_days" if !matches!(settings.key_rotation_days, 0 | 7..=365) => {
                "write 7 to 365, or 0 where keys are rotated by hand"
            }
            "remember_browser_days" if settings.remember_browser_days > 90 => "write 0 to 90",
            _ => return Ok(()),
        };
        Err(self.bad(reason))
    }

    fn unknown(&self) -> SettingError {
        SettingError::UnknownKey { key: self.key.clone(), known: keys().join(", ") }
    }

    fn bad(&self, reason: &str) -> SettingError {
        SettingError::BadValue { key: self.key.clone(), value: self.value.clone(), reason: reason.to_owned() }
    }
}

/// Settings that may be absent.
const OPTIONAL: [&str; 3] = ["logo_url", "home_url", "passkey_rp_id"];

/// Every key, as an operator types it.
pub fn keys() -> Vec<String> {
    flat(&RealmSettings::default())
        .into_iter()
        .map(|(key, _)| key)
        .chain(["texts.ja.…".into(), "texts.en.…".into()])
        .collect()
}

/// Every setting with its value as text, by key.
pub fn flat(settings: &RealmSettings) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    let mut tree = tree_of(settings);
    tree.sort_all_objects();
    flatten(&tree, String::new(), &mut rows);
    rows
}

fn flatten(value: &Value, key: String, rows: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                flatten(value, key, rows);
            }
        }
        Value::Array(parts) => {
            rows.push((key, parts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")));
        }
        Value::String(text) => rows.push((key, text.clone())),
        Value::Null => rows.push((key, String::new())),
        Value::Bool(_) | Value::Number(_) => rows.push((key, value.to_string())),
    }
}

fn tree_of(settings: &RealmSettings) -> Value {
    serde_json::to_value(settings).unwrap_or_default()
}

/// Serde says “unknown variant `x`, expected `a` or `b`”; the operator needs the second half.
pub(super) fn reason_of(error: &str) -> String {
    match error.split_once("expected ") {
        Some((_, expected)) => format!("write {}", expected.replace('`', "").trim_start_matches("one of ")),
        None => error.to_owned(),
    }
}

/// What `type` in `authorization_details` may be called.
fn is_type(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:/".contains(&byte))
}

fn is_colour(value: &str) -> bool {
    value.strip_prefix('#').is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// https, or http where the origin could be http too.
fn is_page(value: &str) -> bool {
    let Ok(url) = Url::parse(value) else { return false };
    let origin = url.origin().ascii_serialization();
    url.username().is_empty() && url.password().is_none() && Origin::parse(&origin).is_ok()
}

fn is_origin(text: &str) -> bool {
    Origin::parse(text).is_ok_and(|origin| origin.as_str() == text)
}

fn is_sender(value: &str) -> bool {
    let address = match value.rsplit_once('<') {
        Some((_, rest)) => rest.strip_suffix('>').unwrap_or_default(),
        None => value,
    };
    let is_local = address.strip_suffix("@localhost").is_some_and(|local| !local.is_empty());
    !value.contains(['\r', '\n']) && (is_local || MailAddress::parse(address).is_ok())
}

fn is_choice(methods: &[Method]) -> bool {
    let mut seen = std::collections::HashSet::new();
    !methods.is_empty() && methods.iter().all(|method| seen.insert(*method))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::realm::{EnrolAt, InitialPassword};

    fn set(text: &str) -> Result<RealmSettings, String> {
        let assignment: Assignment = text.parse().map_err(|error: SettingError| error.to_string())?;
        assignment.apply(&RealmSettings::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn settings_of_every_shape_are_set() {
        assert_eq!(set("enrol_at=same_sitting").unwrap().enrol_at, EnrolAt::SameSitting);
        assert_eq!(set("initial_password = pattern").unwrap().initial_password, InitialPassword::Pattern);
        assert_eq!(set("display_name.ja=めぐろ健保").unwrap().display_name.ja, "めぐろ健保");
        assert_eq!(set("methods=mail").unwrap().methods, [Method::Mail]);
        assert_eq!(set("letter_days=45").unwrap().letter_days, 45);
        assert_eq!(
            set("home_url=https://portal.example/top").unwrap().home_url.as_deref(),
            Some("https://portal.example/top")
        );
        assert_eq!(set("home_url=").unwrap().home_url, None);
        assert_eq!(set("passkey_rp_id=kenpo.example").unwrap().passkey_rp_id.as_deref(), Some("kenpo.example"));
        assert_eq!(
            set("passkey_related_origins=https://a.example, https://b.example").unwrap().passkey_related_origins,
            ["https://a.example", "https://b.example"]
        );
        assert_eq!(
            set("mail_sender=めぐろ健保 <no-reply@kenpo.example>").unwrap().mail_sender,
            "めぐろ健保 <no-reply@kenpo.example>"
        );
        assert_eq!(set("texts.ja.login-title=ログイン").unwrap().texts["ja"]["login-title"], "ログイン");
    }

    #[test]
    fn a_refusal_names_what_is_possible() {
        let refused = |text: &str| set(text).unwrap_err();
        assert_eq!(refused("enrol_at=later"), "enrol_at cannot be “later”: write same_sitting or next_sign_in");
        assert_eq!(refused("letter_days=0"), "letter_days cannot be “0”: write 1 to 365");
        assert_eq!(refused("letter_days=soon"), "letter_days cannot be “soon”: write a whole number");
        assert_eq!(
            refused("key_rotation_days=1"),
            "key_rotation_days cannot be “1”: write 7 to 365, or 0 where keys are rotated by hand"
        );
        assert_eq!(refused("methods=sms"), "methods cannot be “sms”: write passkey, totp, mail");
        assert_eq!(
            refused("methods="),
            "methods cannot be “”: write one or more of passkey, totp and mail, separated by commas"
        );
        let unknown = refused("colour=red");
        assert!(unknown.starts_with("there is no setting “colour”. The settings are: "), "{unknown}");
        assert!(unknown.contains(", display_name.en, "), "{unknown}");
        assert!(refused("display_name=x").starts_with("there is no setting “display_name”"));
        assert!(refused("texts.fr.a=x").starts_with("there is no setting"));
        assert!(refused("primary_colour=red").contains("six hexadecimal digits"));
        assert!(refused("passkey_rp_id=co.jp").contains("public suffix"));
        assert!(refused("passkey_related_origins=https://a.example/").contains("write origins"));
        assert!(refused("home_url=http://portal.example").contains("https"));
        assert!(refused("mail_sender=nobody").contains("write an address"));
        assert!(refused("enrol_at").starts_with("“enrol_at” is not a setting"));
    }

    #[test]
    fn every_key_listed_can_be_set_to_its_own_value() {
        for (key, value) in flat(&RealmSettings::default()) {
            let assignment = Assignment { key, value };
            assert_eq!(assignment.apply(&RealmSettings::default()), Ok(RealmSettings::default()));
        }
    }
}

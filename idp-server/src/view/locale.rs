//! The words of pages and mails: a language, its texts, and the texts a realm says in its own way.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, langid, static_loader};

pub use idp_core::language::Language;

static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "ja",
        // The isolating marks of Fluent are invisible characters that would be copied along with codes and addresses.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const JA: LanguageIdentifier = langid!("ja");
const EN: LanguageIdentifier = langid!("en");

/// The texts of one language, with those that a realm replaces.
#[derive(Clone, Debug, Default)]
pub struct Words {
    language: Language,
    overrides: Arc<HashMap<String, String>>,
}

/// A value that a text speaks of. Numbers choose the plural.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// Said as it is.
    Text(&'a str),
    /// Counted.
    Number(u32),
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Number(number)
    }
}

impl Words {
    /// The product's own texts in a language.
    pub fn new(language: Language) -> Self {
        Self { language, overrides: Arc::default() }
    }

    /// The texts of a realm: `overrides` maps a key of `locales/` to the realm's text in this language, in which
    /// `{ $name }` stands for a value as in the text it replaces.
    pub fn of_realm(language: Language, overrides: Arc<HashMap<String, String>>) -> Self {
        Self { language, overrides }
    }

    /// The language they are in.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The text of a key that speaks of no value.
    pub fn t(&self, key: &str) -> String {
        self.with(key, &[])
    }

    /// The text of a key with its values. A key that does not exist is shown as itself, since a page with one odd
    /// word still helps and a fault does not.
    pub fn with(&self, key: &str, values: &[(&'static str, Value<'_>)]) -> String {
        self.find(key, values).unwrap_or_else(|| key.to_owned())
    }

    /// The text of a key, or `None` when neither the realm nor the product has it.
    pub fn find(&self, key: &str, values: &[(&'static str, Value<'_>)]) -> Option<String> {
        if let Some(own) = self.overrides.get(key) {
            return Some(fill_in(own, values));
        }

        let values = values
            .iter()
            .map(|(name, value)| {
                let value = match value {
                    Value::Text(text) => FluentValue::from((*text).to_owned()),
                    Value::Number(number) => FluentValue::from(*number),
                };
                (Cow::Borrowed(*name), value)
            })
            .collect::<HashMap<_, _>>();
        let language = match self.language {
            Language::Ja => &JA,
            Language::En => &EN,
        };

        LOCALES.try_lookup_with_args(language, key, &values)
    }
}

/// Puts values into a realm's own text. Its braces are no Fluent syntax: what an operator types cannot fail to parse.
fn fill_in(text: &str, values: &[(&'static str, Value<'_>)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| {
        let value = match value {
            Value::Text(value) => (*value).to_owned(),
            Value::Number(value) => value.to_string(),
        };
        text.replace(&format!("{{ ${name} }}"), &value).replace(&format!("{{${name}}}"), &value)
    })
}

/// The first known language of `ui_locales` (OpenID Connect Core §3.1.2.1: tags separated by spaces, best first).
pub fn from_ui_locales(list: &str) -> Option<Language> {
    list.split_ascii_whitespace().find_map(Language::from_tag)
}

/// The known language that `Accept-Language` likes best (RFC 9110 §12.5.4).
pub fn from_accept_language(header: &str) -> Option<Language> {
    let mut best: Option<(f32, Language)> = None;
    for range in header.split(',') {
        let mut parts = range.split(';');
        let Some(language) = parts.next().and_then(|tag| Language::from_tag(tag.trim())) else { continue };
        let weight = parts.find_map(|part| part.trim().strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
        if weight > 0.0 && best.is_none_or(|(heaviest, _)| weight > heaviest) {
            best = Some((weight, language));
        }
    }

    best.map(|(_, language)| language)
}

/// The language of a page: what the client asked for, else what the member chose before, else what the browser likes,
/// else Japanese.
pub fn choose(ui_locales: Option<&str>, stored: Option<Language>, accept_language: Option<&str>) -> Language {
    ui_locales
        .and_then(from_ui_locales)
        .or(stored)
        .or_else(|| accept_language.and_then(from_accept_language))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_is_heard_before_the_member_and_the_browser() {
        assert_eq!(choose(Some("fr en"), Some(Language::Ja), Some("ja")), Language::En);
        assert_eq!(choose(Some("fr"), Some(Language::En), Some("ja")), Language::En);
        assert_eq!(choose(None, None, Some("fr, en-GB;q=0.8, ja;q=0.5")), Language::En);
        assert_eq!(choose(None, None, Some("fr")), Language::Ja);
        assert_eq!(choose(None, None, None), Language::Ja);
    }

    #[test]
    fn the_weights_of_the_browser_are_obeyed() {
        assert_eq!(from_accept_language("en;q=0.5,ja"), Some(Language::Ja));
        assert_eq!(from_accept_language("ja;q=0.3, en-US;q=0.9"), Some(Language::En));
        assert_eq!(from_accept_language("en;q=0, ja;q=0.1"), Some(Language::Ja));
        assert_eq!(from_accept_language("*;q=x,,;"), None);
    }

    #[test]
    fn a_realm_says_a_text_in_its_own_way() {
        let own = HashMap::from([("login-title".to_owned(), "{ $name }、{$name}へ".to_owned())]);
        let words = Words::of_realm(Language::Ja, Arc::new(own));

        assert_eq!(words.with("login-title", &[("name", "みほん".into())]), "みほん、みほんへ");
        assert_ne!(words.t("login-submit"), "login-submit");
    }

    #[test]
    fn an_unknown_key_is_shown_as_itself() {
        assert_eq!(Words::new(Language::En).t("no-such-key"), "no-such-key");
    }
}

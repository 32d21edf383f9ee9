//! How a realm looks and speaks on a page or in a mail.

use std::collections::HashMap;
use std::sync::Arc;

use idp_core::language::Language;
use idp_core::realm::Realm;

use crate::view::chrome::RealmLook;
use crate::view::colour::Colour;
use crate::view::locale::Words;

/// What stands where the society's name would, while it is not known.
const PRODUCT: &str = "Sekisho";

/// The realm's words in a language, its own texts before ours.
pub fn words(realm: &Realm, language: Language) -> Words {
    match realm.settings.texts.get(language.tag()) {
        Some(texts) => {
            let texts: HashMap<String, String> = texts.iter().map(|(key, text)| (key.clone(), text.clone())).collect();
            Words::of_realm(language, Arc::new(texts))
        }
        None => Words::new(language),
    }
}

/// The society's name.
pub fn society(realm: &Realm, language: Language) -> String {
    let name = realm.settings.display_name.in_language(language);
    let name = if name.is_empty() { realm.name.as_str() } else { name };
    if name.is_empty() { PRODUCT.to_owned() } else { name.to_owned() }
}

/// The society's colour; ours where it has none that can be read.
pub fn colour(realm: &Realm) -> Colour {
    Colour::parse(&realm.settings.primary_colour).unwrap_or_default()
}

/// The realm around a page.
pub fn look(realm: &Realm, language: Language) -> RealmLook {
    RealmLook {
        name: society(realm, language),
        logo_url: realm.settings.logo_url.clone(),
        primary_colour: colour(realm),
        help_line: some(realm.settings.help_line.in_language(language)),
        help_hours: some(realm.settings.help_hours.in_language(language)),
    }
}

/// The text, if there is any.
pub fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

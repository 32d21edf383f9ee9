//! A proposed name for a device, from what its browser says of itself.

use idp_core::language::Language;
use woothee::parser::Parser;

/// "Chrome（Windows）" or "Chrome (Windows)"; a plain word where the browser is unknown.
pub fn name_of(user_agent: Option<&str>, language: Language) -> String {
    let parsed = user_agent.and_then(|text| Parser::new().parse(text));
    let known = parsed.filter(|parsed| parsed.name != "UNKNOWN" && parsed.os != "UNKNOWN");
    match (known, language) {
        (Some(parsed), Language::Ja) => format!("{}（{}）", parsed.name, parsed.os),
        (Some(parsed), Language::En) => format!("{} ({})", parsed.name, parsed.os),
        (None, Language::Ja) => "スマートフォン".to_owned(),
        (None, Language::En) => "My phone".to_owned(),
    }
}

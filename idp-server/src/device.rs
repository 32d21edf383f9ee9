//! A proposed name for a device, from what its browser says of itself.

use idp_core::language::Language;
use woothee::parser::Parser;

/// "Chrome（Windows）" or "Chrome (Windows)"; a plain word where the browser is unknown.
pub fn name_of(user_agent: Option<&str>, language: Language) -> String {
    let plain = || match language {
        Language::Ja => "スマートフォン".to_owned(),
        Language::En => "My phone".to_owned(),
    };
    browser_of(user_agent, language).unwrap_or_else(plain)
}

/// Browser and system; `None` where the browser does not say, or says what is not known.
pub fn browser_of(user_agent: Option<&str>, language: Language) -> Option<String> {
    let parsed = user_agent.and_then(|text| Parser::new().parse(text))?;
    let known = parsed.name != "UNKNOWN" && parsed.os != "UNKNOWN";
    known.then(|| match language {
        Language::Ja => format!("{}（{}）", parsed.name, parsed.os),
        Language::En => format!("{} ({})", parsed.name, parsed.os),
    })
}

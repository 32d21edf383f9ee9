//! `authorization_details` (RFC 9396 §2): a JSON list of objects, each of a type that the realm registered. Read alike
//! wherever a member will be shown them: at the authorization endpoint, by a device, by CIBA.

use serde_json::{Map, Value};

use super::params::Params;
use crate::realm::Realm;
use crate::typed::{is_forbidden, is_invisible};

/// The parameter.
pub(super) const PARAMETER: &str = "authorization_details";
/// More than a page can ask a member about.
const MOST: usize = 16;
/// What the elements of every type may have in common (§2.2): lists of texts.
const LISTS: [&str; 4] = ["locations", "actions", "datatypes", "privileges"];

/// The elements that a request names, none where it names none; or the rule that one of them breaks.
pub(super) fn read(realm: &Realm, params: &Params) -> Result<Vec<Value>, &'static str> {
    let Some(text) = params.find(PARAMETER) else { return Ok(Vec::new()) };
    let elements: Vec<Map<String, Value>> =
        serde_json::from_str(text).map_err(|_| "the authorization_details are not a JSON list of objects")?;
    if elements.is_empty() || elements.len() > MOST {
        return Err("the authorization_details have no element, or more than 16");
    }
    for element in &elements {
        let kind = element.get("type").and_then(Value::as_str);
        if !kind.is_some_and(|kind| realm.settings.authorization_details_types.iter().any(|known| known == kind)) {
            return Err("an element of the authorization_details has a type that is not registered");
        }
        if !has_known_form(element) {
            return Err("an element of the authorization_details breaks the common fields of RFC 9396 2.2");
        }
    }
    Ok(elements.into_iter().map(Value::Object).collect())
}

fn has_known_form(element: &Map<String, Value>) -> bool {
    let is_texts = |value: &Value| value.as_array().is_some_and(|list| list.iter().all(Value::is_string));
    LISTS.iter().all(|name| element.get(*name).is_none_or(is_texts))
        && element.get("identifier").is_none_or(Value::is_string)
}

/// One element as a member reads it, line by line. A mark that would hide or reorder what stands around it is shown as
/// its number.
pub fn readable(detail: &Value) -> String {
    let lines = serde_json::to_string_pretty(detail).unwrap_or_else(|_| detail.to_string());
    lines.chars().map(shown).collect()
}

/// Marks that show nothing, or change what stands before them: fillers, joiners, selectors of variants, tags.
fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\u{034F}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{2061}'..='\u{2064}'
            | '\u{206A}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FFA0}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

fn shown(c: char) -> String {
    let hides = is_invisible(c) || is_blank(c) || (is_forbidden(c) && c != '\n');
    if hides { c.escape_unicode().to_string() } else { c.to_string() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_hides_or_reorders_is_shown_as_its_number() {
        let shown = readable(&json!({"type": "check-up", "place": "札幌\u{202E}ab\u{200B}"}));
        assert_eq!(shown.lines().count(), 4, "{shown}");
        assert!(shown.contains("札幌\\u{202e}ab\\u{200b}"), "{shown}");
        let blanks = readable(&json!("a\u{3164}b\u{FE0F}c\u{E0041}"));
        assert_eq!(blanks, r#""a\u{3164}b\u{fe0f}c\u{e0041}""#);
    }
}

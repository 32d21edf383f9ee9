//! `authorization_details` (RFC 9396 §2): a JSON list of objects, each of a type that the realm registered.

use serde_json::{Map, Value};

use super::{Asked, AuthorizationError, AuthorizationRequest, Rejection};

/// More than a page can ask a member about.
const MOST: usize = 16;
/// What the elements of every type may have in common (§2.2): lists of texts.
const LISTS: [&str; 4] = ["locations", "actions", "datatypes", "privileges"];

pub(super) fn check(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    let Some(text) = asked.params.find("authorization_details") else { return Ok(()) };
    let refused = |description| Rejection::new(AuthorizationError::InvalidAuthorizationDetails, description);
    let elements: Vec<Map<String, Value>> =
        serde_json::from_str(text).map_err(|_| refused("the authorization_details are not a JSON list of objects"))?;
    if elements.is_empty() || elements.len() > MOST {
        return Err(refused("the authorization_details have no element, or more than 16"));
    }
    for element in &elements {
        let kind = element.get("type").and_then(Value::as_str);
        if !kind.is_some_and(|kind| asked.realm.settings.authorization_details_types.iter().any(|known| known == kind))
        {
            return Err(refused("an element of the authorization_details has a type that is not registered"));
        }
        if !has_known_form(element) {
            return Err(refused("an element of the authorization_details breaks the common fields of RFC 9396 2.2"));
        }
    }
    request.authorization_details = elements.into_iter().map(Value::Object).collect();
    Ok(())
}

fn has_known_form(element: &Map<String, Value>) -> bool {
    let is_texts = |value: &Value| value.as_array().is_some_and(|list| list.iter().all(Value::is_string));
    LISTS.iter().all(|name| element.get(*name).is_none_or(is_texts))
        && element.get("identifier").is_none_or(Value::is_string)
}

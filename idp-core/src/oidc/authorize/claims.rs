//! `claims` (OpenID Connect Core §5.5): single claims, at userinfo or in the ID token. A claim whose scope the client may
//! not ask for is left out, and so is one that we do not know.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Asked, AuthorizationRequest, Rejection};
use crate::oidc::claims;
use crate::oidc::scope::Scopes;

/// The claims asked for one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimsRequest {
    /// At userinfo.
    pub userinfo: BTreeSet<String>,
    /// In the ID token.
    pub id_token: BTreeSet<String>,
}

pub(super) fn check(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    let Some(text) = asked.params.find("claims") else { return Ok(()) };
    let unreadable =
        Rejection::invalid("the parameter claims is not a JSON object of the form of OpenID Connect Core 5.5");
    let members: Map<String, Value> = serde_json::from_str(text).map_err(|_| unreadable)?;
    let userinfo = member(&members, "userinfo").map_err(|()| unreadable)?;
    let id_token = member(&members, "id_token").map_err(|()| unreadable)?;
    if userinfo.values().chain(id_token.values()).any(|wish| !(wish.is_null() || wish.is_object())) {
        return Err(unreadable);
    }

    let allowed = &asked.client.settings.scopes;
    request.claims = ClaimsRequest { userinfo: known(&userinfo, allowed), id_token: known(&id_token, allowed) };
    request.named_subjects = subjects(&id_token, &userinfo).map_err(Rejection::invalid)?;
    authentication(asked, id_token.get("acr"), request);
    Ok(())
}

fn member(members: &Map<String, Value>, name: &str) -> Result<Map<String, Value>, ()> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(claims)) => Ok(claims.clone()),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => Err(()),
    }
}

fn known(asked: &Map<String, Value>, allowed: &Scopes) -> BTreeSet<String> {
    let may = |name: &&String| claims::scope_of(name).is_some_and(|scope| allowed.contains(scope));
    asked.keys().filter(may).cloned().collect()
}

/// `value` or `values` of one claim, where they are texts.
fn values(wish: Option<&Value>) -> Vec<String> {
    let Some(wish) = wish else { return Vec::new() };
    let many = wish.get("values").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    wish.get("value").into_iter().chain(many).filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Whom both parts name: only a member with one of these subjects may be answered with (§5.5.1). Empty where neither names
/// anybody.
fn subjects(id_token: &Map<String, Value>, userinfo: &Map<String, Value>) -> Result<BTreeSet<String>, &'static str> {
    let named = |wish: &&Value| wish.get("value").is_some() || wish.get("values").is_some();
    let parts = [id_token, userinfo].into_iter().filter_map(|claims| claims.get("sub").filter(named));
    let sets: Vec<BTreeSet<String>> = parts.map(|wish| values(Some(wish)).into_iter().collect()).collect();
    let Some((first, rest)) = sets.split_first() else { return Ok(BTreeSet::new()) };
    let common: BTreeSet<String> =
        first.iter().filter(|sub| rest.iter().all(|set| set.contains(*sub))).cloned().collect();
    if common.is_empty() { Err("the sub in claims names nobody, or different members") } else { Ok(common) }
}

/// An essential `acr` is met or ends in an error (§5.5.1.1); a voluntary one is the same wish as `acr_values`.
fn authentication(asked: &Asked<'_>, wish: Option<&Value>, request: &mut AuthorizationRequest) {
    let wanted = values(wish);
    if wish.and_then(|wish| wish.get("essential")) == Some(&Value::Bool(true)) {
        request.essential_acr = wanted;
    } else if asked.params.find("acr_values").is_none() && !wanted.is_empty() {
        request.acr_values = wanted.into_iter().filter(|value| super::acr_values::is_known(value)).collect();
    }
}

//! What a client asks for (OpenID Connect CIBA Core §7.1), parameter by parameter.

use std::time::Duration;

use serde_json::Value;

use super::hint::Hint;
use super::{CibaError, CibaRefusal};
use crate::ciba_request::{BindingMessage, LIFETIME, lifetime};
use crate::client::{CibaDelivery, Client, GrantType, Profile};
use crate::mail::Secret;
use crate::oidc::acr::Acr;
use crate::oidc::authorization_details;
use crate::oidc::params::Params;
use crate::oidc::scope::{Scope, Scopes};
use crate::realm::Realm;

/// The longest `client_notification_token` (CIBA Core §7.1).
const TOKEN_MAX: usize = 1024;

/// What is asked for.
pub(super) struct Wanted {
    pub(super) scopes: Scopes,
    pub(super) authorization_details: Vec<Value>,
    pub(super) hint: Hint,
    pub(super) acr_values: Vec<Acr>,
    pub(super) binding_message: Option<BindingMessage>,
    pub(super) lifetime: Duration,
    /// What the client is told with; none where it asks by itself.
    pub(super) notification_token: Option<Secret>,
}

/// Reads a request; the first rule broken is told.
pub(super) fn read(realm: &Realm, client: &Client, params: &Params) -> Result<Wanted, CibaRefusal> {
    let delivery = delivery(client)?;
    Ok(Wanted {
        notification_token: notification_token(delivery, params)?,
        scopes: scopes(client, params)?,
        authorization_details: authorization_details::read(realm, params)
            .map_err(|rule| CibaRefusal::new(CibaError::InvalidAuthorizationDetails, rule))?,
        hint: Hint::read(params)?,
        acr_values: acr_values(client, params),
        binding_message: binding_message(client, params)?,
        lifetime: requested_expiry(params)?,
    })
}

fn delivery(client: &Client) -> Result<&CibaDelivery, CibaRefusal> {
    let registered = client.settings.ciba.as_ref().filter(|_| client.settings.may_use(GrantType::Ciba));
    registered.ok_or_else(|| {
        CibaRefusal::new(CibaError::UnauthorizedClient, "the client is not registered for backchannel authentication")
    })
}

fn notification_token(delivery: &CibaDelivery, params: &Params) -> Result<Option<Secret>, CibaRefusal> {
    match delivery {
        CibaDelivery::Poll => Ok(None),
        CibaDelivery::Ping(_) => {
            let Some(token) = params.find("client_notification_token") else {
                return Err(CibaRefusal::invalid("the parameter client_notification_token is missing"));
            };
            if !is_bearer_token(token) {
                return Err(CibaRefusal::invalid(
                    "the client_notification_token is no bearer token of at most 1024 characters",
                ));
            }
            Ok(Some(Secret::new(token)))
        }
    }
}

/// RFC 6750 §2.1: `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
fn is_bearer_token(text: &str) -> bool {
    let start = text.trim_end_matches('=');
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    !start.is_empty() && text.len() <= TOKEN_MAX && start.bytes().all(allowed)
}

fn scopes(client: &Client, params: &Params) -> Result<Scopes, CibaRefusal> {
    let scopes = Scopes::parse(params.find("scope").unwrap_or_default()).within(&client.settings.scopes);
    if scopes.contains(Scope::Openid) {
        Ok(scopes)
    } else {
        Err(CibaRefusal::new(CibaError::InvalidScope, "the scope must hold openid"))
    }
}

/// Wishes, met where possible; left out, the client's `default_acr_values` count.
fn acr_values(client: &Client, params: &Params) -> Vec<Acr> {
    let Some(sent) = params.find("acr_values") else { return client.settings.requests.default_acr_values.clone() };
    sent.split(' ').filter_map(Acr::from_name).take(Acr::ALL.len()).collect()
}

/// Nothing else in our requests tells one from another, so that a client under FAPI must send one (FAPI-CIBA §5.2.2).
fn binding_message(client: &Client, params: &Params) -> Result<Option<BindingMessage>, CibaRefusal> {
    if client.settings.profile == Profile::Fapi2 && params.find("binding_message").is_none() {
        let description = "a client of profile fapi2 must send a binding_message";
        return Err(CibaRefusal::new(CibaError::InvalidBindingMessage, description));
    }
    let message = params.find("binding_message").map(BindingMessage::parse).transpose();
    message.map_err(|_| {
        let description =
            "the binding_message is not one line of 1 to 100 characters without control characters and links";
        CibaRefusal::new(CibaError::InvalidBindingMessage, description)
    })
}

fn requested_expiry(params: &Params) -> Result<Duration, CibaRefusal> {
    let Some(sent) = params.find("requested_expiry") else { return Ok(LIFETIME) };
    let seconds = sent.parse::<u64>().ok().filter(|seconds| *seconds > 0);
    seconds.map(lifetime).ok_or(CibaRefusal::invalid("the requested_expiry is no positive number of seconds"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_token_is_a_bearer_token() {
        for good in ["a", "abc-._~+/==", &"x".repeat(1024)] {
            assert!(is_bearer_token(good), "{good}");
        }
        for wrong in ["", "=", "a b", "a=b", "é", "a\"b", &"x".repeat(1025)] {
            assert!(!is_bearer_token(wrong), "{wrong}");
        }
    }
}

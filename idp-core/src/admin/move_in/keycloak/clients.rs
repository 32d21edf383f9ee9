//! Clients of a Keycloak export.

use serde_json::Value;

use super::{LeftBehind, is_true, text, texts};
use crate::admin::realm::file::ClientEntry;
use crate::client::{AuthMethod, ClientName, ClientSettings, Party, Pkce, Profile};
use crate::redirect_uri::RedirectUri;

/// Keycloak's own, in every realm.
const BUILT_IN: [&str; 6] =
    ["account", "account-console", "admin-cli", "broker", "realm-management", "security-admin-console"];

/// What a masked secret looks like in an export through the admin console.
const MASK: &str = "**********";

/// A client, and its secret where the export has it.
pub(super) fn entry(client: &Value, behind: &mut Vec<LeftBehind>) -> Option<(ClientEntry, Option<String>)> {
    let id = text(client, "clientId")?;
    if BUILT_IN.contains(&id) {
        return None;
    }
    let of = format!("client {id}");
    let mut told = |what: String| behind.push(LeftBehind::new(of.as_str(), what));
    let Ok(client_id) = ClientName::parse(id) else {
        told("its id has characters that no client id has here".to_owned());
        return None;
    };
    if client.get("standardFlowEnabled").and_then(Value::as_bool) == Some(false) || is_true(client, "bearerOnly") {
        told("it does not use the authorization code flow: register it by hand".to_owned());
        return None;
    }
    if text(client, "protocol").is_some_and(|protocol| protocol != "openid-connect") {
        told("it speaks another protocol than OpenID Connect".to_owned());
        return None;
    }
    for (flag, what) in [
        ("implicitFlowEnabled", "the implicit flow"),
        ("directAccessGrantsEnabled", "the password grant"),
        ("serviceAccountsEnabled", "its service account"),
    ] {
        if is_true(client, flag) {
            told(format!("{what} is not taken over"));
        }
    }
    let settings = settings(client, &mut told)?;
    if let Err(rule) = settings.check() {
        told(format!("{rule}"));
        return None;
    }
    let secret = secret(client, &settings, &mut told);
    let name = text(client, "name").filter(|name| !name.starts_with("${")).unwrap_or(id);
    Some((ClientEntry { client_id, name: name.chars().take(100).collect(), settings }, secret))
}

fn settings(client: &Value, told: &mut impl FnMut(String)) -> Option<ClientSettings> {
    let auth_method = match (is_true(client, "publicClient"), text(client, "clientAuthenticatorType")) {
        (true, _) => AuthMethod::None,
        (false, Some("client-secret") | None) => AuthMethod::ClientSecretBasic,
        (false, Some(other)) => {
            told(format!("it proves itself by {other}: register it by hand"));
            return None;
        }
    };
    let attribute = |name: &str| client.pointer("/attributes").and_then(|attributes| text(attributes, name));
    let base = text(client, "rootUrl").unwrap_or_default();
    let redirect_uris = uris(&texts(client, "redirectUris"), base, "redirect URI", told);
    // "+" stands for the redirect URIs.
    let after: Vec<&str> = match attribute("post.logout.redirect.uris") {
        None => Vec::new(),
        Some("+") => redirect_uris.iter().map(RedirectUri::as_str).collect(),
        Some(listed) => listed.split("##").filter(|uri| *uri != "-" && *uri != "+").collect(),
    };
    let post_logout_redirect_uris = uris(&after, base, "address after sign-out", told);
    let knows_pkce = attribute("pkce.code.challenge.method") == Some("S256") || auth_method == AuthMethod::None;
    if auth_method == AuthMethod::None && attribute("pkce.code.challenge.method") != Some("S256") {
        told("it is public: here PKCE with S256 is demanded of it".to_owned());
    }
    let settings = ClientSettings {
        redirect_uris,
        post_logout_redirect_uris,
        auth_method,
        party: if is_true(client, "consentRequired") { Party::Third } else { Party::First },
        pkce: if knows_pkce { Pkce::Required } else { Pkce::Optional },
        ..ClientSettings::default()
    };
    Some(ClientSettings { profile: Profile::fitting(&settings), ..settings })
}

fn uris(listed: &[&str], base: &str, kind: &str, told: &mut impl FnMut(String)) -> Vec<RedirectUri> {
    let mut read = Vec::new();
    for uri in listed {
        let whole =
            if uri.starts_with('/') { format!("{}{uri}", base.trim_end_matches('/')) } else { (*uri).to_owned() };
        match RedirectUri::parse(&whole) {
            _ if whole.contains('*') => {
                told(format!("the {kind} {uri} is a pattern: addresses are compared byte for byte here, list each"));
            }
            Ok(uri) => read.push(uri),
            Err(error) => told(format!("the {kind} {uri}: {error}")),
        }
    }
    read
}

fn secret(client: &Value, settings: &ClientSettings, told: &mut impl FnMut(String)) -> Option<String> {
    match (settings.auth_method, text(client, "secret")) {
        (AuthMethod::ClientSecretBasic, Some(secret)) if secret != MASK => Some(secret.to_owned()),
        (AuthMethod::ClientSecretBasic, _) => {
            told("its secret is not in the export: it gets a new one".to_owned());
            None
        }
        (_, _) => None,
    }
}

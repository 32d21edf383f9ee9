//! Client metadata as they are answered (RFC 7591 §3.2.1): what is registered, by the same names.

use serde_json::{Map, Value};

use crate::client::{CibaDelivery, ClientSettings, KeySource};
use crate::jose::SignatureAlgorithm;
use crate::key::Algorithm;

/// The metadata of a client, as it is answered.
pub fn written(name: &str, settings: &ClientSettings) -> Map<String, Value> {
    let members = [
        ("client_name", name.into()),
        ("redirect_uris", json(&settings.redirect_uris)),
        ("post_logout_redirect_uris", json(&settings.post_logout_redirect_uris)),
        ("token_endpoint_auth_method", settings.auth_method.name().into()),
        ("token_endpoint_auth_signing_alg", json(&settings.authentication.signing_alg)),
        ("grant_types", json(&settings.grant_types)),
        ("scope", settings.scopes.to_string().into()),
        ("id_token_signed_response_alg", settings.id_token_alg.name().into()),
        ("subject_type", settings.subject.kind.name().into()),
        ("sector_identifier_uri", json(&settings.subject.sector_identifier_uri)),
        ("initiate_login_uri", json(&settings.initiate_login_uri)),
        ("client_uri", json(&settings.client_uri)),
        ("logo_uri", json(&settings.logo_uri)),
        ("policy_uri", json(&settings.policy_uri)),
        ("tos_uri", json(&settings.tos_uri)),
        ("contacts", json(&settings.contacts)),
        ("software_id", json(&settings.software.id)),
        ("software_version", json(&settings.software.version)),
        ("software_statement", json(&settings.software.statement)),
        ("backchannel_logout_uri", json(&settings.logout.backchannel_uri)),
        ("backchannel_logout_session_required", settings.logout.backchannel_session_required.into()),
        ("frontchannel_logout_uri", json(&settings.logout.frontchannel_uri)),
        ("frontchannel_logout_session_required", settings.logout.frontchannel_session_required.into()),
    ];
    let is_empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    let mut document: Map<String, Value> = members
        .into_iter()
        .filter(|(_, value)| !is_empty(value))
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    // An empty list says that no member signs in; left out it would mean `code`.
    document.insert("response_types".to_owned(), json(&settings.response_types));
    document.extend(written_requests(settings));
    document.extend(written_keys(settings));
    document
}

/// What is registered always has a JSON form.
fn json(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn written_requests(settings: &ClientSettings) -> Map<String, Value> {
    let mut document = Map::new();
    let mut put = |name: String, value: Option<&'static str>| {
        if let Some(value) = value {
            document.insert(name, value.into());
        }
    };
    let answers = &settings.answers;
    let encryptions = [
        ("id_token_encrypted_response", answers.id_token_encryption),
        ("userinfo_encrypted_response", answers.userinfo.encrypted),
        ("introspection_encrypted_response", answers.introspection.encrypted),
        ("authorization_encrypted_response", answers.authorization.encrypted),
        ("request_object_encryption", settings.requests.encryption),
    ];
    for (kind, encryption) in encryptions {
        put(format!("{kind}_alg"), encryption.map(|encryption| encryption.alg.name()));
        put(format!("{kind}_enc"), encryption.map(|encryption| encryption.enc.name()));
    }
    for (kind, signed) in [
        ("userinfo_signed_response_alg", answers.userinfo.signed),
        ("introspection_signed_response_alg", answers.introspection.signed),
        ("authorization_signed_response_alg", answers.authorization.signed),
    ] {
        put(kind.to_owned(), signed.map(Algorithm::name));
    }
    for (kind, signed) in [
        ("request_object_signing_alg", settings.requests.signing_alg),
        ("backchannel_authentication_request_signing_alg", settings.requests.backchannel_signing_alg),
    ] {
        put(kind.to_owned(), signed.map(SignatureAlgorithm::name));
    }
    let requests = &settings.requests;
    let flags = [
        ("require_pushed_authorization_requests", requests.require_pushed),
        ("require_signed_request_object", requests.require_signed),
        ("dpop_bound_access_tokens", settings.access_tokens.dpop_bound),
        ("tls_client_certificate_bound_access_tokens", settings.access_tokens.certificate_bound),
    ];
    document.extend(flags.into_iter().map(|(name, is_set)| (name.to_owned(), is_set.into())));
    if !requests.request_uris.is_empty() {
        document.insert("request_uris".to_owned(), json(&requests.request_uris));
    }
    if let Some(age) = requests.default_max_age {
        document.insert("default_max_age".to_owned(), age.into());
    }
    if !requests.default_acr_values.is_empty() {
        document.insert("default_acr_values".to_owned(), json(&requests.default_acr_values));
    }
    document
}

fn written_keys(settings: &ClientSettings) -> Map<String, Value> {
    let mut document = Map::new();
    match &settings.keys {
        Some(KeySource::Registered(keys)) => document.insert("jwks".to_owned(), json(keys)),
        Some(KeySource::Fetched(uri)) => document.insert("jwks_uri".to_owned(), uri.as_str().into()),
        None => None,
    };
    if let Some(Value::Object(subject)) = settings.authentication.tls_subject.as_ref().map(json) {
        document.extend(subject);
    }
    match &settings.ciba {
        Some(CibaDelivery::Poll) => {
            document.insert("backchannel_token_delivery_mode".to_owned(), "poll".into());
        }
        Some(CibaDelivery::Ping(address)) => {
            document.insert("backchannel_token_delivery_mode".to_owned(), "ping".into());
            document.insert("backchannel_client_notification_endpoint".to_owned(), address.as_str().into());
        }
        None => {}
    }
    document
}

//! A client as operators see one.

use std::path::Path;

use idp_core::admin::client::Changed;
use idp_core::client::{Client, ClientName};
use serde_json::{Map, Value, json};

use crate::output::{Failure, fields};

/// The document for machines; a secret is only there when it was just drawn.
pub(super) fn document(client: &Client, secret: Option<&str>) -> Value {
    let mut document = json!({
        "client_id": client.client_id.as_str(),
        "name": client.name,
        "profile": client.settings.profile,
        "type": client.settings.client_type(),
        "settings": client.settings,
        "created_at": client.created_at.rfc3339(),
        "updated_at": client.updated_at.rfc3339(),
    });
    if let (Some(secret), Some(document)) = (secret, document.as_object_mut()) {
        document.insert("client_secret".to_owned(), secret.into());
    }
    document
}

/// The same for people.
pub(super) fn text(client: &Client, secret: Option<&str>) -> String {
    let uris = |uris: &[idp_core::redirect_uri::RedirectUri]| {
        uris.iter().map(|uri| uri.as_str()).collect::<Vec<_>>().join(" ")
    };
    let settings = &client.settings;
    let mut rows = vec![
        ("client id", client.client_id.as_str().to_owned()),
        ("name", client.name.clone()),
        ("profile", client.settings.profile.name().to_owned()),
        ("redirect uris", uris(&settings.redirect_uris)),
        ("after sign-out", uris(&settings.post_logout_redirect_uris)),
        ("proves itself by", settings.auth_method.name().to_owned()),
        ("id tokens", settings.id_token_alg.name().to_owned()),
        ("least class", settings.least_acr.name().to_owned()),
        ("scopes", settings.scopes.to_string()),
    ];
    if let Some(resource) = &settings.resource {
        rows.push(("resource", resource.as_str().to_owned()));
    }
    if let Some(secret) = secret {
        rows.push(("client secret", format!("{secret}   (shown once)")));
    }
    fields(&rows)
}

/// Client metadata out of a file; nothing where there is none.
pub(super) fn metadata(file: Option<&Path>) -> Result<Map<String, Value>, Failure> {
    let Some(path) = file else { return Ok(Map::new()) };
    let wrong = |reason: &dyn std::fmt::Display| Failure::refused(format!("{}: {reason}.", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
    serde_json::from_str(&text).map_err(|error| wrong(&error))
}

/// What a change yields, or why there is none.
pub(super) fn changed<T>(changed: Changed<T>, client_id: &ClientName) -> Result<T, Failure> {
    let client_id = client_id.as_str();
    match changed {
        Changed::Done(done) => Ok(done),
        Changed::Unknown => Err(unknown(client_id)),
        Changed::NoSecret => Err(Failure::refused(format!("“{client_id}” is a public client, which has no secret."))),
    }
}

pub(super) fn unknown(client_id: &str) -> Failure {
    Failure::refused(format!("There is no client “{client_id}”. See which there are: idp-admin client list"))
}

//! What the OpenID Foundation's conformance suite asks of a provider and no other file here asks already. The table of plans
//! and modules, with the test that stands for each: `docs/conformance.md`.

mod ciba;
mod core;
mod dynamic;
mod fapi2;
mod message_signing;

use harness::{ClientKey, Idp, Portal, Tokens};
use idp_core::client::{ClientSettings, KeySource, Profile};
use serde_json::{Value, json};

/// A client of profile `fapi2` whose key is an RSA key, as the suite's is where it tests what RS256 comes to.
async fn bank(idp: &Idp, client_id: &str, adjust: impl FnOnce(&mut ClientSettings)) -> Portal {
    let key = ClientKey::rsa(&format!("{client_id}-key"));
    let keys = serde_json::from_value(json!({ "keys": [key.jwk] })).unwrap();
    let mut bank = idp
        .portal_with(client_id, |settings| {
            let redirect_uris = settings.redirect_uris.clone();
            *settings = Profile::Fapi2.defaults();
            settings.redirect_uris = redirect_uris;
            settings.keys = Some(KeySource::Registered(keys));
            adjust(settings);
        })
        .await;
    bank.key = Some(key);
    bank
}

/// The fields that redeem a code.
fn redeeming<'a>(portal: &'a Portal, asked: &'a harness::Asked, code: &'a str) -> [(&'static str, &'a str); 4] {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &portal.redirect_uri),
        ("code_verifier", &asked.verifier),
    ]
}

/// What the suite holds against every error document (RFC 6749 §5.2): one of these codes, said in printable ASCII.
fn is_refused(answer: &Tokens, accepted: &[&str], module: &str) {
    let (status, text) = (answer.status, answer.json["error_description"].as_str().unwrap_or_default());
    assert!(accepted.contains(&answer.error()), "{module}: {} {}", answer.status, answer.json);
    assert!(status == 400 || (status == 401 && answer.error() == "invalid_client"), "{module}: {status}");
    let is_said = text.chars().all(|c| (' '..='~').contains(&c) && c != '"' && c != '\\');
    assert!(is_said && !text.is_empty(), "{module}: {text}");
}

/// An error document of the endpoint for pushed requests.
fn is_not_taken((status, document): &(u16, Value), accepted: &[&str], module: &str) {
    let error = document["error"].as_str().unwrap_or_default();
    assert!(*status == 400 && accepted.contains(&error), "{module}: {status} {document}");
}

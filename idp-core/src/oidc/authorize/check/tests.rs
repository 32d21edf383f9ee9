//! Every check by the parameters that pass it and those that do not.

use uuid::Uuid;

use super::*;
use crate::client::{ClientName, ClientSettings, Pkce};
use crate::clock::Timestamp;
use crate::id::Id;
use crate::oidc::authorize::{AuthorizationError, Prompt};
use crate::redirect_uri::RedirectUri;

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn client(pkce: Pkce) -> Client {
    let redirect_uris = vec![RedirectUri::parse("https://portal.example/cb").unwrap()];
    let scopes = Scopes::parse("openid profile");
    Client {
        id: Id::from_uuid(Uuid::nil()),
        client_id: ClientName::parse("portal").unwrap(),
        name: "Portal".into(),
        secret: None,
        sealed_secret: None,
        management: None,
        settings: ClientSettings { redirect_uris, scopes, pkce, ..ClientSettings::default() },
        created_at: Timestamp::from_millis(0),
        updated_at: Timestamp::from_millis(0),
    }
}

/// A good request with `changes` laid over it; an empty value leaves the parameter out.
fn params(changes: &[(&str, &str)]) -> Params {
    let good = [
        ("client_id", "portal"),
        ("redirect_uri", "https://portal.example/cb"),
        ("response_type", "code"),
        ("scope", "openid profile"),
        ("state", "s t&ate"),
        ("nonce", "n"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let kept = good.into_iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    kept.chain(changes.iter().copied()).filter(|(_, value)| !value.is_empty()).collect()
}

fn run(client: &Client, params: &Params) -> (AuthorizationRequest, Result<(), &'static str>) {
    let mut request = blank(&client.trusts("https://portal.example/cb").unwrap());
    let verdict = CHECKS.iter().try_for_each(|check| check(params, client, &mut request));
    (request, verdict.map_err(|rejection| rejection.error.code()))
}

fn checked(changes: &[(&str, &str)]) -> Result<AuthorizationRequest, &'static str> {
    let (request, verdict) = run(&client(Pkce::Required), &params(changes));
    verdict.map(|()| request)
}

#[test]
fn a_good_request_is_read_in_full() {
    let request = checked(&[
        ("max_age", "0"),
        ("prompt", "login consent"),
        ("login_hint", "１２３"),
        ("ui_locales", "en-GB ja <x>"),
        ("acr_values", "phr aal2 aal1 urn:x"),
        ("response_mode", "query"),
        ("unknown", "ignored"),
        ("display", "wap"),
    ])
    .unwrap();
    assert_eq!(request.scopes.to_string(), "openid profile");
    assert_eq!((request.state.as_deref(), request.nonce.as_deref()), (Some("s t&ate"), Some("n")));
    assert!(request.code_challenge.is_some());
    assert_eq!(request.max_age_seconds, Some(0));
    assert!(request.prompts(Prompt::Login) && request.prompts(Prompt::Consent) && !request.prompts(Prompt::None));
    assert_eq!(request.login_hint.as_deref(), Some("１２３"));
    assert_eq!(request.ui_locales, ["en-GB", "ja"]);
    assert_eq!(request.acr_values, ["phr", "aal2", "aal1"]);
}

#[test]
fn each_refusal_has_the_code_of_its_standard() {
    let long_state = "s".repeat(4_097);
    let long_nonce = "n".repeat(1_025);
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("state", &long_state)], "invalid_request"),
        (&[("state", "a"), ("state", "b")], "invalid_request"),
        (&[("x", "1"), ("x", "2")], "invalid_request"),
        (&[("scope", "openid"), ("scope", "openid")], "invalid_request"),
        (&[("request", "eyJ")], "request_not_supported"),
        (&[("request_uri", "https://portal.example/r")], "request_uri_not_supported"),
        (&[("registration", "{}")], "registration_not_supported"),
        (&[("response_type", "")], "invalid_request"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("response_type", "code id_token")], "unsupported_response_type"),
        (&[("response_mode", "fragment")], "invalid_request"),
        (&[("scope", "")], "invalid_scope"),
        (&[("scope", "profile")], "invalid_scope"),
        (&[("scope", "OPENID")], "invalid_scope"),
        (&[("nonce", &long_nonce)], "invalid_request"),
        (&[("code_challenge", "")], "invalid_request"),
        (&[("code_challenge", ""), ("code_challenge_method", "")], "invalid_request"),
        (&[("code_challenge_method", "")], "invalid_request"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("code_challenge", "short")], "invalid_request"),
        (&[("prompt", "none login")], "invalid_request"),
        (&[("prompt", "shout")], "invalid_request"),
        (&[("max_age", "-1")], "invalid_request"),
        (&[("max_age", "+1")], "invalid_request"),
        (&[("max_age", "1.5")], "invalid_request"),
        (&[("max_age", "99999999999999999999")], "invalid_request"),
    ];
    for (changes, code) in cases {
        assert_eq!(checked(changes), Err(*code), "{changes:?}");
    }
}

#[test]
fn scopes_the_client_may_not_ask_for_are_left_out() {
    assert_eq!(checked(&[("scope", "openid email nonsense")]).unwrap().scopes.to_string(), "openid");
}

#[test]
fn a_client_without_proof_keys_may_leave_them_out_but_not_send_half() {
    let optional = client(Pkce::Optional);
    let without = params(&[("code_challenge", ""), ("code_challenge_method", "")]);
    assert_eq!(run(&optional, &without).1, Ok(()));
    assert_eq!(run(&optional, &params(&[("code_challenge", "")])).1, Err("invalid_request"));
    assert_eq!(run(&optional, &params(&[("code_challenge_method", "")])).1, Err("invalid_request"));
}

#[test]
fn state_comes_back_with_every_refusal_but_its_own() {
    let (request, verdict) = run(&client(Pkce::Required), &params(&[("x", "1"), ("x", "2")]));
    assert_eq!((request.state.as_deref(), verdict), (Some("s t&ate"), Err("invalid_request")));
    let (request, _) = run(&client(Pkce::Required), &params(&[("state", "a"), ("state", "b")]));
    assert_eq!(request.state, None);
}

#[test]
fn hints_that_cannot_be_used_are_ignored() {
    let long = "x".repeat(65);
    for hint in ["a\nb", long.as_str()] {
        assert_eq!(checked(&[("login_hint", hint)]).unwrap().login_hint, None);
    }
}

#[test]
fn descriptions_keep_to_the_characters_of_rfc_6749() {
    let errors = [
        AuthorizationError::InvalidRequest,
        AuthorizationError::AccessDenied,
        AuthorizationError::UnsupportedResponseType,
        AuthorizationError::InvalidScope,
        AuthorizationError::InteractionRequired,
        AuthorizationError::LoginRequired,
        AuthorizationError::ConsentRequired,
        AuthorizationError::RequestNotSupported,
        AuthorizationError::RequestUriNotSupported,
        AuthorizationError::RegistrationNotSupported,
    ];
    for error in errors {
        let allowed = |byte: u8| (0x20..=0x7e).contains(&byte) && byte != b'"' && byte != b'\\';
        assert!(error.description().bytes().all(allowed) && error.code().bytes().all(allowed));
    }
}

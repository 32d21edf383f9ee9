//! Every check by the parameters that pass it and those that do not.

use uuid::Uuid;

use super::*;
use crate::client::{ClientName, ClientSettings, Pkce};
use crate::clock::Timestamp;
use crate::id::Id;
use crate::oidc::authorize::{AuthorizationError, Prompt, checks};
use crate::oidc::scope::Scope;
use crate::realm::{PushedRequests, Realm};
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
    run_at(&realm(), client, params)
}

fn realm() -> Realm {
    let mut realm = Realm::installation();
    realm.settings.response_types = ResponseType::ALL.to_vec();
    realm.settings.authorization_details_types = vec!["payment".into()];
    realm
}

fn run_at(realm: &Realm, client: &Client, params: &Params) -> (AuthorizationRequest, Result<(), &'static str>) {
    let asked = Asked { realm, client, params, outside: params, came: Came::Directly, signed: Signed::No };
    let mut request = blank(&client.trusts("https://portal.example/cb").unwrap());
    let verdict = CHECKS.iter().try_for_each(|row| (row.check)(&asked, &mut request));
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
    let long_nonce = "n".repeat(1_025);
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("state", "a"), ("state", "b")], "invalid_request"),
        (&[("x", "1"), ("x", "2")], "invalid_request"),
        (&[("scope", "openid"), ("scope", "openid")], "invalid_request"),
        (&[("request_uri", "https://portal.example/r")], "invalid_request_uri"),
        (&[("registration", "{}")], "registration_not_supported"),
        (&[("response_type", "")], "invalid_request"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("response_type", "code id_token")], "unauthorized_client"),
        (&[("response_mode", "smoke_signals")], "invalid_request"),
        (&[("claims", "[]")], "invalid_request"),
        (&[("claims", "{\"userinfo\":[]}")], "invalid_request"),
        (&[("claims", "{\"id_token\":{\"name\":1}}")], "invalid_request"),
        (&[("resource", "api")], "invalid_target"),
        (&[("resource", "https://api.example/#part")], "invalid_target"),
        (&[("resource", "https://api.example"), ("resource", "/relative")], "invalid_target"),
        (&[("authorization_details", "{}")], "invalid_authorization_details"),
        (&[("authorization_details", "[]")], "invalid_authorization_details"),
        (&[("authorization_details", "[{\"type\":\"unknown\"}]")], "invalid_authorization_details"),
        (&[("authorization_details", "[{\"actions\":[\"read\"]}]")], "invalid_authorization_details"),
        (
            &[("authorization_details", "[{\"type\":\"payment\",\"actions\":\"read\"}]")],
            "invalid_authorization_details",
        ),
        (&[("dpop_jkt", "short")], "invalid_request"),
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

fn with_types(types: &[ResponseType]) -> Client {
    let mut client = client(Pkce::Required);
    client.settings.response_types = types.to_vec();
    client
}

#[test]
fn a_response_type_needs_realm_and_client_in_any_order_of_its_words() {
    let hybrid = with_types(&ResponseType::ALL);
    for kind in ResponseType::ALL {
        let backwards: Vec<&str> = kind.name().split(' ').rev().collect();
        for sent in [kind.name(), &backwards.join(" ")] {
            let (request, verdict) = run(&hybrid, &params(&[("response_type", sent)]));
            assert_eq!((verdict, request.response_type), (Ok(()), kind), "{sent}");
        }
    }
    let (mut plain, code) = (realm(), with_types(&[ResponseType::Code]));
    let asked = params(&[("response_type", "code token")]);
    assert_eq!(run(&code, &asked).1, Err("unauthorized_client"));
    plain.settings.response_types = vec![ResponseType::Code];
    assert_eq!(run_at(&plain, &hybrid, &asked).1, Err("unsupported_response_type"));
}

#[test]
fn tokens_come_in_the_fragment_and_never_in_a_query() {
    let hybrid = with_types(&ResponseType::ALL);
    let mode = |changes: &[(&str, &str)]| run(&hybrid, &params(changes)).0.response_mode;
    assert_eq!(mode(&[]), ResponseMode::Query);
    assert_eq!(mode(&[("response_mode", "jwt")]), ResponseMode::QueryJwt);
    for tokens in ["code id_token", "id_token", "code token", "id_token token", "token"] {
        assert_eq!(mode(&[("response_type", tokens)]), ResponseMode::Fragment, "{tokens}");
        assert_eq!(mode(&[("response_type", tokens), ("response_mode", "jwt")]), ResponseMode::FragmentJwt);
        for refused in ["query", "query.jwt"] {
            let (request, verdict) = run(&hybrid, &params(&[("response_type", tokens), ("response_mode", refused)]));
            assert_eq!((request.response_mode, verdict), (ResponseMode::Fragment, Err("invalid_request")));
        }
        for taken in ["fragment", "form_post", "fragment.jwt", "form_post.jwt"] {
            let asked = [("response_type", tokens), ("response_mode", taken)];
            assert_eq!(mode(&asked), ResponseMode::from_name(taken).unwrap());
        }
    }
}

#[test]
fn an_id_token_from_this_endpoint_needs_a_nonce() {
    let hybrid = with_types(&ResponseType::ALL);
    for kind in ResponseType::ALL {
        let without = params(&[("response_type", kind.name()), ("nonce", "")]);
        let expected = if kind.has_id_token() { Err("invalid_request") } else { Ok(()) };
        assert_eq!(run(&hybrid, &without).1, expected, "{}", kind.name());
    }
}

#[test]
fn offline_access_needs_a_code() {
    let mut hybrid = with_types(&ResponseType::ALL);
    hybrid.settings.scopes = Scopes::all();
    let scopes = |kind: &str| {
        run(&hybrid, &params(&[("response_type", kind), ("scope", "openid offline_access")])).0.scopes.to_string()
    };
    assert_eq!(scopes("code"), "openid offline_access");
    assert_eq!(scopes("id_token token"), "openid");
}

#[test]
fn a_client_registered_without_openid_sends_plain_oauth_requests() {
    let mut plain = client(Pkce::Required);
    plain.settings.scopes = Scopes::parse("profile");
    for scope in ["", "profile", "openid profile"] {
        let (request, verdict) = run(&plain, &params(&[("scope", scope)]));
        assert_eq!(verdict, Ok(()));
        assert!(!request.scopes.contains(Scope::Openid));
    }
}

#[test]
fn single_claims_are_read_as_far_as_the_client_may_know_them() {
    let claims = r#"{"userinfo":{"name":null,"email":{"essential":true},"nonsense":null},
        "id_token":{"birthdate":null,"acr":{"values":["aal2","x"]},"name#ja-Kana-JP":null}}"#;
    let request = checked(&[("claims", claims)]).unwrap();
    assert_eq!(request.claims.userinfo, ["name".to_owned()].into());
    assert_eq!(request.claims.id_token, ["birthdate".to_owned(), "name#ja-Kana-JP".to_owned()].into());
    assert_eq!(request.acr_values, ["aal2"]);
    assert!(request.essential_acr.is_empty());

    let essential = r#"{"id_token":{"acr":{"essential":true,"values":["aal2"]},"sub":{"value":"s-1"}}}"#;
    let request = checked(&[("claims", essential), ("acr_values", "aal1")]).unwrap();
    assert_eq!((request.essential_acr, request.acr_values), (vec!["aal2".to_owned()], vec!["aal1".to_owned()]));
    assert_eq!((request.hinted_subject, request.named_subjects), (None, ["s-1".to_owned()].into()));
}

#[test]
fn whom_the_parameter_claims_names_is_a_set() {
    let named = |claims: &str| checked(&[("claims", claims)]).map(|request| request.named_subjects);
    let set = |names: &[&str]| Ok(names.iter().map(|name| (*name).to_owned()).collect());
    assert_eq!(named(r#"{"id_token":{"sub":{"values":["a","b"]}}}"#), set(&["a", "b"]));
    assert_eq!(named(r#"{"id_token":{"sub":{"values":["a","b"]}},"userinfo":{"sub":{"value":"b"}}}"#), set(&["b"]));
    assert_eq!(named(r#"{"userinfo":{"sub":{"value":"b"}}}"#), set(&["b"]));
    assert_eq!(named(r#"{"id_token":{"sub":{"essential":true}},"userinfo":{"sub":null}}"#), set(&[]));
    for nobody in [
        r#"{"id_token":{"sub":{"value":"a"}},"userinfo":{"sub":{"value":"b"}}}"#,
        r#"{"id_token":{"sub":{"values":[]}}}"#,
        r#"{"id_token":{"sub":{"value":7}}}"#,
    ] {
        assert_eq!(named(nobody), Err("invalid_request"), "{nobody}");
    }
}

#[test]
fn resources_may_be_several_and_are_kept_once() {
    let sent = [("resource", "https://a.example/x?y"), ("resource", "urn:b"), ("resource", "https://a.example/x?y")];
    assert_eq!(checked(&sent).unwrap().resources, ["https://a.example/x?y", "urn:b"]);
}

#[test]
fn too_many_resources_and_too_long_ones_are_refused_before_they_are_read() {
    let nine: Vec<String> = (0..9).map(|n| format!("urn:{n}")).collect();
    let sent: Vec<(&str, &str)> = nine.iter().map(|resource| ("resource", resource.as_str())).collect();
    assert_eq!(checked(&sent[1..]).unwrap().resources.len(), 8);
    assert_eq!(checked(&sent).map(|_| ()), Err("invalid_target"));
    let longest = format!("https://a.example/{}", "x".repeat(494));
    assert_eq!(checked(&[("resource", &longest)]).unwrap().resources, [longest.as_str()]);
    assert_eq!(checked(&[("resource", &format!("{longest}x"))]).map(|_| ()), Err("invalid_target"));
}

#[test]
fn a_request_is_pushed_where_client_or_realm_says_so() {
    let (mut strict, mut pushing) = (realm(), client(Pkce::Required));
    pushing.settings.requests.require_pushed = true;
    strict.settings.pushed_authorization_requests = PushedRequests::Required;
    for (realm, client) in [(&realm(), &pushing), (&strict, &client(Pkce::Required))] {
        assert_eq!(run_at(realm, client, &params(&[])).1, Err("invalid_request"));
        let params = params(&[]);
        let asked = Asked { realm, client, params: &params, outside: &params, came: Came::Pushed, signed: Signed::No };
        let mut request = blank(&client.trusts("https://portal.example/cb").unwrap());
        assert!(CHECKS.iter().try_for_each(|row| (row.check)(&asked, &mut request)).is_ok());
    }
}

#[test]
fn the_table_of_checks_in_the_documents_is_this_one() {
    let text = include_str!("../../../../../docs/endpoints.md");
    let (_, after) = text.split_once("<!-- checks of /authorize and /par -->\n").unwrap();
    let (shown, _) = after.split_once("<!-- end -->").unwrap();
    let mut expected = String::from("| # | checked | where the rule stands |\n|---|---|---|\n");
    for (number, (subject, section)) in checks().enumerate() {
        expected += &format!("| {} | {subject} | {section} |\n", number + 1);
    }
    assert_eq!(shown, expected);
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
        AuthorizationError::UnauthorizedClient,
        AuthorizationError::UnmetAuthenticationRequirements,
        AuthorizationError::InvalidTarget,
        AuthorizationError::InvalidAuthorizationDetails,
        AuthorizationError::RequestNotSupported,
        AuthorizationError::InvalidRequestObject,
        AuthorizationError::InvalidRequestUri,
        AuthorizationError::RegistrationNotSupported,
    ];
    for error in errors {
        let allowed = |byte: u8| (0x20..=0x7e).contains(&byte) && byte != b'"' && byte != b'\\';
        assert!(error.description().bytes().all(allowed) && error.code().bytes().all(allowed));
    }
}

//! The portal's pages without a provider, and with one that refuses.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use openidconnect::{ClientId, ClientSecret, IssuerUrl};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::super::PortalConfig;
use super::super::http::Http;
use super::*;
use crate::demo::addresses::Door;

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

fn provider(issuer: &str) -> RelyingParty {
    let config = PortalConfig {
        issuer: IssuerUrl::new(issuer.into()).unwrap(),
        own_origin: "http://localhost:2".into(),
        client_id: ClientId::new("portal".into()),
        client_secret: ClientSecret::new("secret".into()),
    };
    RelyingParty::new(config, Http::new().unwrap())
}

async fn ask(router: &Router, method: &str, path: &str, cookie: &str) -> Answer {
    let request = Request::builder().method(method).uri(path).header("host", "localhost:2").header("cookie", cookie);
    let request = request.header("accept-language", "en").body(Body::empty()).unwrap();
    let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    Answer { status: parts.status, headers: parts.headers, body: String::from_utf8(body.to_vec()).unwrap() }
}

/// A provider's discovery document and nothing more.
async fn discoverable() -> (String, tokio_util::sync::DropGuard) {
    let (door, stop) = (Door::open_any().await.unwrap(), CancellationToken::new());
    let issuer = door.origin();
    let document = serde_json::json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "end_session_endpoint": format!("{issuer}/end_session"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
    });
    let refusal = (StatusCode::BAD_REQUEST, axum::Json(serde_json::json!({"error": "invalid_grant"})));
    let app = Router::new()
        .route("/.well-known/openid-configuration", get(move || async { axum::Json(document) }))
        .route("/jwks", get(async || axum::Json(serde_json::json!({"keys": []}))))
        .route("/token", post(move || async { refusal }));
    let stopped = stop.clone().cancelled_owned();
    tokio::spawn(async move { axum::serve(door, app).with_graceful_shutdown(stopped).await });
    (issuer, stop.drop_guard())
}

#[tokio::test]
async fn a_guest_sees_the_way_in() {
    let router = router(provider("http://localhost:1")).unwrap();

    let answer = ask(&router, "GET", "/", "").await;

    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("id=\"portal-sign-in\""));
    assert!(answer.body.contains("lang=\"en\""));
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("form-action 'self' http://localhost:1;"), "{policy}");
}

#[tokio::test]
async fn signing_in_asks_for_a_code_with_pkce_state_and_nonce() {
    let (issuer, _running) = discoverable().await;
    let router = router(provider(&issuer)).unwrap();

    for (path, acr) in [("/sign-in", None), ("/step-up", Some("phr aal2"))] {
        let answer = ask(&router, "POST", path, "").await;

        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let cookie = answer.headers["set-cookie"].to_str().unwrap();
        assert!(cookie.starts_with("portal=") && cookie.contains("HttpOnly"), "{cookie}");
        let url = url::Url::parse(answer.headers["location"].to_str().unwrap()).unwrap();
        let value = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        assert!(url.as_str().starts_with(&format!("{issuer}/authorize?")));
        assert_eq!(value("response_type").as_deref(), Some("code"));
        assert_eq!(value("redirect_uri").as_deref(), Some("http://localhost:2/callback"));
        assert_eq!(value("code_challenge_method").as_deref(), Some("S256"));
        assert_eq!(value("scope").as_deref(), Some("openid profile email"));
        assert_eq!(value("ui_locales").as_deref(), Some("en"));
        assert_eq!(value("acr_values").as_deref(), acr);
        assert!(value("state").is_some_and(|state| state.len() >= 40));
        assert!(value("nonce").is_some());
    }
}

#[tokio::test]
async fn a_provider_that_is_down_is_an_honest_page() {
    let closed = Door::open_any().await.unwrap().origin();
    let router = router(provider(&closed)).unwrap();

    let answer = ask(&router, "POST", "/sign-in", "").await;

    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    assert!(answer.body.contains("data-page=\"portal-error\""));
    assert!(answer.body.contains("cannot be reached"));
}

#[tokio::test]
async fn an_error_of_the_provider_is_shown_escaped() {
    let (issuer, _running) = discoverable().await;
    let router = router(provider(&issuer)).unwrap();
    let started = ask(&router, "POST", "/sign-in", "").await;
    let cookie = started.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let url = url::Url::parse(started.headers["location"].to_str().unwrap()).unwrap();
    let state = url.query_pairs().find(|(key, _)| key == "state").unwrap().1.into_owned();
    let back = format!("/callback?state={state}&error=access_denied&error_description=%3Cb%3Eno%3C%2Fb%3E");

    let answer = ask(&router, "GET", &back, &cookie).await;

    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.body.contains("access_denied") && answer.body.contains("cancelled"));
    assert!(!answer.body.contains("<b>no"));
    assert!(ask(&router, "GET", &back, &cookie).await.body.contains("unknown_state"));
}

#[tokio::test]
async fn a_code_that_the_provider_refuses_signs_nobody_in() {
    let (issuer, _running) = discoverable().await;
    let router = router(provider(&issuer)).unwrap();
    let started = ask(&router, "POST", "/sign-in", "").await;
    let cookie = started.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let url = url::Url::parse(started.headers["location"].to_str().unwrap()).unwrap();
    let state = url.query_pairs().find(|(key, _)| key == "state").unwrap().1.into_owned();

    let answer = ask(&router, "GET", &format!("/callback?state={state}&code=x&iss={issuer}"), &cookie).await;

    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.body.contains("invalid_grant"), "{}", answer.body);
    assert!(ask(&router, "GET", "/", &cookie).await.body.contains("id=\"portal-sign-in\""));
}

#[tokio::test]
async fn a_response_nobody_asked_for_or_of_another_provider_is_refused() {
    let (issuer, _running) = discoverable().await;
    let router = router(provider(&issuer)).unwrap();

    assert!(ask(&router, "GET", "/callback?code=x&state=y", "").await.body.contains("unknown_state"));
    assert!(ask(&router, "GET", "/callback", "portal=nobody").await.body.contains("unknown_state"));

    let started = ask(&router, "GET", "/sign-in", "").await;
    let cookie = started.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let url = url::Url::parse(started.headers["location"].to_str().unwrap()).unwrap();
    let state = url.query_pairs().find(|(key, _)| key == "state").unwrap().1.into_owned();
    let back = format!("/callback?state={state}&code=x&iss=http://localhost:9");
    assert!(ask(&router, "GET", &back, &cookie).await.body.contains("iss names another provider"));
}

#[tokio::test]
async fn a_member_sees_the_claims_and_the_buttons() {
    let page = MemberPage::new(Tongue(idp_core::language::Language::Ja), &SignedIn::for_test("mem_1"));
    let body = page.render().unwrap();

    for expected in [
        "田中 花子",
        "id=\"portal-step-up\"",
        "id=\"portal-sign-out\"",
        "<span id=\"portal-acr\" class=\"badge\">phr</span>",
        "<span id=\"portal-amr\" class=\"badge\">hwk user</span>",
        "<td id=\"id-token-sub\">mem_1</td>",
    ] {
        assert!(body.contains(expected), "{expected}: {body}");
    }
}

#[tokio::test]
async fn signing_out_leads_to_the_provider_with_hint_and_way_back() {
    let (issuer, _running) = discoverable().await;
    let provider = provider(&issuer);

    let url = provider.sign_out(&SignedIn::for_test("mem_1"), CsrfToken::new("st".into())).await.unwrap().unwrap();

    assert!(url.as_str().starts_with(&format!("{issuer}/end_session?")));
    let value = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    assert!(value("id_token_hint").is_some_and(|hint| hint.split('.').count() == 3));
    assert_eq!(value("post_logout_redirect_uri").as_deref(), Some("http://localhost:2/signed-out"));
    assert_eq!(value("state").as_deref(), Some("st"));
}

#[tokio::test]
async fn a_guest_who_signs_out_is_told_so() {
    let router = router(provider("http://localhost:1")).unwrap();

    let answer = ask(&router, "POST", "/sign-out", "").await;
    assert_eq!(answer.headers["location"], "/signed-out");

    let answer = ask(&router, "GET", "/signed-out?state=forged", "").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("not signed in"));
}

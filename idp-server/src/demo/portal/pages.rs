//! The portal's pages: the top page for guests and for members, the way to the provider and back, and errors.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use openidconnect::CsrfToken;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::relying_party::{PortalFault, RelyingParty, SignedIn, Strength};
use super::sessions::Sessions;
use super::{CALLBACK_PATH, SIGNED_OUT_PATH};
use crate::demo::web::{self, Tongue};

/// The cookie of a portal session.
const COOKIE: &str = "portal";

/// What the handlers share.
#[derive(Clone)]
struct Portal {
    provider: Arc<RelyingParty>,
    sessions: Arc<Sessions>,
    policy: HeaderValue,
}

/// The routes of the portal's site.
///
/// # Errors
/// If the issuer's origin cannot stand in a header.
pub fn router(provider: RelyingParty) -> Result<Router, axum::http::Error> {
    // Chromium applies form-action to the redirects after a form as well, and ours lead to the provider.
    let policy = HeaderValue::from_str(&format!(
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self' {}; base-uri 'none'; \
         frame-ancestors 'none'",
        provider.issuer_origin()
    ))?;
    let portal = Portal { provider: Arc::new(provider), sessions: Arc::default(), policy };

    Ok(Router::new()
        .route("/", get(top))
        .route("/sign-in", get(sign_in).post(sign_in))
        .route("/step-up", post(step_up))
        .route(CALLBACK_PATH, get(callback))
        .route("/sign-out", post(sign_out))
        .route(SIGNED_OUT_PATH, get(signed_out))
        .route("/demo.css", get(web::stylesheet))
        .layer(from_fn(web::only_from_here))
        .with_state(portal))
}

#[derive(Template)]
#[template(path = "demo/portal_guest.html")]
struct GuestPage {
    tongue: Tongue,
}

#[derive(Template)]
#[template(path = "demo/portal_member.html")]
struct MemberPage {
    tongue: Tongue,
    name: String,
    acr: String,
    amr: String,
    is_strong: bool,
    id_token_claims: Vec<(String, String)>,
    userinfo_claims: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "demo/portal_signed_out.html")]
struct SignedOutPage {
    tongue: Tongue,
    /// Whether the provider confirmed the sign-out of this browser.
    everywhere: bool,
}

#[derive(Template)]
#[template(path = "demo/portal_error.html")]
struct ErrorPage {
    tongue: Tongue,
    error: String,
    description: String,
    advice: &'static str,
}

/// An authorization response (RFC 6749 §4.1.2, RFC 9207).
#[derive(Deserialize)]
struct AuthorizationResponse {
    state: Option<String>,
    iss: Option<String>,
    code: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// The return from a sign-out (RP-Initiated Logout §3).
#[derive(Deserialize)]
struct LogoutResponse {
    state: Option<String>,
}

impl Portal {
    fn page(&self, status: StatusCode, template: &impl Template) -> Response {
        match template.render() {
            Ok(html) => {
                let policy = [(header::CONTENT_SECURITY_POLICY, self.policy.clone())];
                (status, policy, Html(html)).into_response()
            }
            Err(error) => {
                tracing::error!(%error, "a portal page cannot be rendered");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }

    async fn start(&self, jar: CookieJar, tongue: Tongue, strength: Strength) -> Response {
        match self.provider.start(strength, tongue.0).await {
            Ok((url, pending)) => {
                let id = self.sessions.begin(session_id(&jar), pending);
                (jar.add(cookie(id)), Redirect::to(url.as_str())).into_response()
            }
            Err(fault) => self.fault_page(tongue, fault),
        }
    }

    fn fault_page(&self, tongue: Tongue, fault: PortalFault) -> Response {
        tracing::warn!(%fault, "the demo portal could not go on");
        match fault {
            PortalFault::Unreachable(detail) => {
                let advice = tongue.say(
                    "ログインのサービスに接続できません。少し待ってからもう一度お試しください。",
                    "The sign-in service cannot be reached. Please wait a moment and try again.",
                );
                let page = ErrorPage { tongue, error: "unreachable".into(), description: detail, advice };
                self.page(StatusCode::BAD_GATEWAY, &page)
            }
            PortalFault::Refused { error, description } => {
                self.refusal_page(tongue, error, description.unwrap_or_default())
            }
            PortalFault::Untrusted(detail) => self.refusal_page(tongue, "untrusted_response".into(), detail),
        }
    }

    fn refusal_page(&self, tongue: Tongue, error: String, description: String) -> Response {
        let advice = match error.as_str() {
            "access_denied" => tongue.say(
                "ログインは取り消されました。もう一度ログインするには、トップページからお進みください。",
                "The sign-in was cancelled. To sign in, start again from the top page.",
            ),
            _ => tongue.say(
                "ログインできませんでした。トップページからもう一度お試しください。",
                "You could not be signed in. Please try again from the top page.",
            ),
        };
        self.page(StatusCode::BAD_REQUEST, &ErrorPage { tongue, error, description, advice })
    }
}

async fn top(State(portal): State<Portal>, jar: CookieJar, headers: HeaderMap) -> Response {
    let tongue = Tongue::of(&headers);
    match portal.sessions.signed_in(session_id(&jar)) {
        Some(member) => portal.page(StatusCode::OK, &MemberPage::new(tongue, &member)),
        None => portal.page(StatusCode::OK, &GuestPage { tongue }),
    }
}

async fn sign_in(State(portal): State<Portal>, jar: CookieJar, headers: HeaderMap) -> Response {
    portal.start(jar, Tongue::of(&headers), Strength::Usual).await
}

async fn step_up(State(portal): State<Portal>, jar: CookieJar, headers: HeaderMap) -> Response {
    portal.start(jar, Tongue::of(&headers), Strength::StepUp).await
}

async fn callback(
    State(portal): State<Portal>,
    jar: CookieJar,
    headers: HeaderMap,
    Query(response): Query<AuthorizationResponse>,
) -> Response {
    let tongue = Tongue::of(&headers);
    let state = response.state.unwrap_or_default();
    let Some(pending) = portal.sessions.take_pending(session_id(&jar), &state) else {
        let description = "no sign-in with this state is under way in this browser".into();
        return portal.refusal_page(tongue, "unknown_state".into(), description);
    };
    if response.iss.is_some_and(|iss| iss != portal.provider.issuer()) {
        return portal.refusal_page(tongue, "untrusted_response".into(), "iss names another provider".into());
    }
    if let Some(error) = response.error {
        return portal.refusal_page(tongue, error, response.error_description.unwrap_or_default());
    }
    let Some(code) = response.code else {
        return portal.refusal_page(tongue, "untrusted_response".into(), "neither code nor error".into());
    };

    match portal.provider.finish(code, pending).await {
        Ok(member) => {
            let id = portal.sessions.complete(session_id(&jar), member);
            (jar.add(cookie(id)), Redirect::to("/")).into_response()
        }
        Err(fault) => portal.fault_page(tongue, fault),
    }
}

async fn sign_out(State(portal): State<Portal>, jar: CookieJar, headers: HeaderMap) -> Response {
    let Some(member) = portal.sessions.signed_in(session_id(&jar)) else {
        return Redirect::to(SIGNED_OUT_PATH).into_response();
    };
    let state = CsrfToken::new_random_len(32);
    let id = portal.sessions.sign_out(session_id(&jar), state.clone());
    let jar = jar.add(cookie(id));

    match portal.provider.sign_out(&member, state).await {
        Ok(Some(url)) => (jar, Redirect::to(url.as_str())).into_response(),
        Ok(None) => (jar, Redirect::to(SIGNED_OUT_PATH)).into_response(),
        Err(fault) => (jar, portal.fault_page(Tongue::of(&headers), fault)).into_response(),
    }
}

async fn signed_out(
    State(portal): State<Portal>,
    jar: CookieJar,
    headers: HeaderMap,
    Query(response): Query<LogoutResponse>,
) -> Response {
    let state = response.state.unwrap_or_default();
    let everywhere = portal.sessions.ends_sign_out(session_id(&jar), &state);
    portal.page(StatusCode::OK, &SignedOutPage { tongue: Tongue::of(&headers), everywhere })
}

impl MemberPage {
    fn new(tongue: Tongue, member: &SignedIn) -> Self {
        Self {
            tongue,
            name: member.display_name.clone(),
            acr: member.acr.clone().unwrap_or_else(|| "–".into()),
            amr: if member.amr.is_empty() { "–".into() } else { member.amr.join(" ") },
            is_strong: matches!(member.acr.as_deref(), Some("aal2" | "phr")),
            id_token_claims: rows(&member.id_token_claims),
            userinfo_claims: rows(&member.userinfo_claims),
        }
    }
}

fn rows(claims: &Map<String, Value>) -> Vec<(String, String)> {
    let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    claims.iter().map(|(name, value)| (name.clone(), shown(value))).collect()
}

fn session_id(jar: &CookieJar) -> Option<&str> {
    jar.get(COOKIE).map(Cookie::value)
}

fn cookie(id: String) -> Cookie<'static> {
    Cookie::build((COOKIE, id)).path("/").http_only(true).same_site(SameSite::Lax).build()
}

#[cfg(test)]
#[path = "pages_tests.rs"]
mod tests;

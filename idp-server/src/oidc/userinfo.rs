//! `/userinfo`: the token comes in the header or in a form, never in the query (RFC 6750 §2, RFC 9700 §4.3.2).

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use idp_core::oidc::protect::Protected;
use idp_core::oidc::userinfo::{Told, Userinfo, userinfo};

use super::document::{self, Keep};
use super::sent;
use crate::error::Failure;
use crate::extract::Visit;
use crate::outgoing::fetch_keys;
use crate::state::AppState;

/// With the token in the header.
pub(crate) async fn get(State(state): State<AppState>, visit: Visit, headers: HeaderMap) -> Result<Response, Failure> {
    answer(&state, &visit, bearer(&headers)).await
}

/// With the token in the header or in a form.
pub(crate) async fn post(State(state): State<AppState>, visit: Visit, request: Request) -> Result<Response, Failure> {
    let in_header = bearer(request.headers());
    let in_form = if sent::is_form(request.headers()) {
        match sent::form(request).await {
            Ok(params) if params.is_doubled("access_token") => {
                Sent::Malformed("the parameter access_token is repeated")
            }
            Ok(params) => params.find("access_token").map_or(Sent::Nothing, |token| Sent::Token(token.to_owned())),
            Err(unreadable) => Sent::Malformed(unreadable.description()),
        }
    } else {
        Sent::Nothing
    };
    let sent = match (in_header, in_form) {
        (Sent::Token(_), Sent::Token(_)) => Sent::Malformed("the token came in more than one way"),
        (Sent::Nothing, other) | (other, Sent::Nothing) => other,
        (malformed @ Sent::Malformed(_), _) | (_, malformed @ Sent::Malformed(_)) => malformed,
    };
    answer(&state, &visit, sent).await
}

/// How the token came.
enum Sent {
    Nothing,
    Token(String),
    Malformed(&'static str),
}

fn bearer(headers: &HeaderMap) -> Sent {
    let Some(value) = sent::authorization(headers) else { return Sent::Nothing };
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() => {
            Sent::Token(token.trim().to_owned())
        }
        Some(_) | None => Sent::Malformed("the Authorization header is not readable as Bearer"),
    }
}

async fn answer(state: &AppState, visit: &Visit, sent: Sent) -> Result<Response, Failure> {
    let token = match sent {
        Sent::Token(token) => token,
        Sent::Nothing => return Ok(challenge(StatusCode::UNAUTHORIZED, None)),
        Sent::Malformed(why) => return Ok(challenge(StatusCode::BAD_REQUEST, Some(("invalid_request", why)))),
    };

    let scope = visit.scope();
    let asked = state.store.read(&scope, move |ctx| async move { userinfo(ctx, &token).await }.boxed());

    let (status, code, why) = match asked.await? {
        Userinfo::Told(told) => return tell(state, *told).await,
        Userinfo::InvalidToken => {
            (StatusCode::UNAUTHORIZED, "invalid_token", "the token is not valid, has expired or was revoked")
        }
        Userinfo::InsufficientScope => {
            (StatusCode::FORBIDDEN, "insufficient_scope", "the token was not granted openid")
        }
    };
    Ok(challenge(status, Some((code, why))))
}

async fn tell(state: &AppState, told: Told) -> Result<Response, Failure> {
    let ambient = state.store.ambient();
    if let Some(uri) = told.missing(&ambient.client_keys, ambient.clock.now()) {
        fetch_keys(state, &uri).await;
    }
    match told.protected((&ambient.client_keys, ambient.entropy.as_ref()))? {
        Protected::Plain(claims) => Ok(document::document(StatusCode::OK, Keep::Never, &claims)),
        Protected::Jwt(token) => Ok(document::jwt("application/jwt", token)),
    }
}

/// The challenge of RFC 6750 §3. A request without a token learns no error code (§3.1).
fn challenge(status: StatusCode, error: Option<(&'static str, &'static str)>) -> Response {
    let (mut response, text) = match error {
        None => (document::document(status, Keep::Never, &serde_json::json!({})), "Bearer".to_owned()),
        Some((code, why)) => {
            let text = format!("Bearer error=\"{code}\", error_description=\"{why}\"");
            (document::error(status, code, why), text)
        }
    };
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    response.into_response()
}

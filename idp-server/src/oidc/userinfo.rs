//! `/userinfo`: the token comes in the header or in a form, never in the query (RFC 6750 §2, RFC 9449 §7.1, RFC 9700
//! §4.3.2).

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use idp_core::fault::Fault;
use idp_core::jose::SignatureAlgorithm;
use idp_core::oidc::protect::Protected;
use idp_core::oidc::userinfo::{PresentedToken, Scheme, Told, Userinfo, userinfo};
use idp_core::oidc::{dpop, interaction_id};

use super::document;
use super::{client_call, sent};
use crate::error::Failure;
use crate::extract::Visit;
use crate::outgoing::fetch_keys;
use crate::state::AppState;

/// With the token in the header.
pub(crate) async fn get(State(state): State<AppState>, visit: Visit, headers: HeaderMap) -> Result<Response, Failure> {
    answer(&state, &visit, in_header(&headers), "GET", &headers).await
}

/// With the token in the header or in a form.
pub(crate) async fn post(State(state): State<AppState>, visit: Visit, request: Request) -> Result<Response, Failure> {
    let headers = request.headers().clone();
    let in_form = if sent::is_form(&headers) {
        match sent::form(request).await {
            Ok(params) if params.is_doubled("access_token") => {
                Sent::Malformed("the parameter access_token is repeated")
            }
            Ok(params) => {
                params.find("access_token").map_or(Sent::Nothing, |token| Sent::Token(Scheme::Bearer, token.to_owned()))
            }
            Err(unreadable) => Sent::Malformed(unreadable.description()),
        }
    } else {
        Sent::Nothing
    };
    let sent = match (in_header(&headers), in_form) {
        (Sent::Token(..), Sent::Token(..)) => Sent::Malformed("the token came in more than one way"),
        (Sent::Nothing, other) | (other, Sent::Nothing) => other,
        (malformed @ Sent::Malformed(_), _) | (_, malformed @ Sent::Malformed(_)) => malformed,
    };
    answer(&state, &visit, sent, "POST", &headers).await
}

/// How the token came.
enum Sent {
    Nothing,
    Token(Scheme, String),
    Malformed(&'static str),
}

fn in_header(headers: &HeaderMap) -> Sent {
    let Some(value) = sent::authorization(headers) else { return Sent::Nothing };
    let token = |scheme, token: &str| Sent::Token(scheme, token.trim().to_owned());
    match value.split_once(' ').filter(|(_, token)| !token.trim().is_empty()) {
        Some((scheme, text)) if scheme.eq_ignore_ascii_case("bearer") => token(Scheme::Bearer, text),
        Some((scheme, text)) if scheme.eq_ignore_ascii_case("dpop") => token(Scheme::Dpop, text),
        Some(_) | None => Sent::Malformed("the Authorization header is not readable as Bearer or DPoP"),
    }
}

async fn answer(
    state: &AppState,
    visit: &Visit,
    sent: Sent,
    method: &'static str,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let mut response = answer_token(state, visit, sent, method, headers).await?;
    let named = headers.get(interaction_id::HEADER).and_then(|value| value.to_str().ok());
    let id = interaction_id::answered(named, visit.ambient().entropy.as_ref());
    if named.is_some() {
        tracing::info!(interaction_id = %id, request_id = visit.request_id(), "userinfo");
    }
    let id = HeaderValue::try_from(id).map_err(|_| Fault::Broken("an interaction id is no header".into()))?;
    response.headers_mut().insert(HeaderName::from_static(interaction_id::HEADER), id);
    Ok(response)
}

async fn answer_token(
    state: &AppState,
    visit: &Visit,
    sent: Sent,
    method: &'static str,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let (scheme, token) = match sent {
        Sent::Token(scheme, token) => (scheme, token),
        Sent::Nothing => return Ok(challenge(Scheme::Bearer, StatusCode::UNAUTHORIZED, None)),
        Sent::Malformed(why) => {
            return Ok(challenge(Scheme::Bearer, StatusCode::BAD_REQUEST, Some(("invalid_request", why))));
        }
    };

    let certificate = visit.certificate().cloned();
    let presented = PresentedToken { token, scheme, method, proof: client_call::proof(headers), certificate };
    let scope = visit.scope();
    let asked = state.store.read(&scope, move |ctx| async move { userinfo(ctx, &presented).await }.boxed()).await?;
    let first = match asked.once {
        None => true,
        Some(once) => state.store.write(&scope, move |ctx| async move { once.spend(ctx).await }.boxed()).await?,
    };
    let answer = if first { asked.answer } else { Userinfo::InvalidProof("the DPoP proof was used before") };

    let (status, code, why) = match answer {
        Userinfo::Told(told) => {
            let response = tell(state, *told).await?;
            return Ok(if scheme == Scheme::Dpop { client_call::with_nonce(visit, response) } else { response });
        }
        Userinfo::InvalidToken => {
            (StatusCode::UNAUTHORIZED, "invalid_token", "the token is not valid, has expired or was revoked")
        }
        Userinfo::InsufficientScope => {
            (StatusCode::FORBIDDEN, "insufficient_scope", "the token was not granted openid")
        }
        Userinfo::InvalidProof(why) => (StatusCode::UNAUTHORIZED, "invalid_dpop_proof", why),
        Userinfo::NonceNeeded => {
            (StatusCode::UNAUTHORIZED, "use_dpop_nonce", "the DPoP proof must carry a nonce of this server")
        }
    };
    Ok(client_call::with_nonce(visit, challenge(scheme, status, Some((code, why)))))
}

async fn tell(state: &AppState, told: Told) -> Result<Response, Failure> {
    let ambient = state.store.ambient();
    if let Some(uri) = told.missing(&ambient.client_keys, ambient.clock.now()) {
        fetch_keys(state, &uri).await;
    }
    match told.protected((&ambient.client_keys, ambient.entropy.as_ref()))? {
        Protected::Plain(claims) => Ok(document::document(StatusCode::OK, &claims)),
        Protected::Jwt(token) => Ok(document::jwt("application/jwt", token)),
    }
}

/// The challenge of RFC 6750 §3 and RFC 9449 §7.1. A request without a token learns no error code (RFC 6750 §3.1), but both
/// ways to send one.
fn challenge(scheme: Scheme, status: StatusCode, error: Option<(&'static str, &'static str)>) -> Response {
    let dpop = format!("DPoP algs=\"{}\"", dpop::ALGORITHMS.map(SignatureAlgorithm::name).join(" "));
    let (mut response, challenges) = match (error, scheme) {
        (None, _) => (document::document(status, &serde_json::json!({})), vec!["Bearer".to_owned(), dpop]),
        (Some((code, why)), scheme) => {
            let named = format!("error=\"{code}\", error_description=\"{why}\"");
            let challenge = match scheme {
                Scheme::Bearer => format!("Bearer {named}"),
                Scheme::Dpop => format!("{dpop}, {named}"),
            };
            (document::error(status, code, why), vec![challenge])
        }
    };
    for challenge in challenges.iter().filter_map(|text| HeaderValue::from_str(text).ok()) {
        response.headers_mut().append(header::WWW_AUTHENTICATE, challenge);
    }
    response.into_response()
}

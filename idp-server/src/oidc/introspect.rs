//! `/introspect`: as JSON, or as a JWT for whoever asks for one (RFC 9701 §4).

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use idp_core::ctx::Ctx;
use idp_core::fault::Fault;
use idp_core::oidc::introspect::{Introspection, SignedIntrospection, introspect};
use idp_core::oidc::token::{Caller, Claimant, ClientCall, authenticate};

use super::client_call::{self, Done};
use super::document;
use crate::error::Failure;
use crate::extract::Visit;
use crate::outgoing::fetch_keys;
use crate::paths;
use crate::state::AppState;

const JWT: &str = "application/token-introspection+jwt";

/// The form the client wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Jwt,
}

enum Answer {
    Json(Introspection),
    Jwt(Box<SignedIntrospection>),
}

/// Tells what is known of a token.
pub(crate) async fn post(State(state): State<AppState>, visit: Visit, request: Request) -> Result<Response, Failure> {
    let form = wanted(request.headers());
    let call = match client_call::read(&state, &visit, paths::INTROSPECT, request).await {
        Ok(call) => call,
        Err(response) => return Ok(response),
    };

    match answer(&state, &visit, call, form).await? {
        Ok(Answer::Json(known)) => Ok(document::document(StatusCode::OK, known.document())),
        Ok(Answer::Jwt(known)) => {
            let ambient = state.store.ambient();
            if let Some(uri) = known.missing(&ambient.client_keys, ambient.clock.now()) {
                fetch_keys(&state, &uri).await;
            }
            Ok(signed(known.sign((&ambient.client_keys, ambient.entropy.as_ref()))?))
        }
        Err(refusal) => Ok(client_call::refused(&visit, paths::INTROSPECT, &refusal)),
    }
}

async fn answer(state: &AppState, visit: &Visit, call: ClientCall, form: Form) -> Result<Done<Answer>, Failure> {
    let sent = call.clone();
    let scope = visit.scope();
    let read = state.store.read(&scope, move |ctx| async move { reading(ctx, &sent, form).await }.boxed());
    let claimant = match read.await? {
        Ok(Reading::Answered(answer)) => return Ok(Ok(answer)),
        Ok(Reading::Changes(claimant)) => claimant,
        Err(refusal) => return Ok(Err(refusal)),
    };
    // An assertion is used up before its client is told anything.
    let told = client_call::spend(state, visit, (*claimant, call), move |ctx, caller, call| {
        told(ctx, caller, call, form).boxed()
    });
    Ok(told.await?)
}

enum Reading {
    Answered(Answer),
    Changes(Box<Claimant>),
}

async fn reading(ctx: &Ctx, call: &ClientCall, form: Form) -> Result<Done<Reading>, Fault> {
    let claimant = match authenticate(ctx, call).await? {
        Ok(claimant) => claimant,
        Err(refusal) => return Ok(Err(refusal)),
    };
    match claimant.unspent() {
        Some(caller) => Ok(told(ctx, caller, call, form).await?.map(Reading::Answered)),
        None => Ok(Ok(Reading::Changes(Box::new(claimant)))),
    }
}

async fn told(ctx: &Ctx, caller: &Caller, call: &ClientCall, form: Form) -> Result<Done<Answer>, Fault> {
    let known = match introspect(ctx, caller, call).await? {
        Ok(known) => known,
        Err(refusal) => return Ok(Err(refusal)),
    };
    Ok(Ok(match form {
        Form::Json => Answer::Json(known),
        Form::Jwt => Answer::Jwt(Box::new(known.signed(ctx, caller).await?)),
    }))
}

fn wanted(headers: &HeaderMap) -> Form {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let named = accepted.split(',').any(|one| one.split(';').next().unwrap_or_default().trim() == JWT);
    if named { Form::Jwt } else { Form::Json }
}

fn signed(jwt: String) -> Response {
    let mut response = jwt.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(JWT));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

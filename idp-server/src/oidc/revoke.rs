//! `/revoke`.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use futures::FutureExt;
use idp_core::actor::Actor;
use idp_core::oidc::revoke::revoke;
use idp_core::oidc::token::authenticate;

use super::client_call;
use super::document::{self, Keep};
use crate::error::Failure;
use crate::extract::Visit;
use crate::paths;
use crate::state::AppState;

/// Takes a token back (RFC 7009 §2.1); whatever the token was, the answer is an empty document.
pub(crate) async fn post(State(state): State<AppState>, visit: Visit, request: Request) -> Result<Response, Failure> {
    let call = match client_call::read(&state, &visit, paths::REVOKE, request).await {
        Ok(call) => call,
        Err(response) => return Ok(response),
    };
    let sent = call.clone();
    let scope = visit.scope();
    let reading = state.store.read(&scope, move |ctx| async move { authenticate(ctx, &sent).await }.boxed());
    let caller = match reading.await? {
        Ok(caller) => caller,
        Err(refusal) => return Ok(client_call::refused(&visit, paths::REVOKE, &refusal)),
    };
    let scope = visit.scope_of(Actor::Client { id: caller.client.id });
    let operation = state.store.write(&scope, move |ctx| async move { revoke(ctx, &caller, &call).await }.boxed());

    match operation.await? {
        Ok(()) => Ok(document::document(StatusCode::OK, Keep::Never, &serde_json::json!({}))),
        Err(refusal) => Ok(client_call::refused(&visit, paths::REVOKE, &refusal)),
    }
}

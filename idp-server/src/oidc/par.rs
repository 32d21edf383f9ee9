//! `/par`.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use futures::FutureExt;
use idp_core::actor::Actor;
use idp_core::oidc::par::{Push, push};
use idp_core::oidc::token::authenticate;

use super::client_call;
use super::document::{self, Keep};
use crate::error::Failure;
use crate::extract::Visit;
use crate::paths;
use crate::state::AppState;

/// Keeps what a client will ask, and answers the reference that its browser carries.
pub(crate) async fn post(State(state): State<AppState>, visit: Visit, request: Request) -> Result<Response, Failure> {
    let call = match client_call::read(&state, &visit, paths::PAR, request).await {
        Ok(call) => call,
        Err(response) => return Ok(response),
    };
    let sent = call.clone();
    let scope = visit.scope();
    let reading = state.store.read(&scope, move |ctx| async move { authenticate(ctx, &sent).await }.boxed());
    let caller = match reading.await? {
        Ok(caller) => caller,
        Err(refusal) => return Ok(client_call::refused(&visit, paths::PAR, &refusal)),
    };
    let scope = visit.scope_of(Actor::Client { id: caller.client.id });
    let operation = state.store.write(&scope, move |ctx| async move { push(ctx, &caller, &call).await }.boxed());

    match operation.await? {
        Push::Kept(pushed) => {
            let response = document::document(StatusCode::CREATED, Keep::Never, &pushed);
            Ok(client_call::with_nonce(&visit, response))
        }
        Push::Unproved(refusal) => Ok(client_call::refused(&visit, paths::PAR, &refusal)),
        Push::Refused(refused) => {
            let (error, reason) = (refused.error.code(), refused.description);
            visit.refuse(error);
            tracing::info!(error, reason, request_id = visit.request_id(), "pushed request refused");
            Ok(document::error(StatusCode::BAD_REQUEST, error, reason))
        }
    }
}

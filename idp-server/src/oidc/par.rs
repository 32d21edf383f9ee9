//! `/par`.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use futures::FutureExt;
use idp_core::oidc::par::push;

use super::client_call;
use super::document;
use crate::error::Failure;
use crate::extract::Visit;
use crate::paths;
use crate::state::AppState;

/// Keeps what a client will ask, and answers the reference that its browser carries.
pub(crate) async fn post(State(state): State<AppState>, visit: Visit, request: Request) -> Result<Response, Failure> {
    let pushed =
        client_call::run(&state, &visit, paths::PAR, request, |ctx, caller, call| push(ctx, caller, call).boxed());

    Ok(match pushed.await? {
        Ok(Ok(pushed)) => client_call::with_nonce(&visit, document::document(StatusCode::CREATED, &pushed)),
        Ok(Err(refused)) => {
            let (error, reason) = (refused.error.code(), refused.description.as_ref());
            visit.refuse(error);
            tracing::info!(error, reason, request_id = visit.request_id(), "pushed request refused");
            document::error(StatusCode::BAD_REQUEST, error, reason)
        }
        Err(response) => response,
    })
}

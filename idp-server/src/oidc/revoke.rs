//! `/revoke`.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use futures::FutureExt;
use idp_core::oidc::revoke::revoke;

use super::client_call;
use super::document;
use crate::error::Failure;
use crate::extract::Visit;
use crate::paths;
use crate::state::AppState;

/// Takes a token back (RFC 7009 §2.1); whatever the token was, the answer is an empty document.
pub(crate) async fn post(State(state): State<AppState>, visit: Visit, request: Request) -> Result<Response, Failure> {
    let revoked =
        client_call::run(&state, &visit, paths::REVOKE, request, |ctx, caller, call| revoke(ctx, caller, call).boxed());

    Ok(match revoked.await? {
        Ok(()) => document::document(StatusCode::OK, &serde_json::json!({})),
        Err(response) => response,
    })
}

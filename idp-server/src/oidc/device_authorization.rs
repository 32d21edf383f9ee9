//! `/device_authorization`.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use futures::FutureExt;
use idp_core::oidc::device;

use super::client_call;
use super::document;
use crate::error::Failure;
use crate::extract::Visit;
use crate::paths;
use crate::state::AppState;

/// Begins a request of a device (RFC 8628 §3.1).
pub(crate) async fn post(State(state): State<AppState>, visit: Visit, request: Request) -> Result<Response, Failure> {
    let begun = client_call::run(&state, &visit, paths::DEVICE_AUTHORIZATION, request, |ctx, caller, call| {
        device::authorize(ctx, caller, call).boxed()
    });

    Ok(match begun.await? {
        Ok(begun) => document::document(StatusCode::OK, &begun),
        Err(response) => response,
    })
}

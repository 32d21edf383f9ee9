//! `/bc-authorize`.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use futures::FutureExt;
use idp_core::oidc::ciba;

use super::client_call;
use super::document;
use crate::error::Failure;
use crate::extract::Visit;
use crate::paths;
use crate::state::AppState;

/// Begins a request that a member answers on a device of their own (OpenID Connect CIBA Core 1.0 §7).
pub(crate) async fn post(State(state): State<AppState>, visit: Visit, request: Request) -> Result<Response, Failure> {
    let begun = client_call::run(&state, &visit, paths::CIBA, request, |ctx, caller, call| {
        async move { Ok(Ok(ciba::authorize(ctx, caller, call).await?)) }.boxed()
    });

    Ok(match begun.await? {
        Ok(Ok(begun)) => document::document(StatusCode::OK, &begun),
        Ok(Err(refused)) => {
            let (error, reason) = (refused.error.code(), refused.description);
            visit.refuse(error);
            tracing::info!(error, reason, request_id = visit.request_id(), "backchannel authentication refused");
            let status = StatusCode::from_u16(refused.error.status()).unwrap_or(StatusCode::BAD_REQUEST);
            document::error(status, error, reason)
        }
        Err(response) => response,
    })
}

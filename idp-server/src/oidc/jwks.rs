//! `/jwks`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use futures::FutureExt;
use idp_core::oidc::jwks::jwks;

use super::document::{Keep, document};
use crate::error::Failure;
use crate::extract::Visit;
use crate::state::AppState;

/// The keys that verify what the realm signs.
pub(crate) async fn get(State(state): State<AppState>, visit: Visit) -> Result<Response, Failure> {
    let keys = state.store.read(&visit.scope(), |ctx| jwks(ctx).boxed()).await?;
    Ok(document(StatusCode::OK, Keep::Shortly, &keys))
}

//! `/.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`: the same document.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use idp_core::oidc::discovery::metadata;

use super::published::Ready;
use crate::error::Failure;
use crate::extract::Visit;
use crate::state::AppState;

/// What the realm offers.
pub(crate) async fn get(State(state): State<AppState>, visit: Visit, headers: HeaderMap) -> Result<Response, Failure> {
    let ready = state.published.discovery(visit.realm(), |realm| Ready::new(&metadata(realm)))?;
    Ok(ready.answer(&headers))
}

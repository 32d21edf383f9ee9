//! `/jwks`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use futures::FutureExt;
use idp_core::oidc::jwks::jwks;

use super::published::Ready;
use crate::error::Failure;
use crate::extract::Visit;
use crate::state::AppState;

/// The keys that verify what the realm signs.
pub(crate) async fn get(State(state): State<AppState>, visit: Visit, headers: HeaderMap) -> Result<Response, Failure> {
    let (realm, now) = (visit.realm().id, state.reading());
    if let Some(ready) = state.published.keys(realm, now) {
        return Ok(ready.answer(&headers));
    }
    let keys = state.store.read(&visit.scope(), |ctx| jwks(ctx).boxed()).await?;
    let ready = Ready::new(&keys)?;
    state.published.keep_keys(realm, now, ready.clone());
    Ok(ready.answer(&headers))
}

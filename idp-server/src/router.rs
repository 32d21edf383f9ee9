//! One table of routes: path, methods, handler.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::get;

use crate::extract::form::BODY_MAX;
use crate::middleware::frame;
use crate::state::AppState;
use crate::{assets, error, health, paths};

/// Every route there is, within its frame.
pub fn build(state: AppState) -> Router {
    Router::new()
        .route(paths::HEALTHZ, get(health::healthz))
        .route(paths::READYZ, get(health::readyz))
        .route(paths::REALM_STYLE, get(assets::realm_style))
        .route(paths::ASSETS, get(assets::file))
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(from_fn_with_state(state.clone(), frame::frame))
        .with_state(state)
}

//! `/.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`: the same document.

use axum::http::StatusCode;
use axum::response::Response;
use idp_core::oidc::discovery::metadata;

use super::document::{Keep, document};
use crate::extract::Visit;

/// What the realm offers.
pub(crate) async fn get(visit: Visit) -> Response {
    document(StatusCode::OK, Keep::Shortly, &metadata(visit.realm()))
}

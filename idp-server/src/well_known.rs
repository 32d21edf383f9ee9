//! `/.well-known/…` of passkeys and passwords: what browsers and password managers ask for.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::caller::see_other;
use crate::error::{Failure, Refusal};
use crate::extract::Visit;
use crate::paths;

/// The origins whose pages may use the realm's passkeys; 404 where it is ours alone.
pub async fn webauthn(visit: Visit) -> Result<Response, Failure> {
    let related = &visit.realm().settings.passkey_related_origins;
    if related.is_empty() {
        return Err(Refusal::new(StatusCode::NOT_FOUND, "not_found").into());
    }
    let own = std::iter::once(visit.realm().origin.as_str());
    let origins: Vec<&str> = own.chain(related.iter().map(String::as_str)).collect();
    Ok(Json(json!({ "origins": origins })).into_response())
}

/// Where a password manager sends a member who wants a passkey.
pub async fn passkey_endpoints(visit: Visit) -> Response {
    let page = format!("{}{}", visit.realm().origin.as_str(), paths::ACCOUNT_METHODS);
    Json(json!({ "enroll": page, "manage": page })).into_response()
}

/// Where a password manager sends a member whose password leaked.
pub async fn change_password() -> Response {
    see_other(paths::ACCOUNT_PASSWORD)
}

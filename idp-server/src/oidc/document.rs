//! JSON documents for relying parties, readable from any origin: nothing in them rests on a cookie.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// Anybody may keep what is published, for five minutes: a new key is there a day before it signs.
pub(super) fn keep_shortly(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    open(headers);
}

/// A document with its headers. Nobody keeps it: it holds tokens or personal data (RFC 6749 §5.1).
pub(super) fn document(status: StatusCode, content: &impl Serialize) -> Response {
    let mut response = (status, Json(content)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    open(headers);
    response
}

/// A token as the whole answer.
pub(super) fn jwt(content_type: &'static str, token: String) -> Response {
    let mut response = token.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    open(headers);
    response
}

/// An error document (RFC 6749 §5.2, RFC 6750 §3).
pub(super) fn error(status: StatusCode, code: &str, description: &str) -> Response {
    document(status, &serde_json::json!({ "error": code, "error_description": description }))
}

/// Lets scripts of public clients read the answer (Fetch §3.3.3). Credentials of browsers stay out.
pub(crate) fn open(headers: &mut HeaderMap) {
    const READ: HeaderValue = HeaderValue::from_static("WWW-Authenticate, DPoP-Nonce, Retry-After");
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, READ);
}

/// Answers the question a browser asks before it lets a script call an endpoint.
pub(crate) async fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    open(headers);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("Authorization, Content-Type, DPoP"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    response
}

//! The files that pages load, and the realm's stylesheet.

use axum::extract::OriginalUri;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::error::{Failure, Refusal};
use crate::extract::Visit;
use crate::look;
use crate::view::assets;

/// A file named after its content may be kept for ever.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// The address of the stylesheet changes with the colour, but the colour is not its only source.
const ONE_DAY: &str = "public, max-age=86400";

/// `/assets/…`
pub(crate) async fn file(OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Result<Response, Failure> {
    let asset = assets::by_path(uri.path()).ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "not_found"))?;
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let caching = [(header::CACHE_CONTROL, FOREVER), (header::ETAG, asset.etag.as_str())];
    if known.is_some_and(|known| known.split(',').any(|tag| tag.trim() == asset.etag)) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    Ok((caching, [(header::CONTENT_TYPE, asset.mime.as_str())], asset.bytes.as_ref()).into_response())
}

/// `/assets/realm.css`
pub(crate) async fn realm_style(visit: Visit) -> Response {
    let style = look::colour(visit.realm()).stylesheet();
    ([(header::CACHE_CONTROL, ONE_DAY), (header::CONTENT_TYPE, "text/css; charset=utf-8")], style).into_response()
}

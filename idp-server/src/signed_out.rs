//! How a sign-out is answered: back to where it came from, by way of a page of frames where clients listen in the browser
//! (OpenID Connect Front-Channel Logout §3).

use askama::Template;
use axum::http::{HeaderName, HeaderValue};
use axum::response::{Html, IntoResponse, Response};
use idp_core::oidc::frontchannel::Frame;

use crate::caller::see_other;
use crate::error::Failure;
use crate::extract::Visit;
use crate::middleware::headers;
use crate::paths;
use crate::view::logout::{AfterSignOut, SignedOut};

/// How long the frames have before the browser goes on by itself.
const SECONDS: u32 = 2;

/// The answer to a sign-out; `back` is where the browser goes then, our own page without.
pub(crate) fn answer(visit: &Visit, frames: &[Frame], back: Option<&str>) -> Result<Response, Failure> {
    if frames.is_empty() {
        return Ok(see_other(back.unwrap_or(paths::SIGNED_OUT)));
    }
    let then = match back {
        Some(url) => AfterSignOut::Continue { url: url.to_owned() },
        None => AfterSignOut::Nothing,
    };
    let addresses = frames.iter().map(|frame| frame.address.clone()).collect();
    let page = SignedOut { chrome: visit.chrome(None), then, frames: addresses };
    let mut response = Html(page.render()?).into_response();
    headers::allow_frames(response.headers_mut(), frames.iter().map(|frame| frame.origin.as_str()));
    if let Some(url) = back
        && let Ok(refresh) = HeaderValue::from_str(&format!("{SECONDS}; url={url}"))
    {
        response.headers_mut().insert(HeaderName::from_static("refresh"), refresh);
    }
    Ok(response)
}

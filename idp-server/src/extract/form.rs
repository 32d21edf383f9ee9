//! Forms and queries. A form of a page is taken only from a page of ours, in the same browser.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use idp_core::id::InteractionId;
use idp_core::realm::Realm;

use super::fields::{Fields, FieldsError};
use super::visit::Visit;
use crate::error::{Failure, Refusal};
use crate::state::AppState;
use crate::view::error::WayBack;

/// The largest body, in bytes.
pub(crate) const BODY_MAX: usize = 64 * 1024;

/// The hidden field with the interaction.
pub const INTERACTION: &str = "interaction";
/// The hidden field with the token.
pub const CSRF: &str = "csrf";

/// A form posted from one of our pages: same site, right token.
pub struct PageForm {
    /// Its fields.
    pub fields: Fields,
    /// The interaction it belongs to; the token is bound to it.
    pub interaction: Option<InteractionId>,
}

impl FromRequest<AppState> for PageForm {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, state).await?;
        if !is_same_site(&parts.headers, visit.realm()) {
            return Err(Refusal::new(StatusCode::FORBIDDEN, "cross_site").into());
        }
        let again = WayBack::Again { url: parts.uri.path().to_owned() };
        let fields = read(Request::from_parts(parts, body)).await.map_err(refusal)?;

        if !visit.has_browser_cookie() {
            return Err(Refusal::new(StatusCode::BAD_REQUEST, "cookies_off").back(again).into());
        }
        let interaction = match fields.get(INTERACTION).filter(|text| !text.is_empty()).map(str::parse) {
            Some(Ok(id)) => Some(id),
            None => None,
            Some(Err(_)) => return Err(stale(again)),
        };
        if !visit.is_own_csrf(fields.text(CSRF), interaction) {
            return Err(stale(again));
        }
        Ok(Self { fields, interaction })
    }
}

fn stale(again: WayBack) -> Failure {
    Refusal::new(StatusCode::FORBIDDEN, "stale_form").back(again).into()
}

/// A form that a relying party posts; what is wrong with it is for the endpoint to say (RFC 6749 §5.2).
pub struct ProtocolForm(pub Result<Fields, FieldsError>);

impl FromRequest<AppState> for ProtocolForm {
    type Rejection = Failure;

    async fn from_request(request: Request, _state: &AppState) -> Result<Self, Failure> {
        Ok(Self(read(request).await))
    }
}

/// The query of a page.
pub struct Query(pub Fields);

impl FromRequestParts<AppState> for Query {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &AppState) -> Result<Self, Failure> {
        Fields::parse(parts.uri.query().unwrap_or_default().as_bytes()).map(Self).map_err(refusal)
    }
}

async fn read(request: Request) -> Result<Fields, FieldsError> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|text| text.split(';').next()).unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(FieldsError::NotAForm);
    }
    match Bytes::from_request(request, &()).await {
        Ok(body) => Fields::parse(&body),
        Err(BytesRejection::FailedToBufferBody(error)) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Err(FieldsError::TooLarge)
        }
        Err(_) => Err(FieldsError::Incomplete),
    }
}

/// The page that says what is wrong with fields.
fn refusal(error: FieldsError) -> Failure {
    let (status, code) = match error {
        FieldsError::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
        FieldsError::NotAForm => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "bad_request"),
        FieldsError::NotUtf8 | FieldsError::Nul | FieldsError::Duplicate | FieldsError::Incomplete => {
            (StatusCode::BAD_REQUEST, "bad_request")
        }
    };
    Refusal::new(status, code).into()
}

/// Whether the browser says that the form stands on a page of ours. Browsers too old to say it are left to the token.
///
/// Our pages ask for no referrer, and with that policy browsers send `Origin: null` even to the same origin (Fetch
/// §3.2), so `null` is judged by `Sec-Fetch-Site` alone.
fn is_same_site(headers: &HeaderMap, realm: &Realm) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text("sec-fetch-site").is_none_or(|site| site == "same-origin");
    let origin = text("origin").is_none_or(|origin| origin == "null" || origin == realm.origin.as_str());
    site && origin
}

#[cfg(test)]
mod tests {
    use idp_core::realm::Origin;

    use super::*;

    fn accepted(headers: &[(&'static str, &str)]) -> bool {
        let realm = Realm { origin: Origin::parse("https://id.example").unwrap(), ..Realm::installation() };
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        is_same_site(&headers, &realm)
    }

    #[test]
    fn a_form_of_ours_is_taken() {
        assert!(accepted(&[]));
        assert!(accepted(&[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(accepted(&[("sec-fetch-site", "same-origin"), ("origin", "https://id.example")]));
        assert!(accepted(&[("origin", "https://id.example")]));
    }

    #[test]
    fn a_form_of_another_site_is_refused() {
        assert!(!accepted(&[("sec-fetch-site", "cross-site")]));
        assert!(!accepted(&[("sec-fetch-site", "same-site"), ("origin", "https://www.example")]));
        assert!(!accepted(&[("sec-fetch-site", "none")]));
        assert!(!accepted(&[("origin", "https://evil.example")]));
        assert!(!accepted(&[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")]));
        assert!(!accepted(&[("origin", "http://id.example")]));
    }
}

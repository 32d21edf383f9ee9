//! What a client or a browser sends to an endpoint, read strictly; doubles are kept for core to judge.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use idp_core::oidc::params::Params;

/// Why a form cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// The content type is not that of a form.
    NotAForm,
    /// More than a body may hold.
    TooLarge,
    /// The body ended early, or is no text.
    Malformed,
}

impl Unreadable {
    /// The status of the answer.
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotAForm | Self::Malformed => StatusCode::BAD_REQUEST,
        }
    }

    /// For the developer: printable ASCII without quotes and backslashes.
    pub(super) const fn description(self) -> &'static str {
        match self {
            Self::NotAForm => "the body must be application/x-www-form-urlencoded",
            Self::TooLarge => "the body is too large",
            Self::Malformed => "the body is not readable as a form in UTF-8",
        }
    }
}

/// Whether the body says that it is a form.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|text| text.split(';').next()).unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The parameters of a posted form.
pub(super) async fn form(request: Request) -> Result<Params, Unreadable> {
    if !is_form(request.headers()) {
        return Err(Unreadable::NotAForm);
    }
    match Bytes::from_request(request, &()).await {
        Ok(body) => Params::parse(&body).map_err(|_| Unreadable::Malformed),
        Err(BytesRejection::FailedToBufferBody(error)) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Err(Unreadable::TooLarge)
        }
        Err(_) => Err(Unreadable::Malformed),
    }
}

/// The one `Authorization` header; several, or one that is no text, count as unreadable.
pub(super) fn authorization(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let first = values.next()?;
    let alone = values.next().is_none();
    Some(first.to_str().ok().filter(|_| alone).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_form_is_known_by_its_type_whatever_its_charset() {
        assert!(is_form(&headers(&[("content-type", "application/x-www-form-urlencoded")])));
        assert!(is_form(&headers(&[("content-type", "Application/X-WWW-Form-URLencoded; charset=utf-8")])));
        assert!(!is_form(&headers(&[("content-type", "application/json")])));
        assert!(!is_form(&headers(&[])));
    }

    #[test]
    fn two_authorization_headers_are_unreadable() {
        assert_eq!(authorization(&headers(&[])), None);
        assert_eq!(authorization(&headers(&[("authorization", "Basic x")])), Some("Basic x"));
        assert_eq!(authorization(&headers(&[("authorization", "Basic x"), ("authorization", "Basic y")])), Some(""));
    }
}

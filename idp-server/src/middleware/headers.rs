//! The headers that protect every answer.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use idp_core::realm::Transport;
use url::Url;

/// Nothing is loaded but our own files, no script or style stands in a page, nobody frames it.
///
/// There is no `form-action`: browsers apply it also to the redirects that follow a form, so it would stop the way from
/// the last form of a sign-in to the application, whose address it cannot name for native applications.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                                       connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Lets the page of this answer show one picture from elsewhere, such as the logo of an application.
pub(crate) fn allow_image(headers: &mut HeaderMap, address: Option<&str>) {
    let Some(origin) = address.and_then(|address| Url::parse(address).ok()).map(|url| url.origin()) else { return };
    if !origin.is_tuple() {
        return;
    }
    let policy =
        CONTENT_SECURITY_POLICY.replace("img-src 'self'", &format!("img-src {} 'self'", origin.ascii_serialization()));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Lets the page of this answer open frames of these origins, and of no other.
pub(crate) fn allow_frames<'a>(headers: &mut HeaderMap, origins: impl Iterator<Item = &'a str>) {
    let mut origins: Vec<&str> = origins.collect();
    if origins.is_empty() {
        return;
    }
    origins.sort_unstable();
    origins.dedup();
    let policy = format!("{CONTENT_SECURITY_POLICY}; frame-src {}", origins.join(" "));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Sets what the handler has not set otherwise.
pub(super) fn secure(headers: &mut HeaderMap, transport: Transport) {
    // The handler has set about as many of its own: the map grows once.
    headers.reserve(16);
    let mut set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::CACHE_CONTROL, "no-store");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()");
    if transport == Transport::Https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_picture_from_elsewhere_widens_nothing_else() {
        let mut headers = HeaderMap::new();
        allow_image(&mut headers, Some("https://cdn.example/logo.png; script-src *"));
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert_eq!(policy, CONTENT_SECURITY_POLICY.replace("img-src", "img-src https://cdn.example"));

        let mut headers = HeaderMap::new();
        for none in [None, Some("data:image/png;base64,AA"), Some("not an address")] {
            allow_image(&mut headers, none);
        }
        assert!(headers.is_empty());
    }

    #[test]
    fn private_answers_are_not_stored_and_a_handler_may_say_otherwise() {
        let mut headers = HeaderMap::new();
        secure(&mut headers, Transport::LoopbackHttp);
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
        assert!(!CONTENT_SECURITY_POLICY.contains("unsafe"));

        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public"));
        secure(&mut headers, Transport::Https);
        assert_eq!(headers[header::CACHE_CONTROL], "public");
        assert!(headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    }
}

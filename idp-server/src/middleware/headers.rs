//! The headers that protect every answer.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use idp_core::realm::Transport;

/// Nothing is loaded but our own files, no script or style stands in a page, nobody frames it.
///
/// There is no `form-action`: browsers apply it also to the redirects that follow a form, so it would stop the way from
/// the last form of a sign-in to the application, whose address it cannot name for native applications.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                                       connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Sets what the handler has not set otherwise.
pub(super) fn secure(headers: &mut HeaderMap, transport: Transport) {
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

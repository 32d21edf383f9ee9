//! What the demo's two small sites share: the language of the reader, their headers and their stylesheet.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use idp_core::language::Language;

/// The stylesheet of both sites.
const STYLESHEET: &str = include_str!("page/demo.css");

/// The language of a page, with both texts written where they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tongue(pub Language);

impl Tongue {
    /// The first language of `Accept-Language` that there is text in, by its weight (RFC 9110 §12.5.4); else Japanese.
    pub fn of(headers: &HeaderMap) -> Self {
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut best = (0.0_f32, Language::default());
        for item in accepted.split(',') {
            let (tag, weight) = item.split_once(';').unwrap_or((item, ""));
            let weight = weight.trim().strip_prefix("q=").map_or(1.0, |q| q.parse().unwrap_or(0.0));
            let Some(language) = Language::from_tag(tag.trim()) else { continue };
            if weight > best.0 {
                best = (weight, language);
            }
        }

        Self(best.1)
    }

    /// The text in this language.
    pub const fn say(self, ja: &'static str, en: &'static str) -> &'static str {
        match self.0 {
            Language::Ja => ja,
            Language::En => en,
        }
    }

    /// The BCP 47 tag, for `lang`.
    pub const fn tag(self) -> &'static str {
        self.0.tag()
    }
}

/// Answers with the stylesheet.
pub async fn stylesheet() -> Response {
    asset("text/css; charset=utf-8", STYLESHEET)
}

/// Answers with a text that is part of the binary.
pub fn asset(content_type: &'static str, body: &'static str) -> Response {
    // The text changes with the binary and its path does not, so it is asked for again each time.
    ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-cache")], body).into_response()
}

/// Lets in only what a person at this machine asks for, whatever site their browser has open besides.
///
/// A name that resolves to loopback but is not ours is DNS rebinding (421); a form of another site is forgery (403).
pub async fn only_from_here(request: Request, next: Next) -> Response {
    if !is_local_host(request.headers()) {
        return StatusCode::MISDIRECTED_REQUEST.into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) && is_cross_site(request.headers()) {
        return StatusCode::FORBIDDEN.into_response();
    }

    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn is_local_host(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else {
        return false;
    };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) | None => host,
    };

    ["localhost", "127.0.0.1", "[::1]"].iter().any(|local| name.eq_ignore_ascii_case(local))
}

fn is_cross_site(headers: &HeaderMap) -> bool {
    // Programs send no such header; browsers always do.
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tongue(accepted: &str) -> &'static str {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_str(accepted).unwrap());
        Tongue::of(&headers).tag()
    }

    #[test]
    fn the_heaviest_language_with_texts_is_spoken() {
        assert_eq!(tongue("en-GB,en;q=0.9,ja;q=0.8"), "en");
        assert_eq!(tongue("fr,ja;q=0.3,en;q=0.7"), "en");
        assert_eq!(tongue("ja,en"), "ja");
        assert_eq!(tongue("en;q=0,fr"), "ja");
        assert_eq!(tongue("en;q=nonsense"), "ja");
        assert_eq!(Tongue::of(&HeaderMap::new()).tag(), "ja");
    }

    #[test]
    fn only_names_of_this_machine_are_local() {
        let local = |host: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            is_local_host(&headers)
        };

        for host in ["localhost:8081", "LOCALHOST", "127.0.0.1:1", "[::1]:8081", "[::1]"] {
            assert!(local(host), "{host}");
        }
        for host in ["localhost.example:8081", "example.jp", "127.0.0.1.example.jp", ""] {
            assert!(!local(host), "{host}");
        }
        assert!(!is_local_host(&HeaderMap::new()));
    }

    #[test]
    fn a_form_of_another_site_is_told_from_ours() {
        let cross = |site: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("sec-fetch-site", HeaderValue::from_static(site));
            is_cross_site(&headers)
        };

        assert!(cross("cross-site"));
        assert!(cross("same-site"));
        assert!(!cross("same-origin"));
        assert!(!cross("none"));
        assert!(!is_cross_site(&HeaderMap::new()));
    }
}

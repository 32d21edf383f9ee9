//! The cookies: which browser it is, which session lives in it, which language it likes.

use axum::http::HeaderMap;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use idp_core::realm::Transport;

/// Browsers keep no cookie longer (RFC 6265bis §5.5).
const LONGEST: i64 = 400 * 86_400;

/// Which cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// Tells one browser from another; made with the first page.
    Browser,
    /// The session.
    Session,
    /// The language chosen on the pages.
    Language,
    /// The code of a device that waits while its member signs in.
    Device,
}

impl Name {
    /// `__Host-` keeps a cookie to this very host and to https; on loopback http it cannot be used.
    pub(crate) const fn text(self, transport: Transport) -> &'static str {
        match (self, transport) {
            (Self::Browser, Transport::Https) => "__Host-sekisho-browser",
            (Self::Browser, Transport::LoopbackHttp) => "sekisho-browser",
            (Self::Session, Transport::Https) => "__Host-sekisho-session",
            (Self::Session, Transport::LoopbackHttp) => "sekisho-session",
            (Self::Device, Transport::Https) => "__Host-sekisho-device",
            (Self::Device, Transport::LoopbackHttp) => "sekisho-device",
            (Self::Language, Transport::Https) => "__Host-sekisho-language",
            (Self::Language, Transport::LoopbackHttp) => "sekisho-language",
        }
    }

    /// Session and device end with the browser, the others stay.
    const fn lifetime(self) -> Option<i64> {
        match self {
            Self::Session | Self::Device => None,
            Self::Browser | Self::Language => Some(LONGEST),
        }
    }
}

/// The value of a cookie, out of the headers as a browser sent them.
pub fn of(headers: &HeaderMap, name: Name, transport: Transport) -> Option<String> {
    read(&CookieJar::from_headers(headers), name, transport)
}

/// The value of a cookie.
pub(crate) fn read(jar: &CookieJar, name: Name, transport: Transport) -> Option<String> {
    Some(jar.get(name.text(transport))?.value().to_owned())
}

/// A `Set-Cookie` header that keeps the value.
pub(crate) fn keep(name: Name, transport: Transport, value: &str) -> String {
    let age = name.lifetime().map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    format!("{}{age}", base(name, transport, value))
}

/// A `Set-Cookie` header that removes it.
pub(crate) fn forget(name: Name, transport: Transport) -> String {
    format!("{}; Max-Age=0", base(name, transport, ""))
}

fn base(name: Name, transport: Transport, value: &str) -> String {
    let cookie = Cookie::build((name.text(transport), value)).path("/").http_only(true).same_site(SameSite::Lax);
    cookie.secure(transport == Transport::Https).build().to_string()
}

/// Whether the text can be a secret of ours: 256 bits in base64url.
pub fn is_secret(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_bound_to_the_host_under_https() {
        assert_eq!(
            keep(Name::Session, Transport::Https, "x"),
            "__Host-sekisho-session=x; HttpOnly; SameSite=Lax; Secure; Path=/"
        );
        assert_eq!(
            keep(Name::Browser, Transport::LoopbackHttp, "x"),
            "sekisho-browser=x; HttpOnly; SameSite=Lax; Path=/; Max-Age=34560000"
        );
        assert!(forget(Name::Session, Transport::Https).ends_with("; Max-Age=0"));
    }

    #[test]
    fn only_our_own_kind_of_value_is_taken_for_a_secret() {
        assert!(is_secret(&"a-_9".repeat(11)[..43]));
        assert!(!is_secret("") && !is_secret(&"a".repeat(44)) && !is_secret(&"é".repeat(21)));
        assert!(!is_secret(&format!("{}=", "a".repeat(42))));
    }
}

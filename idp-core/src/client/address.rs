//! Addresses of a client that are no redirect URIs: https, absolute, kept as written.

use serde::{Deserialize, Serialize};
use url::Url;

/// The longest address that is registered.
const LONGEST: usize = 2_000;

/// An absolute https address without user or fragment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HttpsUri(String);

/// The text is no such address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an absolute https address without user or fragment")]
pub struct HttpsUriError;

impl HttpsUri {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, HttpsUriError> {
        let url = readable(text).filter(|url| url.scheme() == "https").ok_or(HttpsUriError)?;
        url.has_host().then(|| Self(text.to_owned())).ok_or(HttpsUriError)
    }

    /// As registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host without port.
    pub fn host(&self) -> String {
        Url::parse(&self.0).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    }
}

impl std::str::FromStr for HttpsUri {
    type Err = HttpsUriError;

    fn from_str(text: &str) -> Result<Self, HttpsUriError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for HttpsUri {
    type Error = HttpsUriError;

    fn try_from(text: String) -> Result<Self, HttpsUriError> {
        Self::parse(&text)
    }
}

impl From<HttpsUri> for String {
    fn from(uri: HttpsUri) -> Self {
        uri.0
    }
}

/// The same, or http at a loopback name: where a portal under development is told of sign-outs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WebUri(String);

/// The text is no such address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an absolute https address without user or fragment (plain http only for loopback)")]
pub struct WebUriError;

impl WebUri {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, WebUriError> {
        let url = readable(text).ok_or(WebUriError)?;
        let is_loopback = url.host_str().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"));
        let is_good = (url.scheme() == "https" && url.has_host()) || (url.scheme() == "http" && is_loopback);
        is_good.then(|| Self(text.to_owned())).ok_or(WebUriError)
    }

    /// As registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> String {
        Url::parse(&self.0).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
    }
}

impl TryFrom<String> for WebUri {
    type Error = WebUriError;

    fn try_from(text: String) -> Result<Self, WebUriError> {
        Self::parse(&text)
    }
}

impl From<WebUri> for String {
    fn from(uri: WebUri) -> Self {
        uri.0
    }
}

fn readable(text: &str) -> Option<Url> {
    if text.len() > LONGEST || text.bytes().any(|byte| !byte.is_ascii_graphic() || b"\\\"<>^`{|}".contains(&byte)) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    (url.username().is_empty() && url.password().is_none() && url.fragment().is_none()).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_https_addresses_are_read() {
        assert_eq!(HttpsUri::parse("https://Portal.example/jwks?x=1").unwrap().host(), "portal.example");
        for wrong in [
            "http://portal.example/",
            "https://user@portal.example/",
            "https://portal.example/#x",
            "javascript:alert(1)",
            "/jwks",
            "https://portal.example/ x",
            "https://",
            &format!("https://portal.example/{}", "x".repeat(2_000)),
        ] {
            assert_eq!(HttpsUri::parse(wrong), Err(HttpsUriError), "{wrong}");
        }
    }

    #[test]
    fn http_is_for_loopback_alone() {
        assert_eq!(WebUri::parse("http://localhost:8081/bye").unwrap().origin(), "http://localhost:8081");
        assert!(WebUri::parse("https://portal.example/bye").is_ok());
        for wrong in
            ["http://portal.example/", "http://10.0.0.1/", "http://localhost.evil.example/", "ftp://localhost/"]
        {
            assert_eq!(WebUri::parse(wrong), Err(WebUriError), "{wrong}");
        }
    }
}

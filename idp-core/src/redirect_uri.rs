//! Where the browser may be sent: registered byte for byte (RFC 9700 §4.1.3), on loopback with a port that may be
//! open (RFC 8252 §7.3).

use serde::{Deserialize, Serialize};
use url::Url;

/// The longest address that is registered.
const LONGEST: usize = 2_000;
/// The hosts that name the member's own device.
const LOOPBACK: [&str; 3] = ["127.0.0.1", "[::1]", "localhost"];

/// A registered address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri(String);

/// Why an address cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// Relative, or no URI at all.
    #[error("a redirect URI must be absolute, such as https://portal.example/cb")]
    Unreadable,
    /// Longer than 2,000 characters.
    #[error("a redirect URI has at most 2000 characters")]
    TooLong,
    /// White space, a backslash, a control character or one outside ASCII: browsers rewrite them.
    #[error("a redirect URI must be written in ASCII without spaces; percent-encode everything else")]
    Character,
    /// `#…` (RFC 6749 §3.1.2).
    #[error("a redirect URI must not have a fragment")]
    Fragment,
    /// `user:password@`.
    #[error("a redirect URI must not have a user or password")]
    User,
    /// `*` in the host; addresses are matched byte for byte.
    #[error("a redirect URI must not have a wildcard in its host")]
    Wildcard,
    /// A dot segment, plain or percent-encoded: it may name another path than it seems to.
    #[error("a redirect URI must not have . or .. as a part of its path")]
    DotSegment,
    /// http elsewhere than on loopback.
    #[error("a redirect URI must be https (plain http only for 127.0.0.1, [::1] and localhost)")]
    Insecure,
    /// `javascript:` and its kin; private-use schemes have a dot (RFC 8252 §7.1).
    #[error("a redirect URI must be https, or a private-use scheme with a dot such as com.example.app:/cb")]
    Scheme,
}

impl RedirectUri {
    /// Reads an address to be registered; it is kept as written.
    pub fn parse(text: &str) -> Result<Self, RedirectUriError> {
        if text.len() > LONGEST {
            return Err(RedirectUriError::TooLong);
        }
        if text.bytes().any(|byte| !byte.is_ascii_graphic() || b"\\\"<>^`{|}".contains(&byte)) {
            return Err(RedirectUriError::Character);
        }
        let url = Url::parse(text).map_err(|_| RedirectUriError::Unreadable)?;
        if text.contains('#') {
            return Err(RedirectUriError::Fragment);
        }
        if has_dot_segment(text) {
            return Err(RedirectUriError::DotSegment);
        }
        match url.scheme() {
            "https" | "http" => web(text, &url)?,
            // A dot keeps out every scheme that a browser gives a meaning of its own.
            scheme if scheme.contains('.') => {}
            _ => return Err(RedirectUriError::Scheme),
        }
        Ok(Self(text.to_owned()))
    }

    /// As registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host without port; empty for a private-use scheme.
    pub fn host(&self) -> String {
        Url::parse(&self.0).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Whether it leads to the member's own device over http (RFC 8252 §7.3).
    pub fn is_loopback(&self) -> bool {
        Loopback::split(&self.0).is_some()
    }

    /// Whether a port stands behind the host.
    fn names_port(&self) -> bool {
        authority(&self.0).is_some_and(|authority| !authority.ends_with(']') && authority.contains(':'))
    }

    /// Whether `sent` is this very address, but for a port that may differ.
    fn matches(&self, sent: &str, port: LoopbackPort) -> bool {
        if self.0 == sent {
            return true;
        }
        if port == LoopbackPort::AsRegistered && self.names_port() {
            return false;
        }
        let (Some(registered), Some(sent)) = (Loopback::split(&self.0), Loopback::split(sent)) else { return false };
        registered == sent
    }
}

fn web(text: &str, url: &Url) -> Result<(), RedirectUriError> {
    let authority = authority(text).ok_or(RedirectUriError::Unreadable)?;
    if authority.contains('@') {
        return Err(RedirectUriError::User);
    }
    if authority.contains('*') {
        return Err(RedirectUriError::Wildcard);
    }
    let host = url.host_str().ok_or(RedirectUriError::Unreadable)?;
    if url.scheme() == "http" && !LOOPBACK.contains(&host) {
        return Err(RedirectUriError::Insecure);
    }
    Ok(())
}

/// What stands between `//` and the path; `None` for `https:/host` and the like, which browsers read leniently.
fn authority(text: &str) -> Option<&str> {
    let rest = text.split_once("://")?.1;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    Some(&rest[..end]).filter(|authority| !authority.is_empty())
}

fn has_dot_segment(text: &str) -> bool {
    let path = text.split('?').next().unwrap_or_default().to_ascii_lowercase().replace("%2e", ".");
    path.split('/').any(|segment| segment == "." || segment == "..")
}

/// Which port of a loopback address is meant, where one was registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LoopbackPort {
    /// That one. Where none was registered, any.
    AsRegistered,
    /// Any: an application gets one from the system when it asks (RFC 8252 §7.3).
    Any,
}

/// An `http` loopback address without its port.
#[derive(PartialEq, Eq)]
struct Loopback<'a> {
    host: &'a str,
    rest: &'a str,
}

impl<'a> Loopback<'a> {
    fn split(text: &'a str) -> Option<Self> {
        let after = text.strip_prefix("http://")?;
        let host = LOOPBACK.into_iter().find(|host| after.starts_with(host))?;
        let mut rest = &after[host.len()..];
        if let Some(port) = rest.strip_prefix(':') {
            let digits = port.bytes().take_while(u8::is_ascii_digit).count();
            // No sign, no leading zero, no empty port: only what a client writes that listens there.
            let number: u16 = port[..digits].parse().ok()?;
            if number == 0 || port.starts_with('0') {
                return None;
            }
            rest = &port[digits..];
        }
        // What follows is a path, a query or nothing; else the host was only a beginning: `localhost.evil.example`.
        let ends = rest.is_empty() || rest.starts_with('/') || rest.starts_with('?');
        ends.then_some(Self { host, rest })
    }
}

impl TryFrom<String> for RedirectUri {
    type Error = RedirectUriError;

    fn try_from(text: String) -> Result<Self, RedirectUriError> {
        Self::parse(&text)
    }
}

impl From<RedirectUri> for String {
    fn from(uri: RedirectUri) -> Self {
        uri.0
    }
}

/// An address that matched a registration: nothing else is ever redirected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedRedirect(String);

impl TrustedRedirect {
    pub(crate) fn matched(registered: &[RedirectUri], sent: &str, port: LoopbackPort) -> Option<Self> {
        registered.iter().any(|uri| uri.matches(sent, port)).then(|| Self(sent.to_owned()))
    }

    /// As sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The only address registered, for requests that name none.
    pub(crate) fn only(registered: &[RedirectUri]) -> Option<Self> {
        match registered {
            [only] => Some(Self(only.0.clone())),
            _ => None,
        }
    }

    /// With parameters as its fragment; a registered address has none of its own (RFC 6749 §3.1.2).
    pub fn with_fragment<'p>(&self, parameters: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
        let mut added = url::form_urlencoded::Serializer::new(String::new());
        added.extend_pairs(parameters);
        format!("{}#{}", self.0, added.finish())
    }

    /// With parameters added to its query; what is there already stays (RFC 6749 §3.1.2).
    pub fn with_query<'p>(&self, parameters: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
        let mut added = url::form_urlencoded::Serializer::new(String::new());
        added.extend_pairs(parameters);
        let added = added.finish();
        if added.is_empty() {
            return self.0.clone();
        }
        let joint = match self.0.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        format!("{}{joint}{added}", self.0)
    }
}

#[cfg(test)]
mod tests;

//! What a proof is for (RFC 9449 §4.2, §4.3): method, address, access token.

use url::Url;

/// The request that a proof came with.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// `GET` or `POST`.
    pub(super) method: &'a str,
    path: &'a str,
    /// The access token that the request presents.
    pub(super) access_token: Option<&'a str>,
}

impl<'a> Target<'a> {
    /// A call of an endpoint that gives tokens.
    pub fn post(path: &'a str) -> Self {
        Self { method: "POST", path, access_token: None }
    }

    /// A request that presents an access token.
    pub fn presenting(method: &'a str, path: &'a str, access_token: &'a str) -> Self {
        Self { method, path, access_token: Some(access_token) }
    }

    /// Whether `htu` names it at this origin of ours: scheme and host in any case, a default port named or not, query and
    /// fragment left aside.
    pub(super) fn is(&self, origin: &str, htu: &str) -> bool {
        let (Ok(sent), Ok(own)) = (Url::parse(htu), Url::parse(origin)) else { return false };
        sent.origin() == own.origin() && sent.path() == self.path && sent.username().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: &str = "https://mgc.id.example";

    #[test]
    fn an_address_is_compared_by_what_it_means() {
        let target = Target::post("/token");
        for same in [
            "https://mgc.id.example/token",
            "HTTPS://MGC.id.Example/token",
            "https://mgc.id.example:443/token",
            "https://mgc.id.example/token?a=b",
            "https://mgc.id.example/token#c",
        ] {
            assert!(target.is(ORIGIN, same), "{same}");
        }
        for other in [
            "https://mgc.id.example/Token",
            "https://mgc.id.example/token/",
            "https://mgc.id.example:8443/token",
            "http://mgc.id.example/token",
            "https://other.id.example/token",
            "https://mgc.id.example@evil.example/token",
            "/token",
            "",
        ] {
            assert!(!target.is(ORIGIN, other), "{other}");
        }
    }
}

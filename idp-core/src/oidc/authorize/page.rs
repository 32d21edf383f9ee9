//! Refusals that end on a page of ours, since nobody who could be redirected to is trusted yet.

use super::request_object;
use crate::jose::JoseError;

/// Why there is no redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageRefusal {
    /// The parameters are no text in UTF-8, or no form.
    Unreadable,
    /// `client_id` is missing.
    NoClient,
    /// `client_id` came twice.
    ClientRepeated,
    /// The realm has no such client.
    UnknownClient,
    /// `redirect_uri` is missing where it must be sent.
    NoRedirectUri,
    /// `redirect_uri` came twice.
    RedirectUriRepeated,
    /// The redirect URI is not registered for the client.
    InvalidRedirectUri,
    /// `request_uri` came twice.
    RequestUriRepeated,
    /// The request object cannot be opened, for this reason, and nothing outside it names a trusted redirect URI.
    InvalidRequestObject(&'static str),
    /// The pushed request was used, has expired, is another client's or never was.
    InvalidRequestUri,
}

/// What a developer is told in a realm that shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// The parameter.
    pub parameter: &'static str,
    /// The rule it breaks.
    pub rule: &'static str,
    /// Where the rule stands.
    pub section: &'static str,
    /// What was found, where the rule is one of several things.
    pub found: Option<&'static str>,
}

impl PageRefusal {
    /// Every refusal.
    pub const ALL: [Self; 10] = [
        Self::Unreadable,
        Self::NoClient,
        Self::ClientRepeated,
        Self::UnknownClient,
        Self::NoRedirectUri,
        Self::RedirectUriRepeated,
        Self::InvalidRedirectUri,
        Self::RequestUriRepeated,
        Self::InvalidRequestObject(request_object::described(JoseError::Malformed)),
        Self::InvalidRequestUri,
    ];

    /// The short stable code on the page and in the log.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreadable | Self::NoClient | Self::ClientRepeated | Self::RequestUriRepeated => "invalid_request",
            Self::UnknownClient => "unknown_client",
            Self::NoRedirectUri | Self::RedirectUriRepeated | Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidRequestObject(_) => "invalid_request_object",
            Self::InvalidRequestUri => "invalid_request_uri",
        }
    }

    /// Parameter, rule and section.
    pub const fn explanation(self) -> Explanation {
        let (parameter, rule, section) = match self {
            Self::Unreadable => (
                "(all)",
                "The parameters must be application/x-www-form-urlencoded text in UTF-8, without NUL.",
                "RFC 6749 §3.1, Appendix B",
            ),
            Self::NoClient => ("client_id", "The parameter is required.", "RFC 6749 §4.1.1"),
            Self::ClientRepeated => ("client_id", "No parameter may come more than once.", "RFC 6749 §3.1"),
            Self::UnknownClient => (
                "client_id",
                "It must be the id of a client registered in this realm. Ids are compared byte for byte.",
                "RFC 6749 §2.2",
            ),
            Self::NoRedirectUri => (
                "redirect_uri",
                "The parameter is required. It may be left out only by a plain OAuth request (no openid in scope) of a \
                 client with exactly one registered redirect URI.",
                "OpenID Connect Core §3.1.2.1, RFC 6749 §3.1.2.3",
            ),
            Self::RedirectUriRepeated => ("redirect_uri", "No parameter may come more than once.", "RFC 6749 §3.1"),
            Self::InvalidRedirectUri => (
                "redirect_uri",
                "It must be a registered one, byte for byte: no added or missing slash, port, query or letter case. \
                 Only the port of an http loopback address may differ, where none is registered or the client is \
                 native.",
                "RFC 9700 §4.1.3, RFC 8252 §7.3",
            ),
            Self::RequestUriRepeated => ("request_uri", "No parameter may come more than once.", "RFC 6749 §3.1"),
            Self::InvalidRequestObject(_) => (
                "request",
                "It must be a JWT that the client signed with a registered key: alg, typ, iss, aud, exp, nbf and client_id \
                 must hold.",
                "RFC 9101 §4, §6",
            ),
            Self::InvalidRequestUri => (
                "request_uri",
                "It must be one that this very client pushed less than 90 seconds ago, and that was not answered before.",
                "RFC 9126 §2.2, §4, §7.3",
            ),
        };
        let found = match self {
            Self::InvalidRequestObject(found) => Some(found),
            Self::Unreadable
            | Self::NoClient
            | Self::ClientRepeated
            | Self::UnknownClient
            | Self::NoRedirectUri
            | Self::RedirectUriRepeated
            | Self::InvalidRedirectUri
            | Self::RequestUriRepeated
            | Self::InvalidRequestUri => None,
        };
        Explanation { parameter, rule, section, found }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_names_parameter_rule_and_section() {
        for refusal in PageRefusal::ALL {
            let told = refusal.explanation();
            assert!(
                !told.parameter.is_empty() && told.rule.ends_with('.') && told.section.contains('§'),
                "{refusal:?}"
            );
        }
    }
}

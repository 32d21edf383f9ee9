//! What a client may ask for: grants and response types (RFC 7591 §2, OAuth 2.0 Multiple Response Types).

use serde::{Deserialize, Serialize};

/// A way to a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum GrantType {
    /// RFC 6749 §4.1.
    #[serde(rename = "authorization_code")]
    AuthorizationCode,
    /// RFC 6749 §6.
    #[serde(rename = "refresh_token")]
    RefreshToken,
    /// RFC 6749 §4.2: a token from the authorization endpoint.
    #[serde(rename = "implicit")]
    Implicit,
    /// RFC 6749 §4.4.
    #[serde(rename = "client_credentials")]
    ClientCredentials,
    /// RFC 8628.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:device_code")]
    DeviceCode,
    /// RFC 8693.
    #[serde(rename = "urn:ietf:params:oauth:grant-type:token-exchange")]
    TokenExchange,
    /// OpenID Connect CIBA Core §10.1.
    #[serde(rename = "urn:openid:params:grant-type:ciba")]
    Ciba,
}

impl GrantType {
    /// Every grant.
    pub const ALL: [Self; 7] = [
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::Implicit,
        Self::ClientCredentials,
        Self::DeviceCode,
        Self::TokenExchange,
        Self::Ciba,
    ];

    /// The registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::Implicit => "implicit",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
            Self::Ciba => "urn:openid:params:grant-type:ciba",
        }
    }

    /// Reads the registered name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.name() == name)
    }
}

/// What the authorization endpoint gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ResponseType {
    /// A code.
    #[serde(rename = "code")]
    Code,
    /// An ID token.
    #[serde(rename = "id_token")]
    IdToken,
    /// An ID token and an access token.
    #[serde(rename = "id_token token")]
    IdTokenToken,
    /// A code and an ID token.
    #[serde(rename = "code id_token")]
    CodeIdToken,
    /// A code and an access token.
    #[serde(rename = "code token")]
    CodeToken,
    /// All three.
    #[serde(rename = "code id_token token")]
    CodeIdTokenToken,
}

impl ResponseType {
    /// Every type, in the order discovery lists them.
    pub const ALL: [Self; 6] =
        [Self::Code, Self::IdToken, Self::IdTokenToken, Self::CodeIdToken, Self::CodeToken, Self::CodeIdTokenToken];

    /// The registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::IdToken => "id_token",
            Self::IdTokenToken => "id_token token",
            Self::CodeIdToken => "code id_token",
            Self::CodeToken => "code token",
            Self::CodeIdTokenToken => "code id_token token",
        }
    }

    /// Reads a response type; the order of its words means nothing (OAuth 2.0 Multiple Response Types §3).
    pub fn from_name(name: &str) -> Option<Self> {
        let mut words: Vec<&str> = name.split(' ').collect();
        words.sort_unstable();
        let sorted = words.join(" ");
        Self::ALL.into_iter().find(|known| known.name() == sorted)
    }

    /// Whether a code is part of it.
    pub const fn has_code(self) -> bool {
        match self {
            Self::Code | Self::CodeIdToken | Self::CodeToken | Self::CodeIdTokenToken => true,
            Self::IdToken | Self::IdTokenToken => false,
        }
    }

    /// Whether an ID token comes from the authorization endpoint.
    pub const fn has_id_token(self) -> bool {
        match self {
            Self::IdToken | Self::IdTokenToken | Self::CodeIdToken | Self::CodeIdTokenToken => true,
            Self::Code | Self::CodeToken => false,
        }
    }

    /// Whether an access token comes from the authorization endpoint.
    pub const fn has_token(self) -> bool {
        match self {
            Self::IdTokenToken | Self::CodeToken | Self::CodeIdTokenToken => true,
            Self::Code | Self::IdToken | Self::CodeIdToken => false,
        }
    }

    /// The grants a client needs for it (RFC 7591 §2.1, OpenID Connect Dynamic Client Registration §2).
    pub fn needs(self) -> impl Iterator<Item = GrantType> {
        let code = self.has_code().then_some(GrantType::AuthorizationCode);
        let implicit = (self.has_id_token() || self.has_token()).then_some(GrantType::Implicit);
        code.into_iter().chain(implicit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_the_order_of_words_means_nothing() {
        for grant in GrantType::ALL {
            assert_eq!(GrantType::from_name(grant.name()), Some(grant));
            assert_eq!(serde_json::to_value(grant).unwrap(), grant.name());
        }
        for response in ResponseType::ALL {
            assert_eq!(ResponseType::from_name(response.name()), Some(response));
            assert_eq!(serde_json::to_value(response).unwrap(), response.name());
        }
        assert_eq!(ResponseType::from_name("token id_token code"), Some(ResponseType::CodeIdTokenToken));
        for wrong in ["", "token", "none", "code code", "code  id_token", "CODE"] {
            assert_eq!(ResponseType::from_name(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_type_needs_the_grants_of_what_it_gives() {
        let needs = |response: ResponseType| response.needs().collect::<Vec<_>>();
        assert_eq!(needs(ResponseType::Code), [GrantType::AuthorizationCode]);
        assert_eq!(needs(ResponseType::IdToken), [GrantType::Implicit]);
        assert_eq!(needs(ResponseType::CodeToken), [GrantType::AuthorizationCode, GrantType::Implicit]);
    }
}

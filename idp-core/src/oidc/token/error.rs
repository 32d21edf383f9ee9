//! Errors of the token endpoint (RFC 6749 §5.2).

/// The code in `error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenError {
    /// A parameter is missing, repeated or out of place.
    InvalidRequest,
    /// The client did not prove itself.
    InvalidClient,
    /// The code is unknown, used, expired, revoked or another client's.
    InvalidGrant,
    /// No such grant here.
    UnsupportedGrantType,
}

impl TokenError {
    /// The value on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnsupportedGrantType => "unsupported_grant_type",
        }
    }
}

/// Whether the answer must name the scheme the client may try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Challenge {
    /// 401 with `WWW-Authenticate: Basic`, since the client used that header.
    Basic,
    /// 400 without.
    None,
}

/// A refusal of the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenRefusal {
    /// The code.
    pub error: TokenError,
    /// For the developer: printable ASCII without quotes and backslashes (RFC 6749 §5.2).
    pub description: &'static str,
    /// Whether a challenge goes with it.
    pub challenge: Challenge,
}

impl TokenRefusal {
    pub(super) const fn new(error: TokenError, description: &'static str) -> Self {
        Self { error, description, challenge: Challenge::None }
    }

    pub(super) const fn invalid_grant(description: &'static str) -> Self {
        Self::new(TokenError::InvalidGrant, description)
    }

    /// 401 where the client used the `Authorization` header and failed, 400 otherwise.
    pub const fn status(&self) -> u16 {
        match self.challenge {
            Challenge::Basic => 401,
            Challenge::None => 400,
        }
    }
}

//! Errors of the endpoints that clients call (RFC 6749 §5.2 and its extensions).

/// The code in `error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenError {
    /// A parameter is missing, repeated or out of place.
    InvalidRequest,
    /// The client did not prove itself.
    InvalidClient,
    /// The code is unknown, used, expired, revoked or another client's.
    InvalidGrant,
    /// The client is not registered for this.
    UnauthorizedClient,
    /// No such grant here.
    UnsupportedGrantType,
    /// More than was granted, or nothing we know.
    InvalidScope,
    /// No such resource, or not for this client (RFC 8707 §2).
    InvalidTarget,
    /// More than was allowed in detail (RFC 9396 §5).
    InvalidAuthorizationDetails,
    /// The proof of possession does not hold (RFC 9449 §5).
    InvalidDpopProof,
    /// The proof must carry the nonce that comes with this answer (RFC 9449 §8).
    UseDpopNonce,
    /// The member has not answered yet (RFC 8628 §3.5).
    AuthorizationPending,
    /// The same, and the client asks too often (RFC 8628 §3.5).
    SlowDown,
    /// The member said no (RFC 8628 §3.5).
    AccessDenied,
    /// The member did not answer in time (RFC 8628 §3.5).
    ExpiredToken,
}

impl TokenError {
    /// The value on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidAuthorizationDetails => "invalid_authorization_details",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::AccessDenied => "access_denied",
            Self::ExpiredToken => "expired_token",
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

/// A refusal of an endpoint that clients call.
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
    /// A refusal without a challenge.
    pub const fn new(error: TokenError, description: &'static str) -> Self {
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

//! Errors of the backchannel authentication endpoint (OpenID Connect CIBA Core §13).

/// The code in `error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CibaError {
    /// A parameter is missing, out of place or unreadable; a signed request does not hold.
    InvalidRequest,
    /// The scope lacks `openid`.
    InvalidScope,
    /// An element of the details is of no known form (RFC 9396 §5).
    InvalidAuthorizationDetails,
    /// The hint can name no member.
    UnknownUserId,
    /// The client is not registered for CIBA.
    UnauthorizedClient,
    /// The message cannot be shown.
    InvalidBindingMessage,
    /// The member was asked too often.
    AccessDenied,
}

impl CibaError {
    /// The value on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidAuthorizationDetails => "invalid_authorization_details",
            Self::UnknownUserId => "unknown_user_id",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::InvalidBindingMessage => "invalid_binding_message",
            Self::AccessDenied => "access_denied",
        }
    }

    /// The status that goes with it.
    pub const fn status(self) -> u16 {
        match self {
            Self::AccessDenied => 403,
            Self::InvalidRequest
            | Self::InvalidScope
            | Self::InvalidAuthorizationDetails
            | Self::UnknownUserId
            | Self::UnauthorizedClient
            | Self::InvalidBindingMessage => 400,
        }
    }
}

/// A refusal of the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CibaRefusal {
    /// The code.
    pub error: CibaError,
    /// For the developer.
    pub description: &'static str,
}

impl CibaRefusal {
    pub(super) const fn new(error: CibaError, description: &'static str) -> Self {
        Self { error, description }
    }

    pub(super) const fn invalid(description: &'static str) -> Self {
        Self::new(CibaError::InvalidRequest, description)
    }
}

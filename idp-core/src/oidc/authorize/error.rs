//! Error codes of the authorization endpoint (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6).

/// Why there is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorizationError {
    /// A parameter is missing, repeated, unreadable or out of place.
    InvalidRequest,
    /// The member, or the society, said no.
    AccessDenied,
    /// Not a `response_type` of ours.
    UnsupportedResponseType,
    /// No `openid` in the scope.
    InvalidScope,
    /// `prompt=none`, and a page would have to be shown.
    InteractionRequired,
    /// `prompt=none`, and nobody is signed in.
    LoginRequired,
    /// `prompt=none`, and the member was not asked yet.
    ConsentRequired,
    /// A class of authentication is required that the member cannot reach (OpenID Connect Core Unmet Authentication
    /// Requirements 1.0).
    UnmetAuthenticationRequirements,
    /// Request objects are not supported.
    RequestNotSupported,
    /// Request objects by reference are not supported.
    RequestUriNotSupported,
    /// Self-issued registration is not supported.
    RegistrationNotSupported,
}

impl AuthorizationError {
    /// The value of `error`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::AccessDenied => "access_denied",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::InteractionRequired => "interaction_required",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
        }
    }

    /// What `error_description` says where nothing more exact is known.
    pub const fn description(self) -> &'static str {
        match self {
            Self::InvalidRequest => "the request is malformed",
            Self::AccessDenied => "the member declined",
            Self::UnsupportedResponseType => "the response_type is not supported",
            Self::InvalidScope => "the scope is not valid",
            Self::InteractionRequired => "a page would have to be shown to the member",
            Self::LoginRequired => "the member would have to sign in",
            Self::ConsentRequired => "the member would have to agree",
            Self::UnmetAuthenticationRequirements => "the member has no way to sign in as strongly as required",
            Self::RequestNotSupported | Self::RequestUriNotSupported => "request objects are not supported",
            Self::RegistrationNotSupported => "the parameter registration is not supported",
        }
    }
}

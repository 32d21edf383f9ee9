//! Error codes of the authorization endpoint (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6).

use std::borrow::Cow;

use crate::realm::{Realm, RefusalDetails};

/// What a client is told of a refusal: in a realm in which portals are developed with the section that the rule stands in,
/// in the characters that a description may have (RFC 6749 Appendix A.8).
pub(in crate::oidc) fn told(realm: &Realm, description: &'static str, section: &str) -> Cow<'static, str> {
    match realm.settings.refusal_details {
        RefusalDetails::Hidden => description.into(),
        RefusalDetails::ShownToEveryone => format!("{description} ({})", section.replace('§', "section ")).into(),
    }
}

/// Why there is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorizationError {
    /// A parameter is missing, repeated, unreadable or out of place.
    InvalidRequest,
    /// The member, or the society, said no.
    AccessDenied,
    /// The client may not use this `response_type`.
    UnauthorizedClient,
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
    /// An essential `acr` is out of reach (OpenID Connect Core Unmet Authentication Requirements 1.0).
    UnmetAuthenticationRequirements,
    /// A `resource` is no address of a service (RFC 8707 §2).
    InvalidTarget,
    /// `authorization_details` of no known type or form (RFC 9396 §5).
    InvalidAuthorizationDetails,
    /// A request object that is not signed.
    RequestNotSupported,
    /// A request object that breaks a rule (RFC 9101 §7).
    InvalidRequestObject,
    /// A `request_uri` that the client did not register, or where nothing can be fetched (OpenID Connect Core §3.1.2.6).
    InvalidRequestUri,
    /// Self-issued registration is not supported.
    RegistrationNotSupported,
}

impl AuthorizationError {
    /// The value of `error`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::AccessDenied => "access_denied",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::InteractionRequired => "interaction_required",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidAuthorizationDetails => "invalid_authorization_details",
            Self::RequestNotSupported => "request_not_supported",
            Self::InvalidRequestObject => "invalid_request_object",
            Self::InvalidRequestUri => "invalid_request_uri",
            Self::RegistrationNotSupported => "registration_not_supported",
        }
    }

    /// Where it stands what the error is for.
    pub const fn section(self) -> &'static str {
        match self {
            Self::InvalidRequest
            | Self::AccessDenied
            | Self::UnauthorizedClient
            | Self::UnsupportedResponseType
            | Self::InvalidScope => "RFC 6749 §4.1.2.1",
            Self::InteractionRequired
            | Self::LoginRequired
            | Self::ConsentRequired
            | Self::RequestNotSupported
            | Self::InvalidRequestUri
            | Self::RegistrationNotSupported => "OpenID Connect Core §3.1.2.6",
            Self::UnmetAuthenticationRequirements => "RFC 9470 §5",
            Self::InvalidTarget => "RFC 8707 §2",
            Self::InvalidAuthorizationDetails => "RFC 9396 §5",
            Self::InvalidRequestObject => "RFC 9101 §4, §6",
        }
    }

    /// What `error_description` says where nothing more exact is known.
    pub const fn description(self) -> &'static str {
        match self {
            Self::InvalidRequest => "the request is malformed",
            Self::AccessDenied => "the member declined",
            Self::UnauthorizedClient => "the client may not use this response_type",
            Self::UnsupportedResponseType => "the response_type is not supported",
            Self::InvalidScope => "the scope is not valid",
            Self::InteractionRequired => "a page would have to be shown to the member",
            Self::LoginRequired => "the member would have to sign in",
            Self::ConsentRequired => "the member would have to agree",
            Self::UnmetAuthenticationRequirements => "the member has no way to sign in as strongly as required",
            Self::InvalidTarget => "the resource is not valid",
            Self::InvalidAuthorizationDetails => "the authorization_details are not valid",
            Self::RequestNotSupported => "the request object is not signed",
            Self::InvalidRequestObject => "the request object is not valid",
            Self::InvalidRequestUri => "the request_uri is not valid",
            Self::RegistrationNotSupported => "registration is not supported",
        }
    }
}

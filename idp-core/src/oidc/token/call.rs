//! One call of a client at an endpoint of ours, as it came over the wire.

use super::{TokenError, TokenRefusal, client_auth};
use crate::client_certificate::ClientCertificate;
use crate::oidc::params::Params;

/// What came in `DPoP` headers.
#[derive(Clone, PartialEq, Eq)]
pub enum SentProof {
    /// None.
    Nothing,
    /// One.
    Proof(String),
    /// Several, or one that is no text.
    Unreadable,
}

/// One call. Holds secrets: no `Debug`.
#[derive(Clone)]
pub struct ClientCall {
    /// The path called, one of [`crate::oidc::paths`].
    pub endpoint: &'static str,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The form.
    pub params: Params,
    /// The `DPoP` header.
    pub dpop: SentProof,
    /// The certificate of the connection.
    pub certificate: Option<ClientCertificate>,
}

impl ClientCall {
    /// A call with a form and nothing else.
    pub fn new(endpoint: &'static str, params: Params) -> Self {
        Self { endpoint, authorization: None, params, dpop: SentProof::Nothing, certificate: None }
    }

    /// Whom the call says it comes from, by the one method that it uses. Nothing is proved by that.
    pub fn claimed_client(&self) -> Result<String, TokenRefusal> {
        client_auth::claimed(self)
    }

    /// The parameter `token` of the endpoints that speak about one.
    pub(in crate::oidc) fn token(&self) -> Result<&str, TokenRefusal> {
        let missing = TokenRefusal::new(TokenError::InvalidRequest, "the parameter token is missing");
        self.params.find("token").ok_or(missing)
    }
}

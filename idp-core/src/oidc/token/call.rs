//! One call of a client at an endpoint of ours, as it came over the wire.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{TokenError, TokenRefusal};
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

/// The certificate of the client's TLS connection, DER.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCertificate(Vec<u8>);

impl ClientCertificate {
    /// From its DER form.
    pub fn new(der: Vec<u8>) -> Self {
        Self(der)
    }

    /// Its DER form.
    pub fn der(&self) -> &[u8] {
        &self.0
    }

    /// `x5t#S256`: what tokens are bound to (RFC 8705 §3.1).
    pub fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, &self.0))
    }
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

    /// The parameter `token` of the endpoints that speak about one.
    pub(in crate::oidc) fn token(&self) -> Result<&str, TokenRefusal> {
        let missing = TokenRefusal::new(TokenError::InvalidRequest, "the parameter token is missing");
        self.params.find("token").ok_or(missing)
    }
}

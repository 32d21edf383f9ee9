//! The tokens of one answer: prepared inside the transaction, signed after its commit, since RS256 takes its time.

use std::sync::Arc;

use serde::Serialize;

use super::id_token::IdTokenClaims;
use crate::fault::Fault;
use crate::jws::{Signer, Typ};
use crate::oidc::acr::{Acr, Amr};

/// The claims of an access token (RFC 9068 §2.2). Times are seconds since the epoch, UTC.
#[derive(Debug, Clone, Serialize)]
pub(super) struct AccessTokenClaims {
    pub(super) iss: String,
    pub(super) sub: String,
    /// The issuer itself: the token opens our own endpoints.
    pub(super) aud: String,
    pub(super) client_id: String,
    pub(super) scope: String,
    pub(super) exp: i64,
    pub(super) iat: i64,
    pub(super) jti: String,
    pub(super) auth_time: i64,
    pub(super) acr: Acr,
    pub(super) amr: Vec<Amr>,
}

/// Everything of an answer but the signatures. Worthless until signed, yet it holds a `jti`: no `Debug`.
pub struct PreparedTokens {
    pub(super) access_token: AccessTokenClaims,
    pub(super) access_signer: Arc<Signer>,
    pub(super) id_token: IdTokenClaims,
    pub(super) id_signer: Arc<Signer>,
    pub(super) expires_in: u64,
    pub(super) scope: String,
}

/// The successful answer (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
#[derive(Serialize)]
pub struct TokenResponse {
    /// The access token.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Seconds.
    pub expires_in: u64,
    /// What was granted.
    pub scope: String,
    /// The ID token.
    pub id_token: String,
}

impl PreparedTokens {
    /// Signs both tokens: about 0.3 ms with RS256.
    pub fn sign(&self) -> Result<TokenResponse, Fault> {
        Ok(TokenResponse {
            access_token: self.access_signer.sign(Typ::AccessToken, &self.access_token)?,
            token_type: "Bearer",
            expires_in: self.expires_in,
            scope: self.scope.clone(),
            id_token: self.id_signer.sign(Typ::IdToken, &self.id_token)?,
        })
    }
}

//! The tokens of one answer: prepared inside the transaction, signed after its commit, since RS256 takes its time.

use std::sync::Arc;

use serde::Serialize;

use super::id_token::IdTokenClaims;
use crate::client::{FetchedKeys, HttpsUri};
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::fault::Fault;
use crate::jwe::Content;
use crate::jws::{Signer, Typ};
use crate::oidc::acr::{Acr, Amr};
use crate::oidc::protect::Envelope;

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
    pub(super) id_envelope: Option<Envelope>,
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
    /// The address of the client's keys, where they must be fetched before the ID token is encrypted.
    pub fn missing(&self, fetched: &FetchedKeys, now: Timestamp) -> Option<HttpsUri> {
        self.id_envelope.as_ref().and_then(|envelope| envelope.missing(fetched, now))
    }

    /// Signs both tokens, about 0.3 ms with RS256, and encrypts the ID token where that is registered.
    pub fn sign(&self, means: (&FetchedKeys, &dyn Entropy)) -> Result<TokenResponse, Fault> {
        let id_token = self.id_signer.sign(Typ::IdToken, &self.id_token)?;
        let id_token = match &self.id_envelope {
            None => id_token,
            Some(envelope) => envelope.seal(means, Content::Jwt, id_token.as_bytes())?,
        };
        Ok(TokenResponse {
            access_token: self.access_signer.sign(Typ::AccessToken, &self.access_token)?,
            token_type: "Bearer",
            expires_in: self.expires_in,
            scope: self.scope.clone(),
            id_token,
        })
    }
}

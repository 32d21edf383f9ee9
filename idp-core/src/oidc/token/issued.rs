//! The tokens of one answer: prepared inside the transaction, signed after its commit, since RS256 takes its time.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::access_token::PreparedAccess;
use super::id_token::IdTokenClaims;
use crate::client::{FetchedKeys, HttpsUri};
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::fault::Fault;
use crate::jwe::Content;
use crate::jws::{Signer, Typ};
use crate::oidc::protect::Envelope;
use crate::secret::{Plain, RefreshSecret};

/// Everything of an answer but the signatures. Holds secrets: no `Debug`.
pub struct PreparedTokens {
    pub(super) access_token: PreparedAccess,
    pub(super) token_type: &'static str,
    pub(super) expires_in: u64,
    pub(super) scope: String,
    pub(super) authorization_details: Vec<Value>,
    pub(super) id_token: Option<(IdTokenClaims, Arc<Signer>)>,
    pub(super) id_envelope: Option<Envelope>,
    pub(super) refresh_token: Option<Plain<RefreshSecret>>,
    pub(super) issued_token_type: Option<&'static str>,
}

/// The successful answer (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
#[derive(Serialize)]
pub struct TokenResponse {
    /// The access token.
    pub access_token: String,
    /// `Bearer`, or `DPoP` for a token that is bound to a key.
    pub token_type: &'static str,
    /// Seconds.
    pub expires_in: u64,
    /// What was granted.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// What was allowed in detail (RFC 9396 §7).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<Value>,
    /// The ID token, where a member signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// The refresh token, where the member allowed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// What kind of token it is (RFC 8693 §2.2.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_token_type: Option<&'static str>,
}

impl PreparedTokens {
    /// The address of the client's keys, where they must be fetched before the ID token is encrypted.
    pub fn missing(&self, fetched: &FetchedKeys, now: Timestamp) -> Option<HttpsUri> {
        let envelope = self.id_envelope.as_ref().filter(|_| self.id_token.is_some());
        envelope.and_then(|envelope| envelope.missing(fetched, now))
    }

    /// Signs what is to be signed, about 0.3 ms with RS256, and encrypts the ID token where that is registered.
    pub fn sign(&self, means: (&FetchedKeys, &dyn Entropy)) -> Result<TokenResponse, Fault> {
        let access_token = self.access_token.sign()?;
        let id_token = self.id_token.as_ref().map(|(claims, signer)| {
            let signed = signer.sign(Typ::IdToken, claims)?;
            match &self.id_envelope {
                None => Ok(signed),
                Some(envelope) => envelope.seal(means, Content::Jwt, signed.as_bytes()),
            }
        });
        Ok(TokenResponse {
            access_token,
            token_type: self.token_type,
            expires_in: self.expires_in,
            scope: self.scope.clone(),
            authorization_details: self.authorization_details.clone(),
            id_token: id_token.transpose()?,
            refresh_token: self.refresh_token.as_ref().map(|secret| secret.expose_text().to_owned()),
            issued_token_type: self.issued_token_type,
        })
    }
}

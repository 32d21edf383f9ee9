//! The ID token (OpenID Connect Core §2).
//!
//! `azp` is left out, since there is one audience. `at_hash` and `c_hash` stand in tokens of the authorization endpoint alone:
//! at the token endpoint everything comes over the same connection.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::clock::{Timestamp, minutes};
use crate::oidc::acr::{Acr, Amr};

/// How long an ID token is good: it is read at once, and a session is the client's own matter.
pub(in crate::oidc) const ID_TOKEN_LIFETIME: Duration = minutes(10);

/// Its claims. Times are seconds since the epoch, UTC.
#[derive(Debug, Clone, Serialize)]
pub(in crate::oidc) struct IdTokenClaims {
    pub(in crate::oidc) iss: String,
    pub(in crate::oidc) sub: String,
    pub(in crate::oidc) aud: String,
    pub(in crate::oidc) exp: i64,
    pub(in crate::oidc) iat: i64,
    pub(in crate::oidc) auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::oidc) nonce: Option<String>,
    pub(in crate::oidc) acr: Acr,
    pub(in crate::oidc) amr: Vec<Amr>,
    pub(in crate::oidc) sid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::oidc) at_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::oidc) c_hash: Option<String>,
    /// Claims about the member, where the request asked for them.
    #[serde(flatten)]
    pub(in crate::oidc) about: Map<String, Value>,
}

impl IdTokenClaims {
    /// When it ends, for a token made at `now`.
    pub(in crate::oidc) fn expiry(now: Timestamp) -> i64 {
        (now + ID_TOKEN_LIFETIME).seconds()
    }
}

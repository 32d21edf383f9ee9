//! The ID token (OpenID Connect Core §2).
//!
//! `azp` is left out, since there is one audience; `at_hash`, since the access token comes over the same connection.

use std::time::Duration;

use serde::Serialize;

use crate::clock::{Timestamp, minutes};
use crate::oidc::acr::{Acr, Amr};

/// How long an ID token is good: it is read at once, and a session is the client's own matter.
pub(super) const ID_TOKEN_LIFETIME: Duration = minutes(10);

/// Its claims. Times are seconds since the epoch, UTC.
#[derive(Debug, Clone, Serialize)]
pub(super) struct IdTokenClaims {
    pub(super) iss: String,
    pub(super) sub: String,
    pub(super) aud: String,
    pub(super) exp: i64,
    pub(super) iat: i64,
    pub(super) auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) nonce: Option<String>,
    pub(super) acr: Acr,
    pub(super) amr: Vec<Amr>,
    pub(super) sid: String,
}

impl IdTokenClaims {
    /// When it ends, for a token made at `now`.
    pub(super) fn expiry(now: Timestamp) -> i64 {
        (now + ID_TOKEN_LIFETIME).seconds()
    }
}

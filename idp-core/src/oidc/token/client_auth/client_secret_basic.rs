//! `client_secret_basic` (RFC 6749 §2.3.1, OpenID Connect Core §9): id and secret in the `Authorization` header.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::refused;
use super::sent::{Proof, Sent};
use crate::oidc::params::decoded;
use crate::oidc::token::{Challenge, TokenError, TokenRefusal};
use crate::secret::Plain;

pub(super) fn read(header: &str, id: Option<&str>) -> Result<Sent, TokenRefusal> {
    let Some((client_id, secret)) = credentials(header) else {
        return Err(refused(Challenge::Basic, "the Authorization header is not readable as Basic"));
    };
    if id.is_some_and(|id| id != client_id) {
        let description = "the client_id differs from the one in the Authorization header";
        return Err(TokenRefusal::new(TokenError::InvalidRequest, description));
    }
    Ok(Sent { client_id, proof: Proof::Basic(Plain::new(secret.into_bytes())) })
}

/// Id and secret out of `Basic …`; both were form-encoded before they were joined.
fn credentials(header: &str) -> Option<(String, String)> {
    let (scheme, credentials) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let joined = STANDARD.decode(credentials.trim()).ok()?;
    let colon = joined.iter().position(|byte| *byte == b':')?;
    Some((decoded(&joined[..colon]).ok()?, decoded(&joined[colon + 1..]).ok()?))
}

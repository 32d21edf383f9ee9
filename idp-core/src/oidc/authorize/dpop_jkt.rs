//! `dpop_jkt` (RFC 9449 §10): the thumbprint of the key that must prove itself when the code is redeemed.

use super::{Asked, AuthorizationRequest, CodeChallenge, Rejection};

pub(super) fn check(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    let Some(thumbprint) = asked.params.find("dpop_jkt") else { return Ok(()) };
    // A SHA-256 value in base64url, as a code challenge is.
    if CodeChallenge::parse(thumbprint).is_none() {
        return Err(Rejection::invalid("the dpop_jkt is not the SHA-256 thumbprint of a key"));
    }
    request.dpop_jkt = Some(thumbprint.to_owned());
    Ok(())
}

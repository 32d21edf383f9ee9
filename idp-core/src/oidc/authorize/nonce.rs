//! `nonce` (OpenID Connect Core §3.1.2.1): comes back in the ID token; required where one comes from this endpoint, since
//! nothing else ties it to the request (§3.2.2.1, §3.3.2.11).

use super::{Asked, AuthorizationRequest, Rejection};

/// Far more than any generator yields, little enough to be kept with every code.
const LONGEST: usize = 1_024;

pub(super) fn check(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    request.nonce = asked.params.find("nonce").map(str::to_owned);
    if request.nonce.as_ref().is_some_and(|nonce| nonce.len() > LONGEST) {
        return Err(Rejection::invalid("the parameter nonce is longer than 1024 bytes"));
    }
    if request.nonce.is_none() && request.response_type.has_id_token() {
        return Err(Rejection::invalid("the parameter nonce is missing: an ID token comes from this endpoint"));
    }
    Ok(())
}

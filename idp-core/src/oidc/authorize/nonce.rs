//! `nonce` (OpenID Connect Core §3.1.2.1): comes back in the ID token.

use super::{AuthorizationRequest, Rejection};
use crate::client::Client;
use crate::oidc::params::Params;

/// Far more than any generator yields, little enough to be kept with every code.
const LONGEST: usize = 1_024;

pub(super) fn check(params: &Params, _: &Client, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    request.nonce = params.find("nonce").map(str::to_owned);
    if request.nonce.as_ref().is_some_and(|nonce| nonce.len() > LONGEST) {
        return Err(Rejection::invalid("the parameter nonce is longer than 1024 bytes"));
    }
    Ok(())
}

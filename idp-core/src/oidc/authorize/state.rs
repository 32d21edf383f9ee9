//! `state` (RFC 6749 §4.1.1): comes back unchanged.

use super::{AuthorizationRequest, Rejection};
use crate::client::Client;
use crate::oidc::params::Params;

/// What an address can carry back without being cut on the way.
const LONGEST: usize = 4_096;

pub(super) fn check(params: &Params, _: &Client, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    if params.is_doubled("state") {
        return Err(Rejection::invalid("the parameter state is repeated"));
    }
    let Some(state) = params.find("state") else { return Ok(()) };
    if state.len() > LONGEST {
        return Err(Rejection::invalid("the parameter state is longer than 4096 bytes"));
    }
    request.state = Some(state.to_owned());
    Ok(())
}

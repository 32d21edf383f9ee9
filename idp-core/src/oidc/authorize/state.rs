//! `state` (RFC 6749 §4.1.1): comes back unchanged, however long; what a request may hold in all limits it.

use super::{Asked, AuthorizationRequest, Rejection};

pub(super) fn check(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    if asked.params.is_doubled("state") {
        return Err(Rejection::invalid("the parameter state is repeated"));
    }
    request.state = asked.params.find("state").map(str::to_owned);
    Ok(())
}

//! No parameter comes twice (RFC 6749 §3.1): what reads the first and what reads the last would disagree. A request
//! may name several resources (RFC 8707 §2).

use super::{Asked, AuthorizationRequest, Rejection};

pub(super) fn check(asked: &Asked<'_>, _: &mut AuthorizationRequest) -> Result<(), Rejection> {
    match asked.params.doubled() {
        Some(_) => Err(Rejection::invalid("a parameter is repeated")),
        None => Ok(()),
    }
}

//! Where the client requires it, a request is a signed object (RFC 9101 §10.5).

use super::request_object::Signed;
use super::{Asked, AuthorizationRequest, Rejection};

pub(super) fn check(asked: &Asked<'_>, _: &mut AuthorizationRequest) -> Result<(), Rejection> {
    match asked.signed {
        Signed::No if asked.client.settings.requests.require_signed => {
            Err(Rejection::invalid("the request must be a signed request object (RFC 9101)"))
        }
        Signed::No | Signed::Yes => Ok(()),
    }
}

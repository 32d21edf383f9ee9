//! `request_uri` (OpenID Connect Core §3.1.2.6): one that is still there was not registered, or what it names could not be
//! fetched. It is refused, not ignored.

use super::{Asked, AuthorizationError, AuthorizationRequest, Rejection};

pub(super) fn check(asked: &Asked<'_>, _: &mut AuthorizationRequest) -> Result<(), Rejection> {
    match asked.params.find("request_uri") {
        Some(_) => {
            let description = "the request_uri is not registered, or there is no request object";
            Err(Rejection::new(AuthorizationError::InvalidRequestUri, description))
        }
        None => Ok(()),
    }
}

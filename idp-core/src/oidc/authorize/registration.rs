//! `registration` (OpenID Connect Core §3.1.2.6): no client registers itself by its request. It is refused, not ignored.

use super::{Asked, AuthorizationError, AuthorizationRequest, Rejection};

pub(super) fn check(asked: &Asked<'_>, _: &mut AuthorizationRequest) -> Result<(), Rejection> {
    match asked.params.find("registration") {
        Some(_) => {
            let description = "the parameter registration is not supported";
            Err(Rejection::new(AuthorizationError::RegistrationNotSupported, description))
        }
        None => Ok(()),
    }
}

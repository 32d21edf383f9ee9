//! Parameters that cannot be followed are refused, not ignored (OpenID Connect Core §3.1.2.6). A `request_uri` that is still
//! there was not registered, or what it names could not be fetched.

use super::{Asked, AuthorizationError, AuthorizationRequest, Rejection};

const REFUSED: [(&str, AuthorizationError); 2] = [
    ("request_uri", AuthorizationError::InvalidRequestUri),
    ("registration", AuthorizationError::RegistrationNotSupported),
];

pub(super) fn check(asked: &Asked<'_>, _: &mut AuthorizationRequest) -> Result<(), Rejection> {
    let sent = REFUSED.into_iter().find(|(name, _)| asked.params.find(name).is_some());
    match sent {
        Some((_, error)) => Err(Rejection::new(error, error.description())),
        None => Ok(()),
    }
}

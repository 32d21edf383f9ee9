//! Parameters whose meaning we do not offer are refused, not ignored (OpenID Connect Core §3.1.2.6).

use super::{Asked, AuthorizationError, AuthorizationRequest, Rejection};

const REFUSED: [(&str, AuthorizationError); 2] = [
    ("request_uri", AuthorizationError::RequestUriNotSupported),
    ("registration", AuthorizationError::RegistrationNotSupported),
];

pub(super) fn check(asked: &Asked<'_>, _: &mut AuthorizationRequest) -> Result<(), Rejection> {
    let sent = REFUSED.into_iter().find(|(name, _)| asked.params.find(name).is_some());
    match sent {
        Some((_, error)) => Err(Rejection::new(error, "the request uses a parameter that is not supported")),
        None => Ok(()),
    }
}

//! Parameters whose meaning we do not offer are refused, not ignored (OpenID Connect Core §3.1.2.6).

use super::{AuthorizationError, AuthorizationRequest, Rejection};
use crate::client::Client;
use crate::oidc::params::Params;

const REFUSED: [(&str, AuthorizationError); 3] = [
    ("request", AuthorizationError::RequestNotSupported),
    ("request_uri", AuthorizationError::RequestUriNotSupported),
    ("registration", AuthorizationError::RegistrationNotSupported),
];

pub(super) fn check(params: &Params, _: &Client, _: &mut AuthorizationRequest) -> Result<(), Rejection> {
    let sent = REFUSED.into_iter().find(|(name, _)| params.find(name).is_some());
    match sent {
        Some((_, error)) => Err(Rejection::new(error, "the request uses a parameter that is not supported")),
        None => Ok(()),
    }
}

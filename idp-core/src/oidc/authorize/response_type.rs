//! `response_type`: `code` (RFC 6749 §4.1.1).

use super::{AuthorizationError, AuthorizationRequest, Rejection};
use crate::client::Client;
use crate::oidc::params::Params;

pub(super) fn check(params: &Params, _: &Client, _: &mut AuthorizationRequest) -> Result<(), Rejection> {
    match params.find("response_type") {
        Some("code") => Ok(()),
        Some(_) => {
            Err(Rejection::new(AuthorizationError::UnsupportedResponseType, "the only response_type supported is code"))
        }
        None => Err(Rejection::invalid("the parameter response_type is missing")),
    }
}

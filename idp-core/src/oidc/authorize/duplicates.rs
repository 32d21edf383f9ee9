//! No parameter comes twice (RFC 6749 §3.1): what reads the first and what reads the last would disagree.

use super::{AuthorizationRequest, Rejection};
use crate::client::Client;
use crate::oidc::params::Params;

pub(super) fn check(params: &Params, _: &Client, _: &mut AuthorizationRequest) -> Result<(), Rejection> {
    match params.doubled() {
        Some(_) => Err(Rejection::invalid("a parameter is repeated")),
        None => Ok(()),
    }
}

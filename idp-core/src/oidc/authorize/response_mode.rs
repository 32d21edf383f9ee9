//! `response_mode` (OAuth 2.0 Multiple Response Types §2.1).

use super::{AuthorizationRequest, Rejection, ResponseMode};
use crate::client::Client;
use crate::oidc::params::Params;

pub(super) fn check(params: &Params, _: &Client, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    request.response_mode = match params.find("response_mode") {
        None => ResponseMode::default(),
        Some(name) => ResponseMode::from_name(name).ok_or(Rejection::invalid("the response_mode is not supported"))?,
    };
    Ok(())
}

//! `max_age` (OpenID Connect Core §3.1.2.1): whole seconds.

use super::{AuthorizationRequest, Rejection};
use crate::client::Client;
use crate::oidc::params::Params;

pub(super) fn check(params: &Params, _: &Client, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    let Some(text) = params.find("max_age") else { return Ok(()) };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = text.parse().ok().filter(|_| digits);
    request.max_age_seconds = Some(seconds.ok_or(Rejection::invalid("the max_age is not a number of seconds"))?);
    Ok(())
}

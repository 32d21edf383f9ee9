//! `max_age` (OpenID Connect Core §3.1.2.1): whole seconds; left out, the client's `default_max_age` counts.

use super::{Asked, AuthorizationRequest, Rejection};

pub(super) fn check(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    let params = asked.params;
    let Some(text) = params.find("max_age") else {
        request.max_age_seconds = asked.client.settings.requests.default_max_age;
        return Ok(());
    };
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = text.parse().ok().filter(|_| digits);
    request.max_age_seconds = Some(seconds.ok_or(Rejection::invalid("the max_age is not a number of seconds"))?);
    Ok(())
}

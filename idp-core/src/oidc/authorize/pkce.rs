//! `code_challenge` and `code_challenge_method` (RFC 7636 §4.3): S256 alone; `plain` would protect nothing.

use super::{Asked, AuthorizationRequest, CodeChallenge, Rejection};
use crate::client::Pkce;

pub(super) fn check(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    let (params, client) = (asked.params, asked.client);
    if !request.response_type.has_code() {
        return Ok(());
    }
    let method = params.find("code_challenge_method");
    let Some(challenge) = params.find("code_challenge") else {
        if method.is_some() {
            return Err(Rejection::invalid("the parameter code_challenge is missing"));
        }
        return match client.settings.pkce {
            Pkce::Required => Err(Rejection::invalid("PKCE is required: the parameter code_challenge is missing")),
            Pkce::Optional => Ok(()),
        };
    };
    // Left out, the method would be plain (RFC 7636 §4.3).
    if method != Some("S256") {
        return Err(Rejection::invalid("the code_challenge_method must be S256"));
    }
    let challenge = CodeChallenge::parse(challenge);
    request.code_challenge = Some(challenge.ok_or(Rejection::invalid("the code_challenge is not one of S256"))?);
    Ok(())
}

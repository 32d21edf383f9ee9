//! `response_type` (RFC 6749 §3.1.1, OAuth 2.0 Multiple Response Types): `code`, and what realm *and* client switched on.

use super::{Asked, AuthorizationError, AuthorizationRequest, Rejection};
use crate::client::ResponseType;

pub(super) fn check(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    let Some(sent) = asked.params.find("response_type") else {
        return Err(Rejection::invalid("the parameter response_type is missing"));
    };
    let offered = ResponseType::from_name(sent).filter(|kind| asked.realm.settings.response_types.contains(kind));
    let Some(kind) = offered else {
        let description = "the response_type is not one that this provider offers";
        return Err(Rejection::new(AuthorizationError::UnsupportedResponseType, description));
    };
    if !asked.client.settings.response_types.contains(&kind) {
        let description = "the response_type is not registered for this client";
        return Err(Rejection::new(AuthorizationError::UnauthorizedClient, description));
    }
    request.response_type = kind;
    Ok(())
}

//! `authorization_details` (RFC 9396 §2): elements of the types that the realm registered.

use super::{Asked, AuthorizationError, AuthorizationRequest, Rejection};
use crate::oidc::authorization_details;

pub(super) fn check(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    let refused = |description| Rejection::new(AuthorizationError::InvalidAuthorizationDetails, description);
    request.authorization_details = authorization_details::read(asked.realm, asked.params).map_err(refused)?;
    Ok(())
}

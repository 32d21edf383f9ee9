//! `scope`: `openid` must be in it; what we do not know, or the client may not ask for, is left out.

use super::{AuthorizationError, AuthorizationRequest, Rejection};
use crate::client::Client;
use crate::oidc::params::Params;
use crate::oidc::scope::{Scope, Scopes};

pub(super) fn check(params: &Params, client: &Client, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    request.scopes = Scopes::parse(params.find("scope").unwrap_or_default()).within(&client.settings.scopes);
    if !request.scopes.contains(Scope::Openid) {
        return Err(Rejection::new(AuthorizationError::InvalidScope, "the scope must include openid"));
    }
    Ok(())
}

//! `scope`: what we do not know, or the client may not ask for, is left out. A client registered with `openid` asks
//! for it; one registered without it sends plain OAuth requests.

use super::{Asked, AuthorizationError, AuthorizationRequest, Rejection};
use crate::oidc::scope::{Scope, Scopes};

pub(super) fn check(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    let allowed = &asked.client.settings.scopes;
    request.scopes = Scopes::parse(asked.params.find("scope").unwrap_or_default()).within(allowed);
    let kind = request.response_type;
    if (allowed.contains(Scope::Openid) || kind.has_id_token()) && !request.scopes.contains(Scope::Openid) {
        return Err(Rejection::new(AuthorizationError::InvalidScope, "the scope must include openid"));
    }
    if !kind.has_code() {
        // Nothing to be renewed comes from this endpoint (OpenID Connect Core §11).
        request.scopes = request.scopes.iter().filter(|scope| *scope != Scope::OfflineAccess).collect();
    }
    Ok(())
}

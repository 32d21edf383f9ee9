//! `resource` (RFC 8707 §2): the services that the access token is for; absolute URIs without a fragment, by which clients
//! are registered.

use url::Url;

use super::{Asked, AuthorizationError, AuthorizationRequest, Rejection};
use crate::client::RESOURCE_MAX;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::oidc::token::NAMED_MAX;
use crate::store;

pub(super) fn check(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), Rejection> {
    let target = |description| Rejection::new(AuthorizationError::InvalidTarget, description);
    for resource in asked.params.all("resource") {
        // The length first: what a long host in Punycode means takes long to find out.
        let is_readable = resource.len() <= RESOURCE_MAX && resource.is_ascii() && !resource.contains(['#', ' ']);
        if !is_readable || Url::parse(resource).is_err() {
            return Err(target("a resource is not an absolute URI without a fragment"));
        }
        if !request.resources.iter().any(|known| known == resource) {
            request.resources.push(resource.to_owned());
        }
        if request.resources.len() > NAMED_MAX {
            return Err(target("too many resources at once"));
        }
    }
    Ok(())
}

/// Whether each of them is registered: else a client could have tokens made for any name it likes, our own among them.
pub(super) async fn registered(ctx: &Ctx, request: &AuthorizationRequest) -> Result<Result<(), Rejection>, Fault> {
    for resource in &request.resources {
        if !store::client::is_resource(ctx, resource).await? {
            return Ok(Err(Rejection::new(AuthorizationError::InvalidTarget, "the resource is not known here")));
        }
    }
    Ok(Ok(()))
}

//! What the authorization endpoint shares with the token endpoint: both tokens.

pub(in crate::oidc) use super::access_token::PreparedAccess;
use super::access_token::{self, Wanted};
use super::binding::Confirmation;
pub(in crate::oidc) use super::id_token::IdTokenClaims;
use super::member_tokens;
use crate::client::Client;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::grant::Grant;
use crate::member::Member;
use crate::oidc::acr::Authentication;
use crate::oidc::authorize::AuthorizationRequest;
use crate::oidc::subject;

/// Prepares an access token, and how many seconds it lives. It travels through the browser, so that it is bound to no key.
pub(in crate::oidc) async fn access_token(
    ctx: &Ctx,
    client: &Client,
    (grant, member): (&Grant, &Member),
    authentication: &Authentication,
    request: &AuthorizationRequest,
) -> Result<(PreparedAccess, u64), Fault> {
    let wanted = Wanted {
        subject: subject::of(ctx, client, member),
        scopes: &grant.scopes,
        resources: request.resources.clone(),
        authentication: Some(authentication),
        grant: Some(grant.id),
        confirmation: Confirmation::default(),
        act: None,
        authorization_details: request.authorization_details.clone(),
        ends_by: Some(grant.expires_at),
    };
    access_token::prepare(ctx, client, wanted).await
}

/// The claims of an ID token that every one has.
pub(in crate::oidc) fn id_token(
    ctx: &Ctx,
    client: &Client,
    member: &Member,
    authentication: &Authentication,
) -> IdTokenClaims {
    member_tokens::id_token(ctx, client, authentication, member)
}

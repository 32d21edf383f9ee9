//! `id_token_hint` (OpenID Connect Core §3.1.2.1): an ID token of ours, also an expired one, says who is expected.

use super::{AuthorizationRequest, Rejection};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::oidc::params::Params;
use crate::oidc::{signing, subject};

pub(super) async fn check(
    ctx: &Ctx,
    params: &Params,
    request: &mut AuthorizationRequest,
) -> Result<Result<(), Rejection>, Fault> {
    let Some(hint) = params.find("id_token_hint") else { return Ok(Ok(())) };
    let Some(claims) = signing::id_token_of_ours(ctx, hint).await? else {
        return Ok(Err(Rejection::invalid("the id_token_hint is not an ID token of this provider")));
    };
    request.hinted_subject = Some(subject::behind(ctx, claims).await?);
    Ok(Ok(()))
}

//! `id_token_hint` (OpenID Connect Core §3.1.2.1): an ID token of ours, also an expired one, says who is expected.

use super::{Asked, AuthorizationRequest, Rejection};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::oidc::{signing, subject};

pub(super) async fn check(
    ctx: &Ctx,
    asked: &Asked<'_>,
    request: &mut AuthorizationRequest,
) -> Result<Result<(), Rejection>, Fault> {
    let Some(hint) = asked.params.find("id_token_hint") else { return Ok(Ok(())) };
    let Some(claims) = signing::id_token_of_ours(ctx, hint).await? else {
        return Ok(Err(Rejection::invalid("the id_token_hint is not an ID token of this provider")));
    };
    // Of another client's hint nothing is said before somebody signed in: two sectors must not learn by it that a member of
    // theirs is the same.
    let own = claims.aud == asked.client.client_id.as_str();
    if own && !request.named_subjects.is_empty() && !request.named_subjects.contains(&claims.sub) {
        return Ok(Err(Rejection::invalid("the id_token_hint and the sub in claims name different members")));
    }
    request.hinted_subject = Some(subject::behind(ctx, claims).await?);
    Ok(Ok(()))
}

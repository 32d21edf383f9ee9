//! Whom a client expects (OpenID Connect Core §3.1.2.1, `id_token_hint`; §5.5.1, `sub` in `claims`): nobody else may be
//! answered with, and no other session carries over.

use super::AuthorizationRequest;
use crate::client::Client;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{ClientRowId, MemberId};
use crate::member::Member;
use crate::oidc::subject;
use crate::store;

/// Whether the member may answer this client's request.
pub(crate) async fn is_expected(
    ctx: &Ctx,
    (client, request): (ClientRowId, &AuthorizationRequest),
    member: MemberId,
) -> Result<bool, Fault> {
    if request.hinted_subject.is_none() && request.named_subjects.is_empty() {
        return Ok(true);
    }
    let client = store::client::by_id(ctx, client).await?;
    let member = store::member::by_id(ctx, member).await?;
    Ok(client.zip(member).is_some_and(|(client, member)| request.expects(ctx, &client, &member)))
}

impl AuthorizationRequest {
    fn expects(&self, ctx: &Ctx, client: &Client, member: &Member) -> bool {
        let known_as = subject::of(ctx, client, member);
        // A hint was turned into the public subject; a pairwise one whose session is forgotten stays what it is.
        let is_hinted = |hinted: &String| *hinted == member.subject || *hinted == known_as;
        let is_named = self.named_subjects.is_empty() || self.named_subjects.contains(&known_as);
        self.hinted_subject.as_ref().is_none_or(is_hinted) && is_named
    }
}

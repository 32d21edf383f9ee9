//! What a client knows a member by (OpenID Connect Core §8): one `sub` for all, or one per sector.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::signing::HintClaims;
use crate::client::{Client, SubjectType};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::member::Member;
use crate::secret::{Hashed, PairwiseSubject};
use crate::store;

/// The `sub` by which `client` knows `member`.
///
/// A pairwise one is a MAC under the installation key, over the realm, the sector and the public one: it never changes
/// while these do not, it cannot be turned back, and two sectors cannot compare theirs (§8.1).
pub(crate) fn of(ctx: &Ctx, client: &Client, member: &Member) -> String {
    of_public(ctx, client, &member.subject)
}

/// The same for the member with this public `sub`.
pub(crate) fn of_public(ctx: &Ctx, client: &Client, public: &str) -> String {
    match client.settings.subject.kind {
        SubjectType::Public => public.to_owned(),
        SubjectType::Pairwise => {
            // A client whose sector got lost is a sector by itself: better a new subject than somebody else's.
            let sector = client.settings.sector().unwrap_or_else(|| client.id.to_string());
            let row = [ctx.realm().id.uuid().as_bytes().as_slice(), sector.as_bytes()].concat();
            let hashed: Hashed<PairwiseSubject> = ctx.vault.hash_within(&row, public.as_bytes());
            URL_SAFE_NO_PAD.encode(hashed.bytes())
        }
    }
}

/// Notes whom the client will know by the `sub` that it is told now, so that the subject can be found again.
pub(crate) async fn note(ctx: &Ctx, client: &Client, member: &Member) -> Result<(), Fault> {
    match client.settings.subject.kind {
        SubjectType::Public => Ok(()),
        SubjectType::Pairwise => store::pairwise_subject::note(ctx, &of(ctx, client, member), member.id).await,
    }
}

/// The public subject behind a hint. Of a pairwise one it was noted whose it is, or the session named beside it tells; one
/// that is not known stays what it is.
pub(crate) async fn behind(ctx: &Ctx, hint: HintClaims) -> Result<String, Fault> {
    let Some(client) = store::client::by_client_id(ctx, &hint.aud).await? else { return Ok(hint.sub) };
    if client.settings.subject.kind == SubjectType::Public {
        return Ok(hint.sub);
    }
    if let Some(member) = store::pairwise_subject::member(ctx, &hint.sub).await? {
        let member = store::member::by_id(ctx, member).await?;
        return Ok(member.map_or(hint.sub, |member| member.subject));
    }
    // Told before such subjects were noted.
    let Some(session) = hint.sid.as_deref().and_then(|sid| sid.parse().ok()) else { return Ok(hint.sub) };
    let Some(session) = store::session::by_id(ctx, session).await? else { return Ok(hint.sub) };
    let member = store::member::by_id(ctx, session.member).await?;
    let member = member.filter(|member| of(ctx, &client, member) == hint.sub);
    Ok(member.map_or(hint.sub, |member| member.subject))
}

//! Ends sessions. Every end passes through [`ended`]: what hangs on the session ends with it, and whoever has to hear of
//! it is told there and nowhere else.

use serde::Serialize;

use crate::audit::{EventKind, Outcome};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{ClientRowId, InteractionId, MemberId, SessionId};
use crate::oidc::backchannel;
use crate::session::Session;
use crate::store;

/// Why a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "cause")]
pub enum Cause {
    /// The member signed out in its browser.
    SignedOut,
    /// A client that it concerns asked, and said whose session it meant.
    Client {
        /// Which client.
        client: ClientRowId,
    },
    /// The member ended it from another browser.
    Elsewhere,
    /// Somebody else signed in in its browser.
    Replaced,
    /// A credential was changed.
    Credentials,
    /// An operator ended it.
    Operator,
}

/// What stays when everything else ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kept {
    /// The session at hand.
    pub session: Option<SessionId>,
    /// The interaction at hand.
    pub interaction: Option<InteractionId>,
}

/// Ends one session; does nothing when it ended before.
pub async fn one(ctx: &Ctx, session: &Session, cause: Cause) -> Result<(), Fault> {
    if store::session::end(ctx, session.id).await? {
        ended(ctx, session, cause).await?;
    }
    Ok(())
}

/// Ends the member's sessions, but for the one kept; answers how many ended.
pub async fn all(ctx: &Ctx, member: MemberId, kept: Option<SessionId>, cause: Cause) -> Result<u64, Fault> {
    let mut count = 0;
    for session in store::session::unended_of(ctx, member).await? {
        if Some(session.id) != kept && store::session::end(ctx, session.id).await? {
            ended(ctx, &session, cause).await?;
            count += 1;
        }
    }
    Ok(count)
}

/// "Sign out everywhere": sessions, whatever the member granted, browsers that were trusted, logins in progress, codes
/// and links under way. Locks the member, so that nothing begins meanwhile.
pub async fn everywhere(ctx: &Ctx, member: MemberId, kept: Kept, cause: Cause) -> Result<(), Fault> {
    store::member::lock(ctx, member).await?;
    store::interaction::forget_member(ctx, member, kept.interaction).await?;
    store::ceremony::void_all(ctx, member).await?;
    store::recovery_code::forget_offers(ctx, member).await?;
    store::rescue::void_all(ctx, member).await?;
    let count = all(ctx, member, kept.session, cause).await?;
    store::grant::revoke_of_member(ctx, member, kept.session).await?;
    store::session::forget_browsers(ctx, member).await?;
    trust(ctx, member).await?;
    ctx.record_with(EventKind::SessionsEnded, Some(member), Outcome::Done, serde_json::json!({ "sessions": count }));
    Ok(())
}

/// A credential was changed: browsers that were spared the second step are not any more, and no phone comes in by a QR
/// code that was shown before.
pub(crate) async fn trust(ctx: &Ctx, member: MemberId) -> Result<(), Fault> {
    store::remembered_browser::forget_all(ctx, member).await?;
    store::handover::void_of(ctx, member).await
}

/// The seam: called once for each session that ended, in the transaction that ended it.
async fn ended(ctx: &Ctx, session: &Session, cause: Cause) -> Result<(), Fault> {
    store::grant::revoke_of_session(ctx, session).await?;
    backchannel::announce(ctx, session.id, session.member).await?;
    let details = serde_json::json!({ "session": session.id, "why": cause });
    ctx.record_with(EventKind::SessionEnded, Some(session.member), Outcome::Done, details);
    Ok(())
}

//! Where a member is signed in, for operators, and ending it for them.

use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::SessionId;
use crate::session::Session;
use crate::session::end::{self, Cause};
use crate::store;
use crate::user_id::UserIdNormal;

/// The member's live sessions, newest first; `None` when the realm has no such member.
pub async fn list(ctx: &Ctx, user_id: &UserIdNormal) -> Result<Option<Vec<Session>>, Fault> {
    let Some(member) = store::member::by_user_id(ctx, user_id).await? else { return Ok(None) };
    let mut sessions = store::session::unended_of(ctx, member.id).await?;
    sessions.retain(|session| session.is_live(&ctx.realm().settings, ctx.now));
    Ok(Some(sessions))
}

/// How ending one session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It is over, with what was granted in it; its clients are told.
    Done,
    /// The realm has no such session.
    Unknown,
    /// It was over before.
    Over,
}

/// Ends one session.
pub async fn revoke(ctx: &Ctx, id: SessionId) -> Result<Ended, Fault> {
    let Some(session) = store::session::by_id(ctx, id).await? else { return Ok(Ended::Unknown) };
    if session.ended_at.is_some() {
        return Ok(Ended::Over);
    }

    store::member::lock(ctx, session.member).await?;
    end::one(ctx, &session, Cause::Operator).await?;

    Ok(Ended::Done)
}

/// Ends every session of the member; answers how many were live, `None` when the realm has no such member.
pub async fn revoke_all(ctx: &Ctx, user_id: &UserIdNormal) -> Result<Option<u64>, Fault> {
    let Some(member) = store::member::by_user_id(ctx, user_id).await? else { return Ok(None) };

    store::member::lock(ctx, member.id).await?;
    let count = end::all(ctx, member.id, None, Cause::Operator).await?;

    Ok(Some(count))
}

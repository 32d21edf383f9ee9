//! Where a member is signed in, and which browsers are spared the second step: seen and ended.

use super::{Closed, enter, enter_to_change};
use crate::audit::{EventKind, Outcome};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{RememberedBrowserId, SessionId};
use crate::interaction::begin::Visitor;
use crate::interaction::errand::Freshness;
use crate::secret::{BrowserSecret, Hashed};
use crate::session::Session;
use crate::session::end::{self, Cause, Kept};
use crate::session::remembered::RememberedBrowser;
use crate::store;

/// For how long after its end a session still tells what was open in it.
const TOLD_FOR: std::time::Duration = crate::clock::minutes(10);

/// One session, or one remembered browser.
pub struct Seen<K> {
    /// Which.
    pub id: K,
    /// The browser as it called itself.
    pub user_agent: Option<String>,
    /// When it began.
    pub since: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// When it ends at the latest.
    pub until: Timestamp,
    /// Whether it is the one that asks.
    pub place: Place,
}

/// Whether something is in the browser that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It is.
    Here,
    /// It is in another one.
    Elsewhere,
}

/// Everything the page shows.
pub struct List {
    /// The sessions, this one first.
    pub sessions: Vec<Seen<SessionId>>,
    /// The remembered browsers.
    pub remembered: Vec<Seen<RememberedBrowserId>>,
}

/// Where the member is signed in.
pub async fn list(ctx: &Ctx, visitor: &Visitor) -> Result<Result<List, Closed>, Fault> {
    let present = match enter(ctx, visitor, Freshness::Any).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    let settings = &ctx.realm().settings;
    let all = store::session::unended_of(ctx, present.member.id).await?;
    let mut sessions: Vec<_> = all
        .into_iter()
        .filter(|session| session.is_live(settings, ctx.now))
        .map(|session| seen(&session, present.session.id))
        .collect();
    sessions.sort_by_key(|seen| (seen.place == Place::Elsewhere, -seen.seen_at.millis()));
    let remembered = store::remembered_browser::of_member(ctx, present.member.id).await?;
    let remembered = remembered.into_iter().map(|browser| kept(browser, &visitor.browser)).collect();
    Ok(Ok(List { sessions, remembered }))
}

fn seen(session: &Session, here: SessionId) -> Seen<SessionId> {
    Seen {
        id: session.id,
        user_agent: session.user_agent.clone(),
        since: session.created_at,
        seen_at: session.seen_at,
        until: session.expires_at,
        place: if session.id == here { Place::Here } else { Place::Elsewhere },
    }
}

fn kept(browser: RememberedBrowser, here: &Hashed<BrowserSecret>) -> Seen<RememberedBrowserId> {
    Seen {
        id: browser.id,
        since: browser.created_at,
        seen_at: browser.seen_at,
        until: browser.expires_at,
        place: if browser.browser == *here { Place::Here } else { Place::Elsewhere },
        user_agent: browser.user_agent,
    }
}

/// Signs out one browser. Ending what ended before changes nothing.
pub async fn end_one(ctx: &Ctx, visitor: &Visitor, id: SessionId) -> Result<Result<(), Closed>, Fault> {
    let member = match enter_to_change(ctx, visitor, Freshness::Any).await? {
        Ok(present) => present.member,
        Err(closed) => return Ok(Err(closed)),
    };
    let sessions = store::session::unended_of(ctx, member.id).await?;
    if let Some(session) = sessions.iter().find(|session| session.id == id) {
        end::one(ctx, session, Cause::Elsewhere).await?;
    }
    Ok(Ok(()))
}

/// Signs out everywhere but here.
pub async fn end_others(ctx: &Ctx, visitor: &Visitor) -> Result<Result<(), Closed>, Fault> {
    let present = match enter_to_change(ctx, visitor, Freshness::Any).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    everywhere_but_here(ctx, &present.session, Cause::Elsewhere).await?;
    Ok(Ok(()))
}

pub(super) async fn everywhere_but_here(ctx: &Ctx, here: &Session, cause: Cause) -> Result<(), Fault> {
    let kept = Kept { session: Some(here.id), interaction: None };
    end::everywhere(ctx, here.member, kept, cause).await?;
    store::session::know_browser(ctx, here.member, &here.browser).await
}

/// The second step is asked again in this browser.
pub async fn forget(ctx: &Ctx, visitor: &Visitor, id: RememberedBrowserId) -> Result<Result<(), Closed>, Fault> {
    let member = match enter_to_change(ctx, visitor, Freshness::Any).await? {
        Ok(present) => present.member,
        Err(closed) => return Ok(Err(closed)),
    };
    if store::remembered_browser::forget(ctx, member.id, id).await? {
        let details = serde_json::json!({ "browser": id });
        ctx.record_with(EventKind::BrowserForgotten, Some(member.id), Outcome::Done, details);
    }
    Ok(Ok(()))
}

/// The applications that were opened in a session of this browser that ended just now: they may still be open there.
pub async fn left_open(ctx: &Ctx, visitor: &Visitor, id: SessionId) -> Result<Vec<String>, Fault> {
    let session = store::session::by_id(ctx, id).await?.filter(|session| {
        session.browser == visitor.browser && session.ended_at.is_some_and(|at| ctx.now.since(at) < TOLD_FOR)
    });
    let Some(session) = session else { return Ok(Vec::new()) };
    // Whoever is told of the end is not left open.
    let clients = store::session_client::of(ctx, session.id).await?.into_iter();
    let mut names: Vec<_> =
        clients.filter(|client| !client.settings.logout.is_told()).map(|client| client.name).collect();
    names.sort();
    names.dedup();
    Ok(names)
}

//! What members do to themselves. Every verb asks first whose session the browser carries, and, before something changes,
//! whether the strongest proof in it is fresh.

pub mod applications;
pub mod history;
pub mod home;
pub mod mail;
pub mod methods;
pub mod new_phone;
pub mod password;
pub mod recovery_codes;
pub mod requests;
pub mod sessions;

use crate::clock::minutes;
use crate::credential::Method;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::interaction::Progress;
use crate::interaction::begin::{self, Visitor};
use crate::interaction::demand::{self, REAUTHENTICATION_AGE};
use crate::interaction::errand::Freshness;
use crate::member::{Member, MemberState};
use crate::session::Session;
use crate::session::end::{self, Cause};
use crate::store;

/// How long the form of a page that was opened with a fresh proof may be filled in before the proof is asked for again.
const FORM_TIME: std::time::Duration = minutes(5);

/// Why a page stays closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// Nobody is signed in here.
    SignedOut,
    /// The strongest proof is too old for this.
    Stale,
}

/// Whoever is signed in in a browser.
pub struct Present {
    /// Where.
    pub session: Session,
    /// Who.
    pub member: Member,
    /// The methods that they set up, strongest first.
    pub enrolled: Vec<Method>,
}

/// Whoever is signed in here, to be shown something.
pub async fn enter(ctx: &Ctx, visitor: &Visitor, freshness: Freshness) -> Result<Result<Present, Closed>, Fault> {
    let Some(session) = begin::live_session(ctx, visitor).await? else { return Ok(Err(Closed::SignedOut)) };
    let member = store::member::by_id(ctx, session.member).await?;
    let Some(member) = member.filter(|member| member.state == MemberState::Active) else {
        return Ok(Err(Closed::SignedOut));
    };
    let enrolled = store::credential::methods_of(ctx, member.id).await?;
    let age = match freshness {
        Freshness::Any => return Ok(Ok(Present { session, member, enrolled })),
        Freshness::Needed => REAUTHENTICATION_AGE,
    };
    let present = Present { session, member, enrolled };
    Ok(if present.proved_within(ctx, age) { Ok(present) } else { Err(Closed::Stale) })
}

/// The same for a change: nobody else changes the member until the transaction ends, and the session counts as used.
pub(crate) async fn enter_to_change(
    ctx: &Ctx,
    visitor: &Visitor,
    freshness: Freshness,
) -> Result<Result<Present, Closed>, Fault> {
    let Some(seen) = begin::live_session(ctx, visitor).await? else { return Ok(Err(Closed::SignedOut)) };
    store::member::lock(ctx, seen.member).await?;
    let present = match enter(ctx, visitor, Freshness::Any).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    if !store::session::touch(ctx, &present.session).await? {
        return Ok(Err(Closed::SignedOut));
    }
    Ok(match freshness {
        Freshness::Needed if !present.proved_within(ctx, REAUTHENTICATION_AGE + FORM_TIME) => Err(Closed::Stale),
        Freshness::Needed | Freshness::Any => Ok(present),
    })
}

impl Present {
    fn proved_within(&self, ctx: &Ctx, age: std::time::Duration) -> bool {
        let progress = Progress { proofs: self.session.proofs.clone(), ..Progress::default() };
        demand::not_fresh(&progress, &self.enrolled, ctx.now - age).is_none()
    }
}

/// Looking at a page counts as using the session.
pub async fn touch(ctx: &Ctx, visitor: &Visitor) -> Result<(), Fault> {
    match begin::live_session(ctx, visitor).await? {
        Some(session) => store::session::touch(ctx, &session).await.map(drop),
        None => Ok(()),
    }
}

/// Ends the browser's session with what was granted in it; answers whose it was to end.
pub async fn sign_out(ctx: &Ctx, visitor: &Visitor) -> Result<Option<Session>, Fault> {
    let Some(session) = begin::live_session(ctx, visitor).await? else { return Ok(None) };
    end::one(ctx, &session, Cause::SignedOut).await?;
    Ok(Some(session))
}

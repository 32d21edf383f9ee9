//! What happened to the account, for its owner: the audit events that mean something to them, newest first.

use std::net::IpAddr;

use super::{Closed, enter};
use crate::audit::{Event, EventKind, Outcome};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::interaction::begin::Visitor;
use crate::interaction::errand::Freshness;
use crate::store;

/// Events on one page.
const PAGE: usize = 20;

/// What members are told of. Everything else is bookkeeping between machines, or an operator's.
pub const TOLD: [EventKind; 32] = [
    EventKind::MemberCreated,
    EventKind::MemberUnlocked,
    EventKind::LetterIssued,
    EventKind::LetterUsed,
    EventKind::SignIn,
    EventKind::SecondStep,
    EventKind::Locked,
    EventKind::BirthDateConfirmed,
    EventKind::TermsAccepted,
    EventKind::MailVerified,
    EventKind::MailChanged,
    EventKind::MailDisowned,
    EventKind::MethodChosen,
    EventKind::PasswordSet,
    EventKind::MethodEnrolled,
    EventKind::MethodRenamed,
    EventKind::MethodRemoved,
    EventKind::SessionStarted,
    EventKind::SessionEnded,
    EventKind::SessionsEnded,
    EventKind::PasskeyCounterWentBack,
    EventKind::RecoveryCodesMade,
    EventKind::RescueAsked,
    EventKind::RescueAnswered,
    EventKind::UserIdAsked,
    EventKind::NewPhoneOffered,
    EventKind::NewPhoneAsked,
    EventKind::NewPhoneConfirmed,
    EventKind::BrowserRemembered,
    EventKind::ConsentRevoked,
    EventKind::CibaAllowed,
    EventKind::CibaDenied,
];

/// One event.
pub struct Line {
    /// When.
    pub at: Timestamp,
    /// What: the stored name of one of [`TOLD`].
    pub what: String,
    /// How it ended.
    pub outcome: Outcome,
    /// From where.
    pub address: Option<IpAddr>,
}

/// One page of events.
pub struct History {
    /// The events, newest first.
    pub lines: Vec<Line>,
    /// The number before which the next page lies; `None` on the last.
    pub older: Option<i64>,
}

/// The events before a number, or the newest.
pub async fn page(ctx: &Ctx, visitor: &Visitor, before: Option<i64>) -> Result<Result<History, Closed>, Fault> {
    let present = match enter(ctx, visitor, Freshness::Any).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    let limit = u64::try_from(PAGE + 1).unwrap_or(u64::MAX);
    let mut written = store::audit::newest_of(ctx, present.member.id, &TOLD, (before, limit)).await?;
    let more = written.len() > PAGE;
    written.truncate(PAGE);
    let older = written.last().filter(|_| more).map(|written| written.sequence);
    let lines = written.iter().filter_map(|written| {
        let event: Event = serde_json::from_str(&written.event).ok()?;
        Some(Line { at: event.at, what: event.kind.name(), outcome: event.outcome, address: event.address })
    });
    Ok(Ok(History { lines: lines.collect(), older }))
}

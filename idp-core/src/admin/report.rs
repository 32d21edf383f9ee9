//! How the journey goes for a whole realm: counts of a period, without personal data, from the audit log.
//!
//! A step is *entered* by a member when the one before it was done or something of the step itself happened, *done* with
//! its own event, and *abandoned* when it was entered, not done, and nothing happened for a day.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use serde::Serialize;

use crate::audit::{Event, EventKind, Outcome};
use crate::clock::{Timestamp, hours};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::MemberId;
use crate::store::{audit, desk};

/// Nothing for so long, and the member is taken to have given up.
const GIVEN_UP_AFTER: Duration = hours(24);
/// Events between two looks at the database.
const PAGE: u64 = 5_000;

/// A stage of the journey as the report counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The letter opened the journey.
    Letter,
    /// The date of birth.
    BirthDate,
    /// The terms of use.
    Terms,
    /// The mail address, proved.
    Mail,
    /// The choice of a method.
    Method,
    /// The new password.
    Password,
    /// The method, set up.
    Enrolment,
}

impl Stage {
    /// Every stage, in the order of the journey.
    pub const ALL: [Self; 7] =
        [Self::Letter, Self::BirthDate, Self::Terms, Self::Mail, Self::Method, Self::Password, Self::Enrolment];

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Letter => "letter",
            Self::BirthDate => "birth_date",
            Self::Terms => "terms",
            Self::Mail => "mail",
            Self::Method => "method",
            Self::Password => "password",
            Self::Enrolment => "enrolment",
        }
    }

    /// The stage an event belongs to.
    fn of(kind: EventKind) -> Option<Self> {
        // Most kinds of events are none of the journey, and every new one is not until it says so here.
        Self::ALL.into_iter().find(|stage| stage.kinds().contains(&kind))
    }

    const fn kinds(self) -> &'static [EventKind] {
        match self {
            Self::Letter => &[EventKind::LetterUsed],
            Self::BirthDate => &[EventKind::BirthDateConfirmed],
            Self::Terms => &[EventKind::TermsAccepted, EventKind::TermsDeclined],
            Self::Mail => &[EventKind::MailVerified],
            Self::Method => &[EventKind::MethodChosen],
            Self::Password => &[EventKind::PasswordSet],
            Self::Enrolment => &[EventKind::MethodEnrolled],
        }
    }
}

/// The counts of one stage.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct StageCount {
    /// Members who came to it.
    pub entered: u64,
    /// Members who finished it.
    pub done: u64,
    /// Members who came to it, did not finish it, and did nothing for a day.
    pub abandoned: u64,
    /// Half of those who finished it took at most so many seconds since the step before.
    pub median_seconds: Option<u64>,
    /// Answers that were refused.
    pub errors: u64,
}

/// The report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Stages in order.
    pub stages: Vec<(Stage, StageCount)>,
    /// Methods set up in the period, by name.
    pub methods: BTreeMap<String, u64>,
    /// Accounts that had to rest after wrong passwords.
    pub locks: u64,
    /// Sign-ins that were refused.
    pub refused_sign_ins: u64,
    /// Sessions that began.
    pub sessions: u64,
    /// Mails by how they ended.
    pub mails: BTreeMap<String, u64>,
}

/// Reports on what happened from `since` on and before `until`.
pub async fn report(ctx: &Ctx, since: Timestamp, until: Timestamp) -> Result<Report, Fault> {
    let mut tally = Tally::default();
    let mut after = 0;
    loop {
        let query = audit::Query { since: Some(since), until: Some(until), after, limit: PAGE, ..Default::default() };
        let page = audit::list(ctx, &query).await?;
        for written in &page {
            let event = serde_json::from_str(&written.event).map_err(|_| Fault::unreadable("audit event"))?;
            tally.add(&event);
            after = written.sequence;
        }
        if (page.len() as u64) < PAGE {
            break;
        }
    }
    let mails = desk::mail_states(ctx, since, until).await?;
    Ok(tally.finish(ctx.now, mails))
}

#[derive(Default)]
struct Tally {
    members: HashMap<MemberId, Track>,
    stages: HashMap<Stage, Counted>,
    report: Report,
}

#[derive(Default)]
struct Counted {
    errors: u64,
    seconds: Vec<u64>,
}

/// What one member did.
struct Track {
    last: Timestamp,
    progressed: Timestamp,
    entered: u8,
    done: u8,
}

impl Tally {
    fn add(&mut self, event: &Event) {
        match (event.kind, event.outcome) {
            (EventKind::Locked, _) => self.report.locks += 1,
            (EventKind::SignIn, Outcome::Refused) => self.report.refused_sign_ins += 1,
            (EventKind::SessionStarted, _) => self.report.sessions += 1,
            (EventKind::MethodEnrolled, Outcome::Done) => {
                let method = event.details.get("method").and_then(serde_json::Value::as_str).unwrap_or("other");
                *self.report.methods.entry(method.to_owned()).or_default() += 1;
            }
            (_, Outcome::Done | Outcome::Refused) => {}
        }
        let (Some(member), Some(stage)) = (event.member, Stage::of(event.kind)) else { return };
        // What operators moved in from elsewhere is nobody's journey.
        if event.actor.is_operator() {
            return;
        }
        let is_done = event.outcome == Outcome::Done && event.kind != EventKind::TermsDeclined;
        let first = Track { last: event.at, progressed: event.at, entered: 0, done: 0 };
        let track = self.members.entry(member).or_insert(first);
        let counted = self.stages.entry(stage).or_default();
        track.entered |= bit(stage);
        if is_done {
            if track.done & bit(stage) == 0 && stage != Stage::Letter {
                counted.seconds.push(event.at.since(track.progressed).as_secs());
            }
            track.done |= bit(stage);
            track.progressed = event.at;
            if let Some(next) = next(stage) {
                track.entered |= bit(next);
            }
        } else {
            counted.errors += 1;
        }
        track.last = event.at;
    }

    fn finish(mut self, now: Timestamp, mails: BTreeMap<String, u64>) -> Report {
        for stage in Stage::ALL {
            let mut counted = self.stages.remove(&stage).unwrap_or_default();
            counted.seconds.sort_unstable();
            let mut count = StageCount { errors: counted.errors, ..StageCount::default() };
            count.median_seconds = counted.seconds.get(counted.seconds.len() / 2).copied();
            for track in self.members.values() {
                let (entered, done) = (track.entered & bit(stage) != 0, track.done & bit(stage) != 0);
                // A later stage that was done shows that this one was not owed.
                let passed = track.done > bit(stage);
                count.entered += u64::from(done || (entered && !passed));
                count.done += u64::from(done);
                let is_idle = now.since(track.last) >= GIVEN_UP_AFTER;
                count.abandoned += u64::from(entered && !done && !passed && is_idle);
            }
            self.report.stages.push((stage, count));
        }
        self.report.mails = mails;
        self.report
    }
}

const fn bit(stage: Stage) -> u8 {
    1 << stage as u8
}

fn next(stage: Stage) -> Option<Stage> {
    Stage::ALL.into_iter().find(|other| *other > stage)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::actor::Actor;
    use crate::clock::minutes;

    fn event(member: u128, minute: u64, kind: EventKind, outcome: Outcome) -> Event {
        Event {
            at: Timestamp::from_millis(0) + minutes(minute),
            kind,
            member: Some(MemberId::from_uuid(Uuid::from_u128(member))),
            outcome,
            actor: Actor::Browser,
            address: None,
            details: serde_json::Value::Null,
        }
    }

    #[test]
    fn stages_are_counted_by_member_and_timed_from_the_step_before() {
        use EventKind::{BirthDateConfirmed, LetterUsed, TermsAccepted, TermsDeclined};
        use Outcome::{Done, Refused};

        let mut tally = Tally::default();
        for (member, minute, kind, outcome) in [
            (1, 0, LetterUsed, Done),
            (1, 1, BirthDateConfirmed, Refused),
            (1, 4, BirthDateConfirmed, Done),
            (1, 5, TermsAccepted, Done),
            (2, 10, LetterUsed, Done),
            (2, 12, BirthDateConfirmed, Done),
            (2, 13, TermsDeclined, Done),
            (3, 20, LetterUsed, Done),
            (3, 21, TermsAccepted, Done),
        ] {
            tally.add(&event(member, minute, kind, outcome));
        }
        let report = tally.finish(Timestamp::from_millis(0) + hours(48), BTreeMap::new());
        let of = |stage: Stage| report.stages.iter().find(|(other, _)| *other == stage).unwrap().1.clone();

        assert_eq!(of(Stage::Letter).done, 3);
        let expected = StageCount { entered: 2, done: 2, abandoned: 0, median_seconds: Some(240), errors: 1 };
        assert_eq!(of(Stage::BirthDate), expected);
        let terms = of(Stage::Terms);
        assert_eq!((terms.entered, terms.done, terms.abandoned, terms.errors), (3, 2, 1, 1));
        assert_eq!(of(Stage::Mail).abandoned, 2);
        assert_eq!(of(Stage::Enrolment), StageCount::default());
    }
}

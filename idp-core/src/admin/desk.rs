//! The desk: who a caller is, and where they are stuck. Nothing secret is shown, and every look is on record.

use serde::Serialize;
use serde_json::json;
use unicode_normalization::UnicodeNormalization;

use super::member::Record;
use crate::audit::{Event, EventKind, Outcome};
use crate::authn::throttle;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::MemberId;
use crate::interaction::decide::Next;
use crate::interaction::sitting::{self, Sitting};
use crate::member::Member;
use crate::store::{self, desk};
use crate::user_id::{UserId, UserIdNormal};

pub use crate::store::desk::{MailRecord, MethodRecord, SessionRecord};

/// Whom an operator means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// By the id on the letter.
    UserId(UserIdNormal),
    /// By the id inside the installation.
    Id(MemberId),
}

/// Where the member is in the journey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "where", rename_all = "snake_case")]
pub enum Whereabouts {
    /// A page waits for them in some browser.
    Sitting {
        /// The page that is next.
        at: String,
        /// When a page of it was last answered.
        seen_at: Timestamp,
        /// The application that asked.
        client: Option<String>,
    },
    /// No browser is under way; at the next sign-in this is the first step owed.
    Owes {
        /// The step.
        step: &'static str,
    },
    /// Nothing is owed.
    Done,
}

/// What the member was last told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LastSeen {
    /// The code of the error, as the page carried it; nothing where all went well.
    pub error: Option<&'static str>,
    /// What they did.
    pub kind: EventKind,
    /// When.
    pub at: Timestamp,
}

/// Wrong guesses, and the rest they led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lock {
    /// Wrong guesses since the last rest or success.
    pub failures: i64,
    /// Until when no password is looked at.
    pub until: Option<Timestamp>,
}

/// Everything the desk sees of a member.
#[derive(Debug, Clone)]
pub struct Desk {
    /// What is stored.
    pub record: Record,
    /// Where they are.
    pub whereabouts: Whereabouts,
    /// What they were last told.
    pub last_seen: Option<LastSeen>,
    /// Wrong guesses.
    pub lock: Lock,
    /// Methods that are set up.
    pub methods: Vec<MethodRecord>,
    /// The newest mails.
    pub mails: Vec<MailRecord>,
    /// Where they are signed in.
    pub sessions: Vec<SessionRecord>,
}

/// How a look ended.
#[derive(Debug, Clone)]
pub enum Look {
    /// There they are.
    Seen(Box<Desk>),
    /// They were deleted.
    Deleted {
        /// When.
        at: Timestamp,
    },
    /// The realm has no such member.
    NoSuchMember,
}

/// Looks at a member; the look itself is an event.
pub async fn look(ctx: &Ctx, who: &Who) -> Result<Look, Fault> {
    let member = match who {
        Who::UserId(user_id) => store::member::by_user_id(ctx, user_id).await?,
        Who::Id(id) => store::member::by_id(ctx, *id).await?,
    };
    let Some(member) = member else {
        let deleted = match who {
            Who::UserId(_) => None,
            Who::Id(id) => store::tombstone::deleted_at(ctx, *id).await?,
        };
        return Ok(deleted.map_or(Look::NoSuchMember, |at| Look::Deleted { at }));
    };

    let id = member.id;
    let desk = Desk {
        whereabouts: whereabouts(ctx, &member).await?,
        last_seen: desk::events(ctx, id).await?.iter().find_map(told),
        lock: lock(ctx, &member).await?,
        methods: desk::methods(ctx, id).await?,
        mails: desk::mails(ctx, id).await?,
        sessions: desk::sessions(ctx, id).await?,
        record: super::member::record(ctx, member).await?,
    };
    ctx.record(EventKind::MemberViewed, Some(id), Outcome::Done);
    Ok(Look::Seen(Box::new(desk)))
}

async fn whereabouts(ctx: &Ctx, member: &Member) -> Result<Whereabouts, Fault> {
    let sitting = Sitting::of_member(ctx, member.id).await?.filter(|sitting| sitting.seated.is_some());
    if let Some(sitting) = sitting {
        let at = match sitting.next(ctx) {
            Next::SecondStep(method) => Some(format!("second_step_{}", method.name())),
            Next::Step(step) => Some(step.name().to_owned()),
            Next::Consent => Some("consent".to_owned()),
            Next::Issue => Some("return_to_application".to_owned()),
            Next::Over | Next::Declined | Next::SignIn | Next::OutOfReach => None,
        };
        if let Some(at) = at {
            let client = match &sitting.interaction.request {
                Some((client, _)) => store::client::by_id(ctx, *client).await?.map(|client| client.name),
                None => None,
            };
            return Ok(Whereabouts::Sitting { at, seen_at: sitting.interaction.seen_at, client });
        }
    }
    let owed = sitting::owed_by(ctx, member).await?;
    Ok(owed.map_or(Whereabouts::Done, |step| Whereabouts::Owes { step: step.name() }))
}

async fn lock(ctx: &Ctx, member: &Member) -> Result<Lock, Fault> {
    let subject = throttle::account(ctx, member.user_id.normal());
    let counted = desk::guesses(ctx, &subject).await?;
    Ok(Lock {
        failures: counted.map_or(0, |(failures, _)| failures),
        until: counted.map(|(_, until)| until).filter(|until| *until > ctx.now),
    })
}

/// What an event made the member see; `None` for what others did to them.
fn told(event: &Event) -> Option<LastSeen> {
    let error = match (event.kind, event.outcome) {
        (EventKind::SignIn, Outcome::Refused) => Some("wrong_credentials"),
        (EventKind::Locked, Outcome::Done) if event.actor.is_operator() => return None,
        (EventKind::Locked, _) => Some("locked"),
        (EventKind::BirthDateConfirmed, Outcome::Refused) => Some("birth_date_wrong"),
        (EventKind::LetterVoided, Outcome::Done) if !event.details.is_null() => Some("letter_void"),
        (EventKind::SecondStep | EventKind::MethodEnrolled | EventKind::MailVerified, Outcome::Refused) => {
            Some("code_wrong")
        }
        (EventKind::TermsDeclined, _) => Some("terms_declined"),
        (_, Outcome::Refused | Outcome::Done) => None,
    };
    let by_them = !event.actor.is_operator();
    (by_them || error.is_some()).then_some(LastSeen { error, kind: event.kind, at: event.at })
}

/// A page of the members whom `text` may mean: user id or its beginning, name, kana, mail address, symbol-number, or
/// the id inside the installation. In the order of user ids, those after `after`.
pub async fn find(ctx: &Ctx, text: &str, after: Option<&UserIdNormal>, limit: u64) -> Result<Vec<Member>, Fault> {
    let folded: String = text.nfkc().collect();
    let bare: String = folded.split_whitespace().collect();
    if bare.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = desk::Wanted {
        id: bare.parse().ok(),
        user_id: UserId::parse(text).ok().map(|user_id| user_id.normal().as_str().to_owned()),
        kana: bare.chars().map(katakana).collect(),
        mail: bare.to_lowercase(),
        household: household(&bare),
        name: bare,
    };
    let found = desk::find(ctx, &wanted, after.map(UserIdNormal::as_str), limit).await?;
    let details = json!({ "found": found.len() });
    ctx.record_with(EventKind::MembersSearched, None, Outcome::Done, details);
    Ok(found)
}

fn katakana(c: char) -> char {
    match c {
        'ぁ'..='ゖ' => char::from_u32(u32::from(c) + 0x60).unwrap_or(c),
        other => other,
    }
}

/// `12-3456`: symbol and number.
fn household(text: &str) -> Option<(String, String)> {
    let (symbol, number) = text.split_once(['-', '・', '－'])?;
    (!symbol.is_empty() && !number.is_empty()).then(|| (symbol.to_owned(), number.to_owned()))
}

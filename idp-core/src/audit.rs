//! The audit log: one event per effect, written in its transaction and chained, so that a change is found.
//!
//! `hash[n] = SHA-256(hash[n-1] ‖ sequence as 8 bytes, big endian ‖ the event's JSON text)`, starting from 32 zero bytes.

pub mod checkpoint;
pub mod exported;
pub mod tally;

use std::net::IpAddr;

use aws_lc_rs::digest;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::clock::Timestamp;
use crate::id::MemberId;

/// How an effect ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It took place.
    Done,
    /// It was refused; what it asked for did not happen.
    Refused,
}

impl Outcome {
    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }
}

/// What happened. The stored name is the variant in snake case and is never changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each name says it")]
pub enum EventKind {
    RealmCreated,
    RealmChanged,
    TermsPublished,
    MemberCreated,
    MemberChanged,
    MemberDisabled,
    MemberEnabled,
    MemberUnlocked,
    MemberViewed,
    MembersSearched,
    MemberRenamed,
    MemberDeleted,
    LetterIssued,
    LetterPrinted,
    MemberLeft,
    MemberMovedIn,
    MemberExported,
    LetterVoided,
    LetterUsed,
    LetterDone,
    ClientCreated,
    ClientChanged,
    ClientSecretRotated,
    ClientDeleted,
    RegistrationTokenIssued,
    KeyCreated,
    KeyActivated,
    KeyRetired,
    Restored,
    InstallationKeyChanged,
    AuditTrimmed,
    AuditRead,
    SignIn,
    SecondStep,
    Locked,
    BirthDateConfirmed,
    TermsAccepted,
    TermsDeclined,
    MailSent,
    MailVerified,
    MailDisowned,
    MailChanged,
    MethodChosen,
    PasswordSet,
    MethodEnrolled,
    MethodRenamed,
    MethodRemoved,
    PasskeyCounterWentBack,
    RecoveryCodesMade,
    RecoveryCodesDeclined,
    RescueAsked,
    RescueAnswered,
    UserIdAsked,
    SessionStarted,
    SessionRaised,
    SessionEnded,
    SessionsEnded,
    NewPhoneOffered,
    NewPhoneAsked,
    NewPhoneConfirmed,
    BrowserRemembered,
    BrowserForgotten,
    LanguageChosen,
    CodeIssued,
    CodeRedeemed,
    CodeReplayed,
    TokenRevoked,
    TokensIssued,
    RequestPushed,
    ConsentGiven,
    ConsentDenied,
    ConsentRevoked,
    TokenRefreshed,
    RefreshTokenReused,
    TokenExchanged,
    DeviceAsked,
    DeviceAllowed,
    DeviceDenied,
    DeviceRedeemed,
    CibaAsked,
    CibaAllowed,
    CibaDenied,
    CibaRedeemed,
}

impl EventKind {
    /// The stored name.
    pub fn name(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(name)) => name,
            Ok(_) | Err(_) => String::new(),
        }
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: EventKind,
    /// Whom it concerns.
    pub member: Option<MemberId>,
    /// How it ended.
    pub outcome: Outcome,
    /// Who did it.
    pub actor: Actor,
    /// From where.
    pub address: Option<IpAddr>,
    /// More, without secrets.
    pub details: serde_json::Value,
}

/// The end of a realm's chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The last event's number; zero before the first.
    pub sequence: i64,
    /// The last event's hash.
    pub hash: Vec<u8>,
}

impl Head {
    /// Before the first event.
    pub fn start() -> Self {
        Self { sequence: 0, hash: vec![0; 32] }
    }

    /// The head after one more event with this JSON text.
    pub fn after(&self, event: &str) -> Self {
        let sequence = self.sequence + 1;
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(&self.hash);
        context.update(&sequence.to_be_bytes());
        context.update(event.as_bytes());
        Self { sequence, hash: context.finish().as_ref().to_vec() }
    }
}

/// An event as it stands in the table.
#[derive(Debug, Clone)]
pub struct Written {
    /// Its number, from 1.
    pub sequence: i64,
    /// Its JSON text, byte for byte what was hashed.
    pub event: String,
    /// Its hash.
    pub hash: Vec<u8>,
    /// The columns that stand beside the text for searching: instant, kind, member.
    pub columns: (Timestamp, String, Option<MemberId>),
}

/// What a check of the chain found wrong first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "finding")]
pub enum Finding {
    /// An event is missing, doubled or out of order.
    Gap {
        /// The number expected here.
        expected: i64,
        /// The number found.
        found: i64,
    },
    /// An event was changed, or one before it.
    Changed {
        /// Its number.
        sequence: i64,
    },
    /// The chain is whole and is not the one a checkpoint was signed for: it was computed anew.
    Rewritten {
        /// The checkpoint's number.
        sequence: i64,
    },
    /// Events are missing at the beginning, and no event says that retention removed them.
    Beheaded {
        /// The last number missing.
        through: i64,
    },
    /// An event stands behind the recorded end of the chain.
    Appended {
        /// Its number.
        sequence: i64,
    },
    /// The chain ends before the recorded head: its tail was cut.
    Cut {
        /// The last number found.
        found: i64,
        /// The last number recorded.
        recorded: i64,
    },
}

/// Walks a chain event by event.
pub struct Verifier {
    head: Head,
    base: Head,
    count: i64,
    /// Whether an event said that everything up to the base was removed.
    base_is_told: bool,
    checkpoints: Vec<(i64, String)>,
}

impl Default for Verifier {
    fn default() -> Self {
        Self::from(Head::start())
    }
}

impl Verifier {
    /// Begins after the last event that retention removed.
    pub fn from(base: Head) -> Self {
        let base_is_told = base == Head::start();
        Self { head: base.clone(), base, count: 0, base_is_told, checkpoints: Vec::new() }
    }

    /// Compares with what was signed, too. A checkpoint from before the beginning cannot be compared and is left out.
    #[must_use]
    pub fn against(mut self, checkpoints: &[checkpoint::Checkpoint]) -> Self {
        let known = checkpoints.iter().filter(|checkpoint| checkpoint.sequence >= self.base.sequence);
        self.checkpoints = known.map(|checkpoint| (checkpoint.sequence, checkpoint.hash.clone())).collect();
        self
    }

    /// Checks the next event.
    pub fn next(&mut self, written: &Written) -> Result<(), Finding> {
        let expected = self.head.after(&written.event);
        if written.sequence != expected.sequence {
            return Err(Finding::Gap { expected: expected.sequence, found: written.sequence });
        }
        let changed = Finding::Changed { sequence: written.sequence };
        let Ok(event) = serde_json::from_str::<Event>(&written.event) else { return Err(changed) };
        let columns = (event.at, event.kind.name(), event.member);
        if written.hash != expected.hash || written.columns != columns {
            return Err(changed);
        }
        self.head = expected;
        self.count += 1;
        self.base_is_told = self.base_is_told || self.tells_base(&event);
        self.compare()
    }

    fn tells_base(&self, event: &Event) -> bool {
        let said = |name: &str| event.details.get(name);
        event.kind == EventKind::AuditTrimmed
            && said("through").and_then(serde_json::Value::as_i64) == Some(self.base.sequence)
            && said("hash").and_then(serde_json::Value::as_str) == Some(checkpoint::hex(&self.base.hash).as_str())
    }

    fn compare(&self) -> Result<(), Finding> {
        let here = checkpoint::hex(&self.head.hash);
        let sequence = self.head.sequence;
        let differs = self.checkpoints.iter().any(|(at, hash)| *at == sequence && *hash != here);
        if differs { Err(Finding::Rewritten { sequence }) } else { Ok(()) }
    }

    /// Compares the end with the recorded head; answers how many events were good.
    pub fn finish(&self, recorded: &Head) -> Result<i64, Finding> {
        if self.head.sequence < recorded.sequence {
            return Err(Finding::Cut { found: self.head.sequence, recorded: recorded.sequence });
        }
        if self.head != *recorded {
            return Err(Finding::Changed { sequence: self.head.sequence });
        }
        let last = self.checkpoints.iter().map(|(sequence, _)| *sequence).max().unwrap_or(0);
        if last > self.head.sequence {
            return Err(Finding::Cut { found: self.head.sequence, recorded: last });
        }
        if !self.base_is_told {
            return Err(Finding::Beheaded { through: self.base.sequence });
        }
        self.compare()?;
        Ok(self.count)
    }
}

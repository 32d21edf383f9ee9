//! A letter: the notice with a member's initial secret.
//!
//! | from \ event | sign-in | new password set | void, reissue | 30 days |
//! |---|---|---|---|---|
//! | issued | used | done | void | expired |
//! | used | used | done | void | expired |
//! | done, void | – | – | – | – |
//!
//! The secret opens the journey as often as needed until it is exchanged for a password of the member's own; that
//! exchange happens once.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::{LetterId, MemberId};
use crate::letter_secret::LetterSecret;
use crate::secret::{Hashed, LetterPassword, Vault};

/// Birth-date guesses that one letter allows, over all ceremonies, restarts and nodes.
pub const BIRTH_DATE_GUESSES: i64 = 5;

/// What a letter is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The first login.
    FirstLogin,
    /// A new second step in the place of all earlier ones, together with a proof of the mail address.
    ReEnrol,
}

impl Purpose {
    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FirstLogin => "first_login",
            Self::ReEnrol => "re_enrol",
        }
    }

    /// Reads the stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::FirstLogin, Self::ReEnrol].into_iter().find(|purpose| purpose.name() == name)
    }
}

/// Why a letter was voided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoidReason {
    /// A newer letter took its place.
    Reissued,
    /// The birth date was guessed wrongly too often.
    BirthDateGuesses,
    /// An operator said so.
    Operator,
}

impl VoidReason {
    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reissued => "reissued",
            Self::BirthDateGuesses => "birth_date_guesses",
            Self::Operator => "operator",
        }
    }

    /// Reads the stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Reissued, Self::BirthDateGuesses, Self::Operator].into_iter().find(|reason| reason.name() == name)
    }
}

/// Where a letter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LetterState {
    /// Made; nobody has signed in with it.
    Issued,
    /// Somebody signed in with it; the journey is under way.
    Used {
        /// First sign-in.
        at: Timestamp,
    },
    /// Exchanged for a password of the member's own.
    Done {
        /// When.
        at: Timestamp,
    },
    /// No longer good.
    Void {
        /// When.
        at: Timestamp,
        /// Why.
        reason: VoidReason,
    },
}

impl LetterState {
    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Used { .. } => "used",
            Self::Done { .. } => "done",
            Self::Void { .. } => "void",
        }
    }
}

/// One letter.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Its identifier.
    pub id: LetterId,
    /// Whose it is.
    pub member: MemberId,
    /// What it is for.
    pub purpose: Purpose,
    /// Where it stands.
    pub state: LetterState,
    /// Hash of the secret.
    pub secret: Hashed<LetterPassword>,
    /// Wrong answers to the birth-date question so far.
    pub birth_date_guesses: i64,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it stops being good.
    pub expires_at: Timestamp,
}

/// Whether a letter opens the journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Openness {
    /// It does.
    Open,
    /// Its time is over.
    Expired,
    /// It was exchanged or voided.
    Ended,
}

impl Letter {
    /// Whether it opens the journey now.
    pub fn openness(&self, now: Timestamp) -> Openness {
        match self.state {
            LetterState::Done { .. } | LetterState::Void { .. } => Openness::Ended,
            LetterState::Issued | LetterState::Used { .. } if now >= self.expires_at => Openness::Expired,
            LetterState::Issued | LetterState::Used { .. } => Openness::Open,
        }
    }
}

/// How long a letter is good where the realm says nothing else.
pub const LETTER_LIFETIME: Duration = crate::clock::days(30);

/// What rests of a letter's secret: bound to its member, so that the same secret never hashes alike for two.
pub fn hash_of(vault: &Vault, member: MemberId, secret: &LetterSecret) -> Hashed<LetterPassword> {
    vault.hash_within(member.uuid().as_bytes(), secret.as_bytes())
}

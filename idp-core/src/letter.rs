//! A letter: the notice with a member's initial secret.
//!
//! | from \ event | printed | sign-in | new password set | void, reissue | 30 days |
//! |---|---|---|---|---|---|
//! | issued | printed | used | done | void | expired |
//! | printed | – | used | done | void | expired |
//! | used | – | used | done | void | expired |
//! | done, void | – | – | – | – | – |
//!
//! The secret rests sealed from the making to the printing, so that a print run that breaks off can be taken up again;
//! with any other state only its hash is left.
//!
//! The secret opens the journey as often as needed until it is exchanged for a password of the member's own; that
//! exchange happens once.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::{LetterBatchId, LetterId, MemberId};
use crate::letter_secret::LetterSecret;
use crate::secret::{Hashed, LetterPassword, Sealed, Vault};

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
    /// It did not reach the member.
    NotReceived,
    /// The member left the society.
    Left,
}

impl VoidReason {
    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reissued => "reissued",
            Self::BirthDateGuesses => "birth_date_guesses",
            Self::Operator => "operator",
            Self::NotReceived => "not_received",
            Self::Left => "left",
        }
    }

    /// Reads the stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Reissued, Self::BirthDateGuesses, Self::Operator, Self::NotReceived, Self::Left]
            .into_iter()
            .find(|reason| reason.name() == name)
    }
}

/// Where a letter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LetterState {
    /// Made; the secret has not been told to anybody yet.
    Issued,
    /// The secret was told: on paper, in a file, or on the operator's screen.
    Printed {
        /// When.
        at: Timestamp,
    },
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

/// What happens to a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterEvent {
    /// Its secret was told.
    Printed,
    /// Somebody signed in with it.
    SignedIn,
    /// It was exchanged for a password.
    PasswordSet,
    /// It is not to be good any more.
    Voided(VoidReason),
}

impl LetterState {
    /// The state after an event at `now`; `None` where the event does not touch a letter in this state.
    pub const fn after(self, event: LetterEvent, now: Timestamp) -> Option<Self> {
        match (self, event) {
            (Self::Issued, LetterEvent::Printed) => Some(Self::Printed { at: now }),
            (Self::Issued | Self::Printed { .. }, LetterEvent::SignedIn) => Some(Self::Used { at: now }),
            (Self::Used { at }, LetterEvent::SignedIn) => Some(Self::Used { at }),
            (Self::Issued | Self::Printed { .. } | Self::Used { .. }, LetterEvent::PasswordSet) => {
                Some(Self::Done { at: now })
            }
            (Self::Issued | Self::Printed { .. } | Self::Used { .. }, LetterEvent::Voided(reason)) => {
                Some(Self::Void { at: now, reason })
            }
            (Self::Printed { .. } | Self::Used { .. }, LetterEvent::Printed)
            | (Self::Done { .. } | Self::Void { .. }, _) => None,
        }
    }

    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Printed { .. } => "printed",
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
    /// The batch it was made in.
    pub batch: Option<LetterBatchId>,
    /// The secret, until it is told.
    pub kept: Option<Sealed<LetterPassword>>,
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
            LetterState::Issued | LetterState::Printed { .. } | LetterState::Used { .. } if now >= self.expires_at => {
                Openness::Expired
            }
            LetterState::Issued | LetterState::Printed { .. } | LetterState::Used { .. } => Openness::Open,
        }
    }
}

/// What letters were made together for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchOrigin {
    /// The new members of a file.
    Import,
    /// Everybody who had no way in.
    Missing,
}

impl BatchOrigin {
    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Missing => "missing",
        }
    }

    /// Reads the stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Import, Self::Missing].into_iter().find(|origin| origin.name() == name)
    }
}

/// Letters that were made together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterBatch {
    /// Its identifier.
    pub id: LetterBatchId,
    /// What they were made for.
    pub origin: BatchOrigin,
    /// The operator who had them made.
    pub made_by: String,
    /// When.
    pub created_at: Timestamp,
}

/// How long a letter is good where the realm says nothing else.
pub const LETTER_LIFETIME: Duration = crate::clock::days(30);

/// What rests of a letter's secret: bound to its member, so that the same secret never hashes alike for two.
pub fn hash_of(vault: &Vault, member: MemberId, secret: &LetterSecret) -> Hashed<LetterPassword> {
    vault.hash_within(member.uuid().as_bytes(), secret.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEN: Timestamp = Timestamp::from_millis(1_000);
    const NOW: Timestamp = Timestamp::from_millis(2_000);

    /// Every state with every event, as the table above has them.
    #[test]
    fn every_cell_of_the_table_is_as_it_says() {
        let reason = VoidReason::Reissued;
        let states = [
            LetterState::Issued,
            LetterState::Printed { at: THEN },
            LetterState::Used { at: THEN },
            LetterState::Done { at: THEN },
            LetterState::Void { at: THEN, reason: VoidReason::Operator },
        ];
        let events =
            [LetterEvent::Printed, LetterEvent::SignedIn, LetterEvent::PasswordSet, LetterEvent::Voided(reason)];
        let cell = |state: LetterState, event| state.after(event, NOW);
        let table: Vec<Vec<Option<&str>>> = states
            .iter()
            .map(|state| events.iter().map(|event| cell(*state, *event).map(|after| after.name())).collect())
            .collect();
        assert_eq!(
            table,
            [
                [Some("printed"), Some("used"), Some("done"), Some("void")],
                [None, Some("used"), Some("done"), Some("void")],
                [None, Some("used"), Some("done"), Some("void")],
                [None, None, None, None],
                [None, None, None, None],
            ]
        );
        // The first sign-in is the one that is remembered.
        assert_eq!(cell(LetterState::Used { at: THEN }, LetterEvent::SignedIn), Some(LetterState::Used { at: THEN }));
        assert_eq!(cell(LetterState::Issued, LetterEvent::SignedIn), Some(LetterState::Used { at: NOW }));
    }
}

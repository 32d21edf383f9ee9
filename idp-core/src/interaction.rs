//! One login in progress: which application asked, in which browser, who it is about to be and what was proved so far.
//!
//! No session exists before every owed step is done; until then the proofs stand here.

pub mod begin;
pub mod consent;
pub mod decide;
pub mod demand;
pub mod errand;
pub mod finish;
pub mod sitting;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use self::errand::Errand;
use crate::clock::{Timestamp, hours, minutes};
use crate::credential::Method;
use crate::credential::passkey::KeyHome;
use crate::id::{ClientRowId, CredentialId, InteractionId, LetterId, MemberId};
use crate::oidc::authorize::AuthorizationRequest;
use crate::secret::{BrowserSecret, Hashed};

/// How long an unfinished interaction is kept: a mailed link is good for as long.
pub const INTERACTION_LIFETIME: Duration = hours(24);
/// How long a proof carries an idle interaction before the member is asked to sign in again.
pub const PROOF_IDLE: Duration = minutes(30);

/// What was proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Evidence {
    /// The secret of a letter; opens the journey and nothing else.
    Letter {
        /// Which letter.
        id: LetterId,
    },
    /// Symbol, number and birth date; opens the journey and nothing else.
    Pattern,
    /// The member's own password.
    Password,
    /// A code sent to the verified address.
    MailCode,
    /// A code of an authenticator app.
    App {
        /// Which app.
        id: CredentialId,
    },
    /// A passkey, whose authenticator verified its holder: password and second step in one.
    Passkey {
        /// Which passkey.
        id: CredentialId,
        /// Where its key lives.
        key: KeyHome,
    },
    /// A recovery code.
    RecoveryCode,
    /// A code sent to the verified address in the place of something stronger, where the realm allows it.
    MailFallback,
    /// The mailed code or link of a forgotten password: opens the choice of a new one and nothing else.
    Rescue,
}

/// What was proved, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// What.
    #[serde(flatten)]
    pub evidence: Evidence,
    /// When.
    pub at: Timestamp,
}

/// What happened in this sitting beside the proofs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// What was proved, in order.
    pub proofs: Vec<Proof>,
    /// The first login ended here: the completion page is shown until it is left.
    pub completed: Completion,
    /// Recovery codes are worth offering here.
    pub recovery_codes: RecoveryOffer,
    /// "Sign out from all other devices" was asked for; done when the session starts.
    pub sign_out_others: SignOutOthers,
    /// Who pressed "allow" on the consent page of this sitting.
    pub consented: Option<MemberId>,
    /// Whether a passkey of this device is offered, after one of another device signed in.
    pub passkey_offer: PasskeyOffer,
    /// The method that was added here, for an errand that asked for it.
    pub added: Option<Method>,
}

/// Whether the first login was completed in this sitting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Completion {
    /// Nothing was completed here.
    #[default]
    Not,
    /// The new password was set here and the completion page has not been left.
    Shown,
    /// The completion page was left with "continue".
    Left,
}

/// Whether recovery codes are worth offering in this sitting; the realm and what the member has decide about the rest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryOffer {
    /// Nothing happened that makes them so.
    #[default]
    Not,
    /// A method was set up, or the last code was used.
    Due,
}

/// Whether other devices are signed out when this interaction ends well.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignOutOthers {
    /// They stay.
    #[default]
    Keep,
    /// They go.
    Wanted,
}

/// Whether a passkey of this device is offered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasskeyOffer {
    /// It is not.
    #[default]
    Not,
    /// It is, and waits for its answer.
    Open,
}

impl Progress {
    /// When the evidence that `wanted` picks was last given.
    pub fn last(&self, wanted: impl Fn(&Evidence) -> bool) -> Option<Timestamp> {
        self.proofs.iter().rev().find(|proof| wanted(&proof.evidence)).map(|proof| proof.at)
    }

    /// The proof that everything rests on: the last password of any kind, or the last passkey where there was none.
    pub fn primary(&self) -> Option<Proof> {
        let given = || self.proofs.iter().rev().copied();
        let password = given().find(|proof| match proof.evidence {
            Evidence::Letter { .. } | Evidence::Pattern | Evidence::Password | Evidence::Rescue => true,
            Evidence::MailCode
            | Evidence::App { .. }
            | Evidence::Passkey { .. }
            | Evidence::RecoveryCode
            | Evidence::MailFallback => false,
        });
        password.or_else(|| given().find(|proof| matches!(proof.evidence, Evidence::Passkey { .. })))
    }
}

/// Where an interaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// In progress.
    Open,
    /// Answered with a code or at the account: cannot be used again.
    Answered,
    /// The member declined (the terms, the consent).
    Declined,
}

impl State {
    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Declined => "declined",
        }
    }

    /// Reads the stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Open, Self::Answered, Self::Declined].into_iter().find(|state| state.name() == name)
    }
}

/// One login in progress.
#[derive(Debug, Clone)]
pub struct Interaction {
    /// Its identifier; every form of its pages carries it.
    pub id: InteractionId,
    /// The browser it belongs to; another browser never sees it.
    pub browser: Hashed<BrowserSecret>,
    /// The application that asked, with its request; `None` when the member came by themselves.
    pub request: Option<(ClientRowId, AuthorizationRequest)>,
    /// What the member who came by themselves is about to do.
    pub errand: Option<Errand>,
    /// Where it stands.
    pub state: State,
    /// Who proved to be this member here.
    pub member: Option<MemberId>,
    /// What was proved and done.
    pub progress: Progress,
    /// When it began.
    pub created_at: Timestamp,
    /// When a page of it was last answered.
    pub seen_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Interaction {
    /// Whether pages of it can still be answered.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.state == State::Open && now < self.expires_at
    }

    /// Whether what was proved in it still counts.
    pub fn proofs_are_fresh(&self, now: Timestamp) -> bool {
        now.since(self.seen_at) < PROOF_IDLE
    }
}

//! The facts the journey is decided by. They are what is stored; nobody stores a step number.

use crate::credential::Method;
use crate::interaction::{Completion, PasskeyOffer};

/// What is known of the member's mail address in this sitting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailFact {
    /// Mail to the address reaches the member, and where the sign-in was weak, that was proved in this very sitting.
    Proved,
    /// A link and a code are on their way.
    Waiting,
    /// Nothing was sent.
    Unproved,
}

/// What is known of the member's password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordFact {
    /// The member signed in with the society's initial secret.
    Initial,
    /// An operator asked for a new one.
    ToBeReplaced,
    /// The member forgot it, and answered the mail that brings a new one.
    Forgotten,
    /// It is the member's own.
    Own,
}

/// What a member with an account came to set up beside what they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adding {
    /// This method, here.
    Here(Method),
    /// A passkey, on a new phone.
    OnNewPhone,
}

/// Whether a proof to the verified address is fresh enough to set a method up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailProof {
    /// Given in this browser within half an hour.
    Fresh,
    /// Older, or given elsewhere.
    Stale,
}

/// Whether the second step may be left out in this browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrowserFact {
    /// The member took it here some days ago and asked to be spared it for a while.
    Remembered,
    /// It may not.
    Unknown,
}

/// Whether the member is asked for a birth date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BirthDateFact {
    /// The society told none.
    Unknown,
    /// Told, and not yet answered.
    Unconfirmed,
    /// Answered rightly.
    Confirmed,
}

/// Whether the member is offered recovery codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecoveryFact {
    /// The realm offers them to whoever has such a second step, and the member has none left and has not declined.
    Offered,
    /// There is nothing to offer.
    Settled,
}

/// Whether a mailed code may stand in for a stronger second step in this sitting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FallbackFact {
    /// The realm allows it, the application is content with it, and the member came with their own password.
    Offered,
    /// It may not.
    Off,
}

/// Which letter the sitting rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterFact {
    /// None, or one for the first login: what is set up stays.
    Ordinary,
    /// One for a new second step: what is set up no longer counts, the mail address has to be proved here.
    ReEnrol,
}

/// Everything the onboarding table asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The birth date.
    pub birth_date: BirthDateFact,
    /// The newest version of the terms; zero where the realm has none.
    pub terms_in_force: i64,
    /// The version accepted; zero for none.
    pub terms_accepted: i64,
    /// The mail address.
    pub mail: MailFact,
    /// The second steps the realm offers.
    pub offered: Vec<Method>,
    /// The second step the member chose.
    pub chosen: Option<Method>,
    /// The second steps the member has set up; none of them counts under a letter for a new one.
    pub enrolled: Vec<Method>,
    /// The password.
    pub password: PasswordFact,
    /// Whether the first login ended in this sitting.
    pub completion: Completion,
    /// The proof to the mail address.
    pub mail_proof: MailProof,
    /// What the member came to add, until it is added.
    pub adding: Option<Adding>,
    /// The browser.
    pub browser: BrowserFact,
    /// Whether a passkey of this device is offered.
    pub passkey_offer: PasskeyOffer,
    /// Recovery codes.
    pub recovery: RecoveryFact,
    /// A mailed code in the place of something stronger.
    pub fallback: FallbackFact,
    /// The letter.
    pub letter: LetterFact,
}

impl Facts {
    /// The second steps that may be taken, strongest first. A mailed code stands in for nothing stronger.
    pub fn second_steps(&self) -> Vec<Method> {
        let strongest = self.enrolled.first();
        let may = |method: &Method| match method {
            Method::Passkey | Method::App => true,
            Method::Mail => strongest == Some(&Method::Mail),
        };
        self.enrolled.iter().copied().filter(may).collect()
    }

    /// Whether the member has a method that stands on its own beside the password, so that it answers for what is added.
    pub fn is_strong(&self) -> bool {
        self.enrolled.iter().any(|method| match method {
            Method::Passkey | Method::App => true,
            Method::Mail => false,
        })
    }

    /// The method to set up: the chosen one while there is none, or a further one that the member came for.
    pub fn to_enrol(&self) -> Option<Method> {
        if let Some(Adding::Here(method)) = self.adding
            && self.offered.contains(&method)
        {
            return Some(method);
        }
        self.chosen.filter(|_| self.enrolled.is_empty()).filter(|chosen| self.offered.contains(chosen))
    }
}

//! A rescue: the way back by mail for whoever forgot the password or is locked out. Begun with a user id that nobody
//! vouches for, so that one is begun for every id alike; a mail goes out where a verified address is known.
//!
//! | from \ event | right code, click on the link | newer one, "not me", everything ended | 30 minutes |
//! |---|---|---|---|
//! | pending | answered | void | (row is deleted) |
//! | answered, void | – | – | – |

use std::time::Duration;

use crate::clock::{Timestamp, minutes};
use crate::id::{CeremonyId, InteractionId, MemberId};
use crate::secret::{BrowserSecret, Hashed, LinkSecret, MailedCode, ThrottleSubject};

/// How long the link is good.
pub const RESCUE_LIFETIME: Duration = minutes(30);

/// What an answer brings about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RescuePurpose {
    /// The member may set a new password in the browser that asked.
    Password,
    /// Guesses are looked at again, and the browser that asked counts its own.
    Unlock,
}

impl RescuePurpose {
    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Unlock => "unlock",
        }
    }

    /// Reads the stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Password, Self::Unlock].into_iter().find(|purpose| purpose.name() == name)
    }
}

/// Where a rescue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RescueState {
    /// Waits for its answer.
    Pending,
    /// Was answered rightly.
    Answered,
    /// Can no longer be answered.
    Void,
}

impl RescueState {
    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Answered => "answered",
            Self::Void => "void",
        }
    }

    /// Reads the stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Pending, Self::Answered, Self::Void].into_iter().find(|state| state.name() == name)
    }
}

/// One rescue.
#[derive(Debug, Clone)]
pub struct Rescue {
    /// Its identifier.
    pub id: CeremonyId,
    /// What an answer brings about.
    pub purpose: RescuePurpose,
    /// The interaction that waits.
    pub interaction: InteractionId,
    /// The browser that asked.
    pub browser: Hashed<BrowserSecret>,
    /// The typed user id, as mails for it are counted.
    pub subject: Hashed<ThrottleSubject>,
    /// Whose it is; `None` where no mail went out.
    pub member: Option<MemberId>,
    /// Where it stands.
    pub state: RescueState,
    /// Hash of the mailed code, bound to this rescue.
    pub code: Hashed<MailedCode>,
    /// Hash of the mailed link's secret.
    pub link: Hashed<LinkSecret>,
    /// Two digits that the waiting page and the link's page both show: whoever sees another number is being tricked.
    pub match_number: String,
    /// The browser that asked, as it calls itself.
    pub user_agent: Option<String>,
    /// Codes looked at so far.
    pub guesses: i64,
    /// When it began.
    pub created_at: Timestamp,
    /// When its code stops being good.
    pub code_expires_at: Timestamp,
    /// When its link, and the whole of it, stops being good.
    pub expires_at: Timestamp,
}

impl Rescue {
    /// Whether its link can still be answered.
    pub fn is_pending(&self, now: Timestamp) -> bool {
        self.state == RescueState::Pending && now < self.expires_at
    }

    /// When "send again" is open.
    pub fn resend_at(&self) -> Timestamp {
        self.created_at + crate::ceremony::RESEND_AFTER
    }
}

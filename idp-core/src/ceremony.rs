//! A ceremony: a challenge and its answer, bound to one member, one browser and one purpose, answered once.
//!
//! | from \ event | right answer | newer one, address changed, not me | time over |
//! |---|---|---|---|
//! | pending | answered | void | (row is deleted) |
//! | answered, void | – | – | – |

use std::time::Duration;

use crate::clock::{Timestamp, hours, minutes};
use crate::id::{CeremonyId, InteractionId, MemberId};
use crate::mail_address::MailAddress;
use crate::secret::{AppSecret, BrowserSecret, Hashed, LinkSecret, MailedCode, Sealed};

/// How long a mailed code is good.
pub const CODE_LIFETIME: Duration = minutes(10);
/// How long the link that verifies an address is good.
pub const LINK_LIFETIME: Duration = hours(24);
/// How many wrong codes one ceremony looks at.
pub const CODE_GUESSES: i64 = 5;
/// How long to wait before "send again".
pub const RESEND_AFTER: Duration = Duration::from_secs(60);
/// How many codes one member may ask for within an hour.
pub const SENDS_PER_HOUR: u64 = 10;
/// How long the set-up of an app may take.
pub const APP_SETUP_LIFETIME: Duration = hours(1);

/// What an answer brings about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CeremonyKind {
    /// The address is the member's (link and code).
    VerifyMail,
    /// The new address of a member who is signed in is theirs (link and code).
    ChangeMail,
    /// The member signs in, or proves the verified address again (code).
    SignInCode,
    /// The member signs in with a mailed code in the place of something stronger (code).
    FallbackCode,
    /// Mailed codes become the member's method (code).
    EnrolMail,
    /// An authenticator app becomes the member's method.
    EnrolApp,
}

impl CeremonyKind {
    const ALL: [Self; 6] =
        [Self::VerifyMail, Self::ChangeMail, Self::SignInCode, Self::FallbackCode, Self::EnrolMail, Self::EnrolApp];

    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::VerifyMail => "verify_mail",
            Self::ChangeMail => "change_mail",
            Self::SignInCode => "sign_in_code",
            Self::FallbackCode => "fallback_code",
            Self::EnrolMail => "enrol_mail",
            Self::EnrolApp => "enrol_app",
        }
    }

    /// Reads the stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Where a ceremony stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CeremonyState {
    /// Waits for its answer.
    Pending,
    /// Was answered rightly.
    Answered {
        /// When.
        at: Timestamp,
    },
    /// Can no longer be answered.
    Void,
}

impl CeremonyState {
    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Answered { .. } => "answered",
            Self::Void => "void",
        }
    }
}

/// One ceremony.
#[derive(Debug, Clone)]
pub struct Ceremony {
    /// Its identifier.
    pub id: CeremonyId,
    /// What an answer brings about.
    pub kind: CeremonyKind,
    /// Whose it is.
    pub member: MemberId,
    /// The interaction it belongs to.
    pub interaction: Option<InteractionId>,
    /// The browser that asked for it.
    pub browser: Hashed<BrowserSecret>,
    /// Where it stands.
    pub state: CeremonyState,
    /// Where the mail went.
    pub address: Option<MailAddress>,
    /// Hash of the mailed code, bound to this ceremony.
    pub code: Option<Hashed<MailedCode>>,
    /// Hash of the mailed link's secret.
    pub link: Option<Hashed<LinkSecret>>,
    /// The secret of an app that is being set up.
    pub app_secret: Option<Sealed<AppSecret>>,
    /// Codes looked at so far.
    pub guesses: i64,
    /// When it began.
    pub created_at: Timestamp,
    /// When its code stops being good.
    pub code_expires_at: Timestamp,
    /// When its link, and the whole of it, stops being good.
    pub expires_at: Timestamp,
}

impl Ceremony {
    /// Whether its link can still be answered.
    pub fn is_pending(&self, now: Timestamp) -> bool {
        self.state == CeremonyState::Pending && now < self.expires_at
    }

    /// When "send again" is open.
    pub fn resend_at(&self) -> Timestamp {
        self.created_at + RESEND_AFTER
    }
}

//! A challenge for an authenticator and everything its answer is bound to. Taken once, within five minutes.
//!
//! | from \ event | any answer | newer password, "not me" | time over |
//! |---|---|---|---|
//! | waiting | taken (row is deleted) | row is deleted | row is deleted |

use std::time::Duration;

use crate::clock::{Timestamp, minutes};
use crate::id::{CeremonyId, InteractionId, MemberId};
use crate::secret::{BrowserSecret, Hashed, PasskeyCeremonyState, Sealed};

/// How long an authenticator may take.
pub const PASSKEY_LIFETIME: Duration = minutes(5);

/// What the answer brings about, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A passkey is set up for this member.
    Enrol(MemberId),
    /// Whoever holds a passkey signs in.
    SignIn,
    /// This member takes the second step.
    SecondStep(MemberId),
}

impl Purpose {
    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enrol(_) => "enrol",
            Self::SignIn => "sign_in",
            Self::SecondStep(_) => "second_step",
        }
    }

    /// Whose it is.
    pub const fn member(self) -> Option<MemberId> {
        match self {
            Self::Enrol(member) | Self::SecondStep(member) => Some(member),
            Self::SignIn => None,
        }
    }

    /// Reads the stored form.
    pub fn from_stored(name: &str, member: Option<MemberId>) -> Option<Self> {
        match (name, member) {
            ("enrol", Some(member)) => Some(Self::Enrol(member)),
            ("sign_in", None) => Some(Self::SignIn),
            ("second_step", Some(member)) => Some(Self::SecondStep(member)),
            (_, _) => None,
        }
    }
}

/// One challenge.
pub struct PasskeyCeremony {
    /// Its identifier; the answer carries it.
    pub id: CeremonyId,
    /// What it is for.
    pub purpose: Purpose,
    /// The interaction it belongs to; `None` when the sign-in page was opened without one, or on the account pages.
    pub interaction: Option<InteractionId>,
    /// The browser that asked.
    pub browser: Hashed<BrowserSecret>,
    /// What the library needs to judge the answer, sealed under the ceremony's id.
    pub state: Sealed<PasskeyCeremonyState>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_purpose_comes_back_from_its_stored_form_and_only_with_its_member() {
        let member = MemberId::from_uuid(uuid::Uuid::nil());
        for purpose in [Purpose::Enrol(member), Purpose::SignIn, Purpose::SecondStep(member)] {
            assert_eq!(Purpose::from_stored(purpose.name(), purpose.member()), Some(purpose));
        }
        assert_eq!(Purpose::from_stored("enrol", None), None);
        assert_eq!(Purpose::from_stored("sign_in", Some(member)), None);
    }
}

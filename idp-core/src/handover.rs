//! A hand-over: a new phone comes into the account while a session of it is open elsewhere. The page shows a QR code, the
//! phone asks, both show one number, the page says yes, and the phone may make one passkey or set one app up.
//! It gets nothing else.
//!
//! | from \ event | a phone asks | "yes" on the page | the passkey is made, or the app set up | "no", a newer code, the session ends, a credential changes | ten minutes |
//! |---|---|---|---|---|---|
//! | offered | asked | – | – | void | over |
//! | asked | – (for any other) | confirmed | – | void | over |
//! | confirmed | – (for any other) | – | used | void | over |
//! | used, void | – | – | – | – | over |

use std::time::Duration;

use crate::clock::{Timestamp, minutes};
use crate::id::{HandoverId, MemberId, SessionId};
use crate::secret::{BrowserSecret, HandoverLink, Hashed, Sealed};

/// How long the QR code, and all that follows from it, is good.
pub const HANDOVER_LIFETIME: Duration = minutes(10);

/// Where a hand-over stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The QR code is shown.
    Offered,
    /// A phone asks; nobody said yet that it is the member's.
    Asked,
    /// The member said so.
    Confirmed,
    /// The passkey is made, or the app set up.
    Used,
    /// Taken back.
    Void,
}

impl Stage {
    const ALL: [Self; 5] = [Self::Offered, Self::Asked, Self::Confirmed, Self::Used, Self::Void];

    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Asked => "asked",
            Self::Confirmed => "confirmed",
            Self::Used => "used",
            Self::Void => "void",
        }
    }

    /// Reads the stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }
}

/// The phone that asks: the first one, and no other.
#[derive(Debug, Clone)]
pub struct Phone {
    /// Its browser.
    pub browser: Hashed<BrowserSecret>,
    /// As it calls itself.
    pub user_agent: Option<String>,
    /// Two digits that it and the page both show: whoever sees another number is about to let a stranger in.
    pub match_number: String,
}

/// Where it stands, with what there is then.
#[derive(Debug, Clone)]
pub enum State {
    /// The QR code is shown; what it says is kept sealed.
    Offered {
        /// The secret of its address.
        link: Sealed<HandoverLink>,
    },
    /// A phone asks.
    Asked(Phone),
    /// It may make a passkey or set an app up.
    Confirmed(Phone),
    /// It has.
    Used(Phone),
    /// Taken back.
    Void,
}

/// One hand-over.
#[derive(Debug, Clone)]
pub struct Handover {
    /// Its identifier.
    pub id: HandoverId,
    /// Whose account.
    pub member: MemberId,
    /// The session that shows the QR code; the hand-over ends with it.
    pub session: SessionId,
    /// Where it stands.
    pub state: State,
    /// When it began.
    pub created_at: Timestamp,
    /// When it is over.
    pub expires_at: Timestamp,
}

impl Handover {
    /// Whether it can still go on.
    pub fn is_open(&self, now: Timestamp) -> bool {
        let stands = match self.state {
            State::Offered { .. } | State::Asked(_) | State::Confirmed(_) => true,
            State::Used(_) | State::Void => false,
        };
        stands && now < self.expires_at
    }

    /// The phone that asked.
    pub fn phone(&self) -> Option<&Phone> {
        match &self.state {
            State::Asked(phone) | State::Confirmed(phone) | State::Used(phone) => Some(phone),
            State::Offered { .. } | State::Void => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn handover(state: State) -> Handover {
        Handover {
            id: HandoverId::from_uuid(Uuid::nil()),
            member: MemberId::from_uuid(Uuid::nil()),
            session: SessionId::from_uuid(Uuid::nil()),
            state,
            created_at: Timestamp::from_millis(0),
            expires_at: Timestamp::from_millis(0) + HANDOVER_LIFETIME,
        }
    }

    #[test]
    fn it_is_over_when_used_void_or_ten_minutes_old() {
        let phone = Phone { browser: Hashed::from_bytes(vec![1]), user_agent: None, match_number: "42".into() };
        let last = Timestamp::from_millis(HANDOVER_LIFETIME.as_millis().try_into().unwrap());
        let open = [State::Asked(phone.clone()), State::Confirmed(phone.clone())];
        for state in open {
            let handover = handover(state);
            assert!(handover.is_open(Timestamp::from_millis(0)) && !handover.is_open(last));
        }
        for state in [State::Used(phone), State::Void] {
            assert!(!handover(state).is_open(Timestamp::from_millis(0)));
        }
    }

    #[test]
    fn every_stage_is_read_as_it_is_written() {
        for stage in Stage::ALL {
            assert_eq!(Stage::from_name(stage.name()), Some(stage));
        }
        assert_eq!(Stage::from_name("lost"), None);
    }
}

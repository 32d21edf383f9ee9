//! What waits for a member to answer elsewhere, while whoever asked for it asks again and again: a device (RFC 8628 §3.5),
//! a client by CIBA (OpenID Connect CIBA Core §11).
//!
//! | state | event | then |
//! |---|---|---|
//! | waiting | the member allows | allowed |
//! | waiting | the member denies | denied |
//! | waiting, allowed | its time is over | expired |
//! | allowed | the asker asks | redeemed: tokens |
//! | redeemed, denied, expired | anything | as it is |

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::id::GrantId;
use crate::oidc::acr::Authentication;

/// How long an asker waits between two questions, at first; each question too soon adds as much.
pub const INTERVAL: Duration = Duration::from_secs(5);

/// What the member allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    /// What it gave.
    pub grant: GrantId,
    /// Who allowed it, and how they had signed in.
    pub authentication: Authentication,
}

/// Where a request stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum State {
    /// The member has not answered.
    Waiting,
    /// The member said yes.
    Allowed(Allowed),
    /// The member said no.
    Denied,
    /// The asker has its tokens.
    Redeemed,
}

impl State {
    /// The stored name, for searching.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Allowed(_) => "allowed",
            Self::Denied => "denied",
            Self::Redeemed => "redeemed",
        }
    }
}

/// What the member says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Yes.
    Allow,
    /// No.
    Deny,
}

/// What an asker is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// It asked before its interval was over.
    TooSoon,
    /// The member has not answered.
    Waiting,
    /// The member said yes.
    Allowed(Allowed),
    /// The member said no.
    Denied,
    /// Nobody answered, or nobody asked, in time.
    Expired,
    /// It has its tokens.
    Redeemed,
}

/// One request, as far as it is asked for.
#[derive(Debug, Clone)]
pub struct Polled {
    /// Where it stands.
    pub state: State,
    /// How long the asker must wait between two questions.
    pub interval: Duration,
    /// When it last asked.
    pub polled_at: Option<Timestamp>,
    /// When it is over.
    pub expires_at: Timestamp,
}

impl Polled {
    /// One that begins to wait.
    pub const fn until(expires_at: Timestamp) -> Self {
        Self { state: State::Waiting, interval: INTERVAL, polled_at: None, expires_at }
    }

    /// Whether a member can still answer it.
    pub fn is_waiting(&self, now: Timestamp) -> bool {
        self.state == State::Waiting && now < self.expires_at
    }

    /// The asker asks. What was answered need not wait any more.
    pub fn asked(&mut self, now: Timestamp) -> Asked {
        let before = self.polled_at.replace(now);
        match &self.state {
            State::Redeemed => Asked::Redeemed,
            State::Denied => Asked::Denied,
            State::Waiting | State::Allowed(_) if now >= self.expires_at => Asked::Expired,
            State::Allowed(allowed) => Asked::Allowed(allowed.clone()),
            State::Waiting if before.is_some_and(|at| now.since(at) < self.interval) => {
                self.interval += INTERVAL;
                Asked::TooSoon
            }
            State::Waiting => Asked::Waiting,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::id::Id;
    use crate::oidc::acr::Acr;

    fn request(state: State) -> Polled {
        Polled { state, ..Polled::until(Timestamp::from_millis(600_000)) }
    }

    fn allowed() -> Allowed {
        let authentication = Authentication {
            member: Id::from_uuid(Uuid::nil()),
            session: Id::from_uuid(Uuid::nil()),
            at: Timestamp::from_millis(0),
            acr: Acr::Aal1,
            amr: vec![],
        };
        Allowed { grant: Id::from_uuid(Uuid::nil()), authentication }
    }

    #[test]
    fn every_cell_of_the_table_of_states() {
        let (in_time, late) = (Timestamp::from_millis(599_999), Timestamp::from_millis(600_000));
        for (state, early, over) in [
            (State::Waiting, Asked::Waiting, Asked::Expired),
            (State::Allowed(allowed()), Asked::Allowed(allowed()), Asked::Expired),
            (State::Denied, Asked::Denied, Asked::Denied),
            (State::Redeemed, Asked::Redeemed, Asked::Redeemed),
        ] {
            assert_eq!(request(state.clone()).asked(in_time), early);
            assert_eq!(request(state.clone()).asked(late), over);
            assert_eq!(request(state.clone()).is_waiting(in_time), state == State::Waiting);
            assert!(!request(state).is_waiting(late));
        }
    }

    #[test]
    fn whoever_asks_too_often_waits_longer_each_time() {
        let mut request = request(State::Waiting);
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
        assert_eq!(request.asked(at(0)), Asked::Waiting);
        assert_eq!(request.asked(at(4)), Asked::TooSoon);
        assert_eq!(request.asked(at(9)), Asked::TooSoon, "ten seconds are owed now");
        assert_eq!(request.asked(at(24)), Asked::Waiting);
        assert_eq!(request.interval, INTERVAL * 3);
        request.state = State::Allowed(allowed());
        assert_eq!(request.asked(at(25)), Asked::Allowed(allowed()), "what was answered need not wait");
    }
}

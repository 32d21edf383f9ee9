//! A session: a browser in which a member signed in, every owed step done.

pub mod end;
pub mod remembered;

use crate::clock::Timestamp;
use crate::id::{MemberId, SessionId};
use crate::interaction::Proof;
use crate::realm::RealmSettings;
use crate::secret::{BrowserSecret, Hashed};

/// One session.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its identifier, the `sid` claim.
    pub id: SessionId,
    /// Whose it is.
    pub member: MemberId,
    /// The browser it lives in.
    pub browser: Hashed<BrowserSecret>,
    /// What was proved when it began.
    pub proofs: Vec<Proof>,
    /// When the member last proved to be themselves (`auth_time`).
    pub authenticated_at: Timestamp,
    /// When it began.
    pub created_at: Timestamp,
    /// The `User-Agent` of the browser, as it last signed in.
    pub user_agent: Option<String>,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
    /// When it was ended, if it was.
    pub ended_at: Option<Timestamp>,
}

impl Session {
    /// Whether it still carries.
    pub fn is_live(&self, settings: &RealmSettings, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.expires_at && now.since(self.seen_at) < settings.session_idle()
    }

    /// Whether its last use was written so lately that one at `now` need not be: within a sixtieth of the time that a
    /// session may rest, 30 s of 30 min. It may end that much early, and never late.
    pub(crate) fn is_noted(&self, settings: &RealmSettings, now: Timestamp) -> bool {
        // A time to come was noted by a clock that was ahead.
        self.seen_at <= now && now.since(self.seen_at) < settings.session_idle() / 60
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;
    use crate::clock::minutes;
    use crate::id::Id;

    #[test]
    fn a_use_is_noted_once_within_a_sixtieth_of_the_idle_time() {
        let settings = RealmSettings { session_idle_minutes: 30, ..RealmSettings::default() };
        let at = Timestamp::from_millis(1_000_000);
        let session = Session {
            id: Id::from_uuid(Uuid::nil()),
            member: Id::from_uuid(Uuid::nil()),
            browser: Hashed::from_bytes(vec![0; 32]),
            proofs: Vec::new(),
            authenticated_at: at,
            created_at: at,
            user_agent: None,
            seen_at: at,
            expires_at: at + minutes(720),
            ended_at: None,
        };
        assert!(session.is_noted(&settings, at) && session.is_noted(&settings, at + Duration::from_secs(29)));
        assert!(!session.is_noted(&settings, at + Duration::from_secs(30)));
        assert!(!session.is_noted(&settings, at - Duration::from_secs(1)), "a clock that was ahead wrote it");
    }
}

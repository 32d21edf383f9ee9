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
        now.since(self.seen_at) < settings.session_idle() / 60
    }
}

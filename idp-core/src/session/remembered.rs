//! A browser in which a member need not take the second step for some days. What is left out is not claimed: a session
//! that begins there says what was proved in its own sitting.

use crate::clock::Timestamp;
use crate::id::{MemberId, RememberedBrowserId};
use crate::secret::{BrowserSecret, Hashed};

/// One remembered browser.
#[derive(Debug, Clone)]
pub struct RememberedBrowser {
    /// Its identifier.
    pub id: RememberedBrowserId,
    /// Whose it is.
    pub member: MemberId,
    /// The browser.
    pub browser: Hashed<BrowserSecret>,
    /// Its `User-Agent`.
    pub user_agent: Option<String>,
    /// When the member asked for it.
    pub created_at: Timestamp,
    /// When the member last signed in there without the second step.
    pub seen_at: Timestamp,
    /// When the second step is asked again.
    pub expires_at: Timestamp,
}

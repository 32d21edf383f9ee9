//! A refresh token (RFC 6749 §1.5): rotates in a family, which is its grant (RFC 9700 §4.14.2).
//!
//! | state | presented | then |
//! |---|---|---|
//! | fresh | by its client | used: a successor, or itself where rotation is off |
//! | used, its successor not yet | within [`GRACE`] | used: the same successor, since the first answer may be lost |
//! | used, its successor not yet | later | the grant is revoked, and with it the family |
//! | used, its successor too | at any time | the grant is revoked, and with it the family |
//! | expired | at any time | expired: refused |

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::{Timestamp, days};
use crate::id::{ClientRowId, GrantId};
use crate::oidc::acr::Authentication;
use crate::oidc::scope::Scopes;
use crate::secret::{Hashed, RefreshSecret, Sealed};

/// How long a grant with refresh tokens lives, whatever is refreshed.
pub const REFRESH_LIFETIME: Duration = days(30);
/// How long a used token still answers with its successor.
pub const GRACE: Duration = Duration::from_secs(10);

/// What a refresh token remembers. A node of an earlier version refuses what it does not know, since that may narrow what the
/// token gives; what says nothing is not written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefreshDetails {
    /// What it can give at most.
    pub scopes: Scopes,
    /// Which resources its access tokens are for; our own endpoints when empty.
    pub resources: Vec<String>,
    /// What was allowed in detail (RFC 9396).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<serde_json::Value>,
    /// For ID tokens.
    pub authentication: Authentication,
    /// The thumbprint of the key that a public client must prove (RFC 9449 §5).
    pub jkt: Option<String>,
    /// The thumbprint of the certificate that a public client must bring (RFC 8705 §4).
    #[serde(default)]
    pub x5t: Option<String>,
}

/// What took the place of a used token.
#[derive(Debug, Clone)]
pub struct Successor {
    /// Since when.
    pub since: Timestamp,
    /// Its hash.
    pub hash: Hashed<RefreshSecret>,
    /// The token itself, to be told once more.
    pub sealed: Sealed<RefreshSecret>,
}

/// Where a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It was not used.
    Fresh,
    /// It was used just now.
    JustUsed,
    /// It was used before.
    Used,
    /// Its time is over.
    Expired,
}

/// One refresh token, without its secret.
#[derive(Debug, Clone)]
pub struct RefreshToken {
    /// Its family.
    pub grant: GrantId,
    /// Who may use it.
    pub client: ClientRowId,
    /// What it remembers.
    pub details: RefreshDetails,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// What took its place, once it was used.
    pub successor: Option<Successor>,
}

impl RefreshToken {
    /// Where it stands; a used token stays used when its time is over, so that a thief is still noticed.
    pub fn standing(&self, now: Timestamp) -> Standing {
        match &self.successor {
            Some(successor) if now.since(successor.since) <= GRACE => Standing::JustUsed,
            Some(_) => Standing::Used,
            None if now < self.expires_at => Standing::Fresh,
            None => Standing::Expired,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::id::Id;
    use crate::oidc::acr::Acr;

    fn token(used_at: Option<i64>) -> RefreshToken {
        let authentication = Authentication {
            member: Id::from_uuid(Uuid::nil()),
            session: Id::from_uuid(Uuid::nil()),
            at: Timestamp::from_millis(0),
            acr: Acr::Aal1,
            amr: vec![],
        };
        RefreshToken {
            grant: Id::from_uuid(Uuid::nil()),
            client: Id::from_uuid(Uuid::nil()),
            details: RefreshDetails {
                scopes: Scopes::default(),
                resources: vec![],
                authorization_details: vec![],
                authentication,
                jkt: None,
                x5t: None,
            },
            created_at: Timestamp::from_millis(0),
            expires_at: Timestamp::from_millis(60_000),
            successor: used_at.map(|at| Successor {
                since: Timestamp::from_millis(at),
                hash: Hashed::from_bytes(vec![]),
                sealed: Sealed::from_bytes(vec![]),
            }),
        }
    }

    #[test]
    fn every_cell_of_the_table_of_states() {
        let at = Timestamp::from_millis;
        assert_eq!(token(None).standing(at(59_999)), Standing::Fresh);
        assert_eq!(token(None).standing(at(60_000)), Standing::Expired);
        assert_eq!(token(Some(1_000)).standing(at(11_000)), Standing::JustUsed);
        assert_eq!(token(Some(1_000)).standing(at(11_001)), Standing::Used);
        assert_eq!(token(Some(1_000)).standing(at(60_000)), Standing::Used);
    }
}

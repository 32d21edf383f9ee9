//! What a member allowed a client. Codes and tokens hang on it and die with it.
//!
//! | state | event | then |
//! |---|---|---|
//! | live | expires, or is revoked | dead |
//! | dead | anything | dead |

use crate::clock::Timestamp;
use crate::id::{ClientRowId, GrantId, MemberId, SessionId};
use crate::oidc::scope::{Scope, Scopes};

/// What ends a grant, beside time and revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// The end of its session.
    Session,
    /// Nothing: the client may act while the member is away (OpenID Connect Core §11).
    Offline,
}

impl Lifetime {
    /// What a grant of these scopes ends with.
    pub fn of(scopes: &Scopes) -> Self {
        if scopes.contains(Scope::OfflineAccess) { Self::Offline } else { Self::Session }
    }

    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Offline => "offline",
        }
    }
}

/// One grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its identifier.
    pub id: GrantId,
    /// Who was allowed.
    pub client: ClientRowId,
    /// Who allowed it.
    pub member: MemberId,
    /// The session in which it was allowed.
    pub session: SessionId,
    /// What was allowed.
    pub scopes: Scopes,
    /// When.
    pub created_at: Timestamp,
    /// When everything that it gave has ended by itself.
    pub expires_at: Timestamp,
    /// When it was taken back, if it was.
    pub revoked_at: Option<Timestamp>,
}

impl Grant {
    /// Whether what it gave still counts.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

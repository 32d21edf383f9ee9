//! What a member allowed a client. Codes and tokens hang on it and die with it.
//!
//! | state | event | then |
//! |---|---|---|
//! | live | expires, or is revoked | dead |
//! | dead | anything | dead |

use std::collections::BTreeSet;

use crate::client::Client;
use crate::clock::Timestamp;
use crate::id::{ClientRowId, GrantId, MemberId, SessionId};
use crate::oidc::scope::{Scope, Scopes};
use crate::session::Session;

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
    /// The claims that userinfo tells beyond the scopes (OpenID Connect Core §5.5).
    pub claims: BTreeSet<String>,
    /// When.
    pub created_at: Timestamp,
    /// When everything that it gave has ended by itself.
    pub expires_at: Timestamp,
    /// When it was taken back, if it was.
    pub revoked_at: Option<Timestamp>,
}

impl Grant {
    /// What a member who is signed in in `session` gives a client that waits elsewhere, and may take it until an instant.
    pub fn elsewhere(
        (id, now): (GrantId, Timestamp),
        session: &Session,
        client: &Client,
        (scopes, until): (Scopes, Timestamp),
    ) -> Self {
        Self {
            id,
            client: client.id,
            member: session.member,
            session: session.id,
            expires_at: until + client.lifetime_of(&scopes),
            scopes,
            claims: BTreeSet::new(),
            created_at: now,
            revoked_at: None,
        }
    }

    /// Whether what it gave still counts.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

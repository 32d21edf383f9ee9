//! What a client holds. The row of an access token is asked at our own endpoints, so that revoking it counts at once.

use crate::clock::Timestamp;
use crate::id::{GrantId, TokenId};
use crate::oidc::scope::Scopes;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Presented to resources (RFC 6749 §1.4).
    Access,
}

impl TokenKind {
    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
        }
    }

    /// Reads the stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Access].into_iter().find(|kind| kind.name() == name)
    }
}

/// One token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its row.
    pub id: TokenId,
    /// What it rests on.
    pub grant: GrantId,
    /// What it is for.
    pub kind: TokenKind,
    /// What it allows.
    pub scopes: Scopes,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was taken back, if it was.
    pub revoked_at: Option<Timestamp>,
}

impl Token {
    /// Whether it still counts.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

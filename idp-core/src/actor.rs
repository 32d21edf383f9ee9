//! Who does something, and from where: what the audit log is told.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::id::{ClientRowId, MemberId};

/// Who acts in one operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// A browser of which it is not yet known whose it is.
    Browser,
    /// A member, proved by the interaction or the session at hand.
    Member {
        /// Which one.
        id: MemberId,
    },
    /// A relying party at one of its endpoints.
    Client {
        /// Which one.
        id: ClientRowId,
    },
    /// A person at the command line.
    Operator {
        /// The name of the system account, or the one given.
        name: String,
    },
    /// A worker of the server itself.
    System,
}

impl Actor {
    /// Whether a person at the command line acts.
    pub fn is_operator(&self) -> bool {
        match self {
            Self::Operator { .. } => true,
            Self::Browser | Self::Member { .. } | Self::Client { .. } | Self::System => false,
        }
    }
}

/// Where a request came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// The peer's address, or the one a trusted proxy forwarded.
    pub address: Option<IpAddr>,
    /// The `User-Agent` header, cut to 300 characters.
    pub user_agent: Option<String>,
}

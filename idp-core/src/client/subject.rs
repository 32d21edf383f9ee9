//! What a client knows its members by (OpenID Connect Core §8).

use serde::{Deserialize, Serialize};

use super::HttpsUri;

/// Whether two clients see the same `sub` for a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// They do.
    #[default]
    Public,
    /// Only clients of the same sector do.
    Pairwise,
}

impl SubjectType {
    /// Every type.
    pub const ALL: [Self; 2] = [Self::Public, Self::Pairwise];

    /// The registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Pairwise => "pairwise",
        }
    }

    /// Reads the registered name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What a client knows its members by.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Subject {
    /// `subject_type`.
    pub kind: SubjectType,
    /// `sector_identifier_uri`: its host names the sector, its document the redirect URIs.
    pub sector_identifier_uri: Option<HttpsUri>,
}

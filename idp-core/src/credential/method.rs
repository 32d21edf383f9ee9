//! The ways to prove oneself beside the password, as a member chooses one.

use serde::{Deserialize, Serialize};

/// A second step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A passkey (Web Authentication).
    Passkey,
    /// An authenticator app (RFC 6238).
    #[serde(rename = "totp")]
    App,
    /// Codes by mail.
    Mail,
}

impl Method {
    /// Every method, strongest first.
    pub const ALL: [Self; 3] = [Self::Passkey, Self::App, Self::Mail];

    /// The stored and posted name: `passkey`, `totp`, `mail`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::App => "totp",
            Self::Mail => "mail",
        }
    }

    /// Whether losing it loses more than mail can bring back.
    pub const fn is_strong(self) -> bool {
        match self {
            Self::Passkey | Self::App => true,
            Self::Mail => false,
        }
    }

    /// Reads the stored or posted name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }
}

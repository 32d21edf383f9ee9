//! A passkey (Web Authentication Level 3): a key pair whose private half an authenticator keeps and opens only to a
//! person it has verified. With that it is password and second step in one.

pub mod ceremony;
pub mod message;
pub mod portable;
pub mod provider;
pub mod relying_party;

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use webauthn_rs::prelude as webauthn;

use crate::clock::Timestamp;
use crate::id::CredentialId;

/// Longest name of a device, in characters.
const NAME_CHARACTERS: usize = 60;

/// Where the private half lives, as the authenticator says (WebAuthn §6.1.3, flag BE).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyHome {
    /// In one device that never gives it away.
    Device,
    /// With a keeper that copies it to the member's other devices.
    Synced,
}

/// How far the private half can be lost with a device (flags BE and BS).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Backup {
    /// Whoever brought it along did not say; its first answer does.
    #[default]
    Unknown,
    /// It lives in one device.
    Never,
    /// It can be copied and is not.
    Possible,
    /// It is copied.
    Kept,
}

impl Backup {
    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Never => "never",
            Self::Possible => "possible",
            Self::Kept => "kept",
        }
    }

    /// Reads the stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Unknown, Self::Never, Self::Possible, Self::Kept].into_iter().find(|backup| backup.name() == name)
    }

    /// Where the key lives.
    pub const fn home(self) -> KeyHome {
        match self {
            Self::Never => KeyHome::Device,
            // What is not known is not claimed.
            Self::Unknown | Self::Possible | Self::Kept => KeyHome::Synced,
        }
    }
}

/// The public half, with what is checked at each use. Its form is the library's.
#[derive(Debug, Clone)]
pub struct PublicHalf(pub(super) webauthn::Passkey);

impl PublicHalf {
    /// Reads the stored form.
    pub fn from_json(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self)
    }

    /// The stored form; it holds nothing secret.
    pub fn to_json(&self) -> Option<String> {
        serde_json::to_string(&self.0).ok()
    }

    /// The identifier that the authenticator gave the pair.
    pub fn credential_id(&self) -> &[u8] {
        self.0.cred_id().as_ref()
    }
}

/// One passkey of a member.
#[derive(Debug, Clone)]
pub struct Passkey {
    /// Its identifier here.
    pub id: CredentialId,
    /// What the member calls it.
    pub name: String,
    /// The public half.
    pub public: PublicHalf,
    /// How the authenticator can be reached, as the browser said; sent back, never judged.
    pub transports: Vec<String>,
    /// Who keeps it; nil where it was not said.
    pub aaguid: Uuid,
    /// The newest signature counter; zero for keepers that do not count.
    pub sign_count: i64,
    /// How far it can be lost.
    pub backup: Backup,
    /// When it was set up.
    pub created_at: Timestamp,
    /// When it last signed a member in.
    pub last_used_at: Option<Timestamp>,
}

/// What a device is called: what the member typed, unless that is the proposal and the keeper has a better one.
pub fn device_name(typed: &str, proposed: &str, keeper: Option<&str>) -> String {
    let typed = cleaned(typed);
    if typed.is_empty() || typed == cleaned(proposed) {
        return keeper.map_or_else(|| cleaned(proposed), str::to_owned);
    }
    typed
}

/// Without control characters, and no longer than a card of the account page shows.
pub fn cleaned(name: &str) -> String {
    name.trim().chars().filter(|letter| !letter.is_control()).take(NAME_CHARACTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_the_member_s_own_wins_over_every_proposal() {
        assert_eq!(device_name("", "Chrome", None), "Chrome");
        assert_eq!(device_name("Chrome", "Chrome", Some("1Password")), "1Password");
        assert_eq!(device_name(" 母の\u{7}電話 ", "Chrome", Some("1Password")), "母の電話");
        assert_eq!(device_name(&"あ".repeat(99), "Chrome", None).chars().count(), 60);
    }

    #[test]
    fn every_backup_comes_back_from_its_name() {
        for backup in [Backup::Unknown, Backup::Never, Backup::Possible, Backup::Kept] {
            assert_eq!(Backup::from_name(backup.name()), Some(backup));
        }
        assert_eq!(Backup::from_name("x"), None);
        assert_eq!((Backup::Never.home(), Backup::Kept.home()), (KeyHome::Device, KeyHome::Synced));
    }
}

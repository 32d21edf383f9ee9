//! A checkpoint: the end of a realm's chain, signed, to be kept where whoever can write the database cannot.
//!
//! The chain alone shows a change by somebody who does not compute the hashes anew. A checkpoint kept elsewhere shows
//! that, too. The signature is Ed25519 (RFC 8032) with a key derived from the installation key; checking it needs the
//! public half alone, which stands in the checkpoint and is printed, so that it can be kept apart.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::Head;
use crate::clock::Timestamp;

/// The end of a realm's chain at one instant, signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// The realm's name; `installation` for the installation's own chain.
    pub realm: String,
    /// The realm's identifier.
    pub realm_id: String,
    /// The last event's number.
    pub sequence: i64,
    /// The last event's hash, hexadecimal.
    pub hash: String,
    /// When it was made, RFC 3339.
    pub at: String,
    /// The public key, base64url.
    pub key: String,
    /// The signature, base64url.
    pub signature: String,
}

impl Checkpoint {
    /// Whether it is about the chain of the realm called so; the installation's own has no name.
    pub fn is_about(&self, realm: &str) -> bool {
        self.realm == chain_name(realm)
    }
}

/// What a chain is called in checkpoints.
pub(crate) fn chain_name(realm: &str) -> &str {
    if realm.is_empty() { "installation" } else { realm }
}

/// Signs checkpoints.
pub struct Auditor(Ed25519KeyPair);

impl Auditor {
    /// From 32 secret bytes; `None` where they are no seed.
    pub(crate) fn from_seed(seed: &[u8]) -> Option<Self> {
        Ed25519KeyPair::from_seed_unchecked(seed).ok().map(Self)
    }

    /// The public key, base64url.
    pub fn public_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.public_key().as_ref())
    }

    /// Signs the end of a chain.
    pub fn sign(&self, realm: (&str, String), head: &Head, at: Timestamp) -> Checkpoint {
        let mut checkpoint = Checkpoint {
            realm: realm.0.to_owned(),
            realm_id: realm.1,
            sequence: head.sequence,
            hash: hex(&head.hash),
            at: at.rfc3339(),
            key: self.public_key(),
            signature: String::new(),
        };
        checkpoint.signature = URL_SAFE_NO_PAD.encode(self.0.sign(checkpoint.statement().as_bytes()).as_ref());
        checkpoint
    }
}

impl Checkpoint {
    /// Whether the signature is that of the key it names.
    pub fn is_signed(&self) -> bool {
        let (Ok(key), Ok(signature)) = (URL_SAFE_NO_PAD.decode(&self.key), URL_SAFE_NO_PAD.decode(&self.signature))
        else {
            return false;
        };
        UnparsedPublicKey::new(&ED25519, key).verify(self.statement().as_bytes(), &signature).is_ok()
    }

    fn statement(&self) -> String {
        let Self { realm, realm_id, sequence, hash, at, .. } = self;
        format!("sekisho audit checkpoint 1\n{realm}\n{realm_id}\n{sequence}\n{hash}\n{at}\n")
    }
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_checked_without_a_secret_and_every_field_is_signed() {
        let auditor = Auditor::from_seed(&[7; 32]).unwrap();
        let signed = auditor.sign(("mgc", "rlm_1".into()), &Head::start(), Timestamp::from_millis(1));
        assert!(signed.is_signed());
        let other = Auditor::from_seed(&[8; 32]).unwrap().public_key();
        for forged in [
            Checkpoint { realm: "other".into(), ..signed.clone() },
            Checkpoint { realm_id: "rlm_2".into(), ..signed.clone() },
            Checkpoint { sequence: 1, ..signed.clone() },
            Checkpoint { hash: "00".into(), ..signed.clone() },
            Checkpoint { at: "2026".into(), ..signed.clone() },
            Checkpoint { key: other, ..signed.clone() },
            Checkpoint { key: "?".into(), ..signed.clone() },
            Checkpoint { signature: String::new(), ..signed.clone() },
        ] {
            assert!(!forged.is_signed(), "{forged:?}");
        }
    }
}

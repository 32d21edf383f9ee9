//! A realm's keys: per algorithm, sealed at rest, public halves published as JWKs (RFC 7517).
//!
//! | state | ends when | then |
//! |---|---|---|
//! | next | published for [`PUBLISHED_BEFORE_USE`] | active; the one active before retires |
//! | active | a successor becomes active: made by hand, or a day before the realm's term ends | retiring |
//! | retiring | [`KEPT_AFTER_USE`] has passed | gone |
//! | gone | – | its row is deleted |
//!
//! `next`, `active` and `retiring` keys are published and verify; only the active one signs. What others encrypt to the
//! realm is opened by all three, while a retiring one is published no more: nobody should begin to use it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::clock::{Timestamp, days, hours};

mod algorithm;

pub use algorithm::{DecryptionAlgorithm, KeyAlgorithm};

/// How long a key is published before it signs, so that relying parties have fetched it.
pub const PUBLISHED_BEFORE_USE: Duration = hours(24);
/// How long a key is published after it last signed: longer than any token lives, and than most sign-out hints are kept.
pub const KEPT_AFTER_USE: Duration = days(7);

/// A signature algorithm (RFC 7518 §3.1). Another one is a variant here and an arm in [`crate::jws`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256: what OpenID Connect Core §15.1 makes mandatory.
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256 with SHA-256: fifteen times faster.
    #[serde(rename = "ES256")]
    Es256,
    /// RSASSA-PSS with SHA-256.
    #[serde(rename = "PS256")]
    Ps256,
    /// Ed25519 (RFC 8037 §3.1).
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl Algorithm {
    /// Every algorithm, in the order discovery lists them.
    pub const ALL: [Self; 4] = [Self::Rs256, Self::Es256, Self::Ps256, Self::EdDsa];
    /// Those that every realm has keys for; the others are made for the first client that registers one.
    pub const ALWAYS: [Self; 2] = [Self::Rs256, Self::Es256];

    /// The `alg` value.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::Ps256 => "PS256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Reads the `alg` value.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}

/// Where a key stands; see the table above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Published, not yet signing.
    Next,
    /// Signing.
    Active,
    /// No longer signing; what it signed still verifies.
    Retiring,
    /// Neither published nor accepted.
    Gone,
}

/// What can happen to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyChange {
    /// It begins to sign.
    Activate,
    /// A successor signs in its place.
    Retire,
    /// It is given up, also before its time when its private half leaked.
    Drop,
}

impl KeyState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Next, Self::Active, Self::Retiring, Self::Gone];

    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Gone => "gone",
        }
    }

    /// Reads the stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// The state after `change`, where that is a legal move.
    pub const fn after(self, change: KeyChange) -> Option<Self> {
        match (self, change) {
            (Self::Next, KeyChange::Activate) => Some(Self::Active),
            (Self::Active, KeyChange::Retire) => Some(Self::Retiring),
            (Self::Next | Self::Active | Self::Retiring, KeyChange::Drop) => Some(Self::Gone),
            (Self::Active | Self::Retiring | Self::Gone, KeyChange::Activate)
            | (Self::Next | Self::Retiring | Self::Gone, KeyChange::Retire)
            | (Self::Gone, KeyChange::Drop) => None,
        }
    }

    /// Whether it still verifies or opens what it is for.
    pub const fn is_held(self) -> bool {
        match self {
            Self::Next | Self::Active | Self::Retiring => true,
            Self::Gone => false,
        }
    }
}

/// What is known of a key without its private half.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Key {
    /// The RFC 7638 thumbprint.
    pub kid: String,
    /// What it does.
    pub algorithm: KeyAlgorithm,
    /// Where it stands.
    pub state: KeyState,
    /// The public half.
    pub public: PublicJwk,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it came into its present state.
    pub changed_at: Timestamp,
}

impl Key {
    /// Whether the public half is in the JWKS.
    pub fn is_published(&self) -> bool {
        match self.algorithm {
            KeyAlgorithm::Signing(_) => self.state.is_held(),
            KeyAlgorithm::Decryption(_) => self.state.is_held() && self.state != KeyState::Retiring,
        }
    }

    /// What time alone asks for at `now`; retiring follows from a successor, not from time.
    pub fn change_due(&self, now: Timestamp) -> Option<KeyChange> {
        let age = now.since(self.changed_at);
        match self.state {
            KeyState::Next => (age >= PUBLISHED_BEFORE_USE).then_some(KeyChange::Activate),
            KeyState::Retiring => (age >= KEPT_AFTER_USE).then_some(KeyChange::Drop),
            KeyState::Active | KeyState::Gone => None,
        }
    }

    /// When it moves on by itself, where keys sign for `term`; `None` for one that is followed by hand alone.
    pub fn moves_on_at(&self, term: Option<Duration>) -> Option<Timestamp> {
        let stays = match self.state {
            KeyState::Next => Some(PUBLISHED_BEFORE_USE),
            KeyState::Active => term,
            KeyState::Retiring => Some(KEPT_AFTER_USE),
            KeyState::Gone => None,
        };
        stays.map(|stays| self.changed_at + stays)
    }
}

/// The keys among `held` that should have a successor at `now` and have none: made a day before `term` ends, it signs
/// when that ends.
pub fn without_successor(held: &[Key], term: Option<Duration>, now: Timestamp) -> Vec<&Key> {
    let is_followed =
        |key: &Key| held.iter().any(|next| next.state == KeyState::Next && next.algorithm == key.algorithm);
    let is_due = |key: &Key| match (key.state, key.moves_on_at(term)) {
        (KeyState::Active, Some(at)) => now + PUBLISHED_BEFORE_USE >= at,
        (KeyState::Active, None) | (KeyState::Next | KeyState::Retiring | KeyState::Gone, _) => false,
    };
    held.iter().filter(|key| is_due(key) && !is_followed(key)).collect()
}

/// The public half of a key (RFC 7517 §4, RFC 7518 §6). It has no field for a private member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kty")]
pub enum PublicJwk {
    /// An elliptic curve key.
    #[serde(rename = "EC")]
    Ec {
        /// `P-256`, or `P-384` of clients.
        crv: String,
        /// 32 or 48 bytes, base64url.
        x: String,
        /// As many.
        y: String,
    },
    /// An RSA key.
    #[serde(rename = "RSA")]
    Rsa {
        /// The modulus, base64url.
        n: String,
        /// The exponent, base64url.
        e: String,
    },
    /// An octet key pair (RFC 8037 §2).
    #[serde(rename = "OKP")]
    Okp {
        /// Always `Ed25519`.
        crv: String,
        /// 32 bytes, base64url.
        x: String,
    },
}

impl PublicJwk {
    /// The thumbprint (RFC 7638 §3.1): the required members in the order of their names.
    pub fn thumbprint(&self) -> String {
        let text = match self {
            Self::Ec { crv, x, y } => format!(r#"{{"crv":"{crv}","kty":"EC","x":"{x}","y":"{y}"}}"#),
            Self::Okp { crv, x } => format!(r#"{{"crv":"{crv}","kty":"OKP","x":"{x}"}}"#),
            Self::Rsa { n, e } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
        };
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
    }
}

/// How many opened keys are held: a few algorithms and their successors for some hundred realms.
const CACHED: usize = 1024;

/// The keys of one kind that this process has opened, by `kid`. A key never changes, so that an entry is never stale.
pub struct KeyCache<K>(Mutex<HashMap<String, Arc<K>>>);

impl<K> Default for KeyCache<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K> KeyCache<K> {
    pub(crate) fn find(&self, kid: &str) -> Option<Arc<K>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(kid).cloned()
    }

    pub(crate) fn keep(&self, kid: &str, key: Arc<K>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= CACHED {
            // Opening a key again costs less than a millisecond, so that order of use need not be tracked.
            held.clear();
        }
        held.insert(kid.to_owned(), key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_of_the_table_of_states() {
        let changes = [KeyChange::Activate, KeyChange::Retire, KeyChange::Drop];
        let table: Vec<_> = KeyState::ALL.into_iter().map(|state| changes.map(|change| state.after(change))).collect();
        assert_eq!(
            table,
            [
                [Some(KeyState::Active), None, Some(KeyState::Gone)],
                [None, Some(KeyState::Retiring), Some(KeyState::Gone)],
                [None, None, Some(KeyState::Gone)],
                [None, None, None],
            ]
        );
    }

    #[test]
    fn a_retiring_key_verifies_in_public_and_opens_in_private() {
        let at = Timestamp::from_millis(0);
        let key = |algorithm, state| Key {
            kid: "k".into(),
            algorithm,
            state,
            public: PublicJwk::Rsa { n: "x".into(), e: "AQAB".into() },
            created_at: at,
            changed_at: at,
        };
        let published = |algorithm| KeyState::ALL.map(|state| key(algorithm, state).is_published());
        assert_eq!(published(Algorithm::Es256.into()), [true, true, true, false]);
        assert_eq!(published(DecryptionAlgorithm::EcdhEs.into()), [true, true, false, false]);
    }

    #[test]
    fn the_thumbprint_is_that_of_rfc_7638() {
        let key = PublicJwk::Rsa {
            n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw".into(),
            e: "AQAB".into(),
        };
        assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn time_moves_a_key_on_only_after_its_full_term() {
        let start = Timestamp::from_millis(0);
        let public = PublicJwk::Rsa { n: "x".into(), e: "AQAB".into() };
        let key = |state| Key {
            kid: "k".into(),
            algorithm: Algorithm::Rs256.into(),
            state,
            public: public.clone(),
            created_at: start,
            changed_at: start,
        };
        let just_before = start + PUBLISHED_BEFORE_USE - Duration::from_millis(1);
        assert_eq!(key(KeyState::Next).change_due(just_before), None);
        assert_eq!(key(KeyState::Next).change_due(start + PUBLISHED_BEFORE_USE), Some(KeyChange::Activate));
        assert_eq!(key(KeyState::Active).change_due(start + days(9_999)), None);
        assert_eq!(key(KeyState::Retiring).change_due(start + days(6)), None);
        assert_eq!(key(KeyState::Retiring).change_due(start + days(7)), Some(KeyChange::Drop));

        let of = |key: Key, algorithm| Key { algorithm, ..key };
        let (signing, other) = (key(KeyState::Active), of(key(KeyState::Next), Algorithm::EdDsa.into()));
        let (held, term) = ([signing.clone(), other], Some(days(90)));
        let day_before = start + days(89);
        assert_eq!(without_successor(&held, term, day_before - Duration::from_millis(1)), Vec::<&Key>::new());
        assert_eq!(without_successor(&held, term, day_before), [&signing]);
        assert_eq!(without_successor(&held, None, start + days(9_999)), Vec::<&Key>::new());
        assert_eq!(without_successor(&[signing, key(KeyState::Next)], term, day_before), Vec::<&Key>::new());
        assert_eq!(without_successor(&[key(KeyState::Retiring)], term, day_before), Vec::<&Key>::new());
        let moves_on = |state, term| key(state).moves_on_at(term).map(|at: Timestamp| at.since(start));
        assert_eq!((moves_on(KeyState::Active, term), moves_on(KeyState::Active, None)), (Some(days(90)), None));
        assert_eq!(
            (moves_on(KeyState::Next, None), moves_on(KeyState::Retiring, None)),
            (Some(days(1)), Some(days(7)))
        );
    }
}

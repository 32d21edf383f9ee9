//! What a key of a realm does: it signs, or it opens what others encrypted to the realm.

use serde::{Serialize, Serializer};

use super::Algorithm;
use crate::client::KeyManagement;

/// What a decryption key is of (RFC 7518 §4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DecryptionAlgorithm {
    /// RSA, for `RSA-OAEP-256`.
    RsaOaep256,
    /// P-256, for `ECDH-ES` and its kinds that wrap a key.
    EcdhEs,
}

impl DecryptionAlgorithm {
    /// Every algorithm.
    pub const ALL: [Self; 2] = [Self::RsaOaep256, Self::EcdhEs];

    /// The stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::EcdhEs => "ECDH-ES",
        }
    }

    /// The keys that open what came by `alg`.
    pub const fn opening(alg: KeyManagement) -> Self {
        match alg {
            KeyManagement::RsaOaep256 => Self::RsaOaep256,
            KeyManagement::EcdhEs | KeyManagement::EcdhEsA128Kw | KeyManagement::EcdhEsA256Kw => Self::EcdhEs,
        }
    }
}

/// What a key is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyAlgorithm {
    /// It signs.
    Signing(Algorithm),
    /// It decrypts.
    Decryption(DecryptionAlgorithm),
}

impl KeyAlgorithm {
    /// Every algorithm.
    pub const ALL: [Self; 6] = [
        Self::Signing(Algorithm::Rs256),
        Self::Signing(Algorithm::Es256),
        Self::Signing(Algorithm::Ps256),
        Self::Signing(Algorithm::EdDsa),
        Self::Decryption(DecryptionAlgorithm::RsaOaep256),
        Self::Decryption(DecryptionAlgorithm::EcdhEs),
    ];
    /// Those that every realm has keys for: what discovery promises to everybody.
    pub const ALWAYS: [Self; 4] = [
        Self::Signing(Algorithm::ALWAYS[0]),
        Self::Signing(Algorithm::ALWAYS[1]),
        Self::Decryption(DecryptionAlgorithm::RsaOaep256),
        Self::Decryption(DecryptionAlgorithm::EcdhEs),
    ];

    /// The stored name, which operators type.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Signing(algorithm) => algorithm.name(),
            Self::Decryption(algorithm) => algorithm.name(),
        }
    }

    /// Reads the stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// `use` in the key set (RFC 7517 §4.2).
    pub const fn usage(self) -> &'static str {
        match self {
            Self::Signing(_) => "sig",
            Self::Decryption(_) => "enc",
        }
    }

    /// `alg` in the key set (RFC 7517 §4.4). A key on P-256 serves three, so that it names none.
    pub const fn published(self) -> Option<&'static str> {
        match self {
            Self::Signing(algorithm) => Some(algorithm.name()),
            Self::Decryption(DecryptionAlgorithm::RsaOaep256) => Some(DecryptionAlgorithm::RsaOaep256.name()),
            Self::Decryption(DecryptionAlgorithm::EcdhEs) => None,
        }
    }
}

impl From<Algorithm> for KeyAlgorithm {
    fn from(algorithm: Algorithm) -> Self {
        Self::Signing(algorithm)
    }
}

impl From<DecryptionAlgorithm> for KeyAlgorithm {
    fn from(algorithm: DecryptionAlgorithm) -> Self {
        Self::Decryption(algorithm)
    }
}

impl Serialize for KeyAlgorithm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_and_no_two_are_the_same() {
        for algorithm in KeyAlgorithm::ALL {
            assert_eq!(KeyAlgorithm::from_name(algorithm.name()), Some(algorithm));
        }
        assert_eq!(KeyAlgorithm::from_name("ECDH-ES+A128KW"), None);
        assert!(KeyAlgorithm::ALWAYS.into_iter().all(|always| KeyAlgorithm::ALL.contains(&always)));
    }
}

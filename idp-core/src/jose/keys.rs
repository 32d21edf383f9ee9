//! Keys that others sign with (RFC 7517): public ones, found by `kid`, or a secret that both sides hold.

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse, ThumbprintHash};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Header, JoseError, SignatureAlgorithm};

/// Keys one set may have.
const KEYS_MAX: usize = 32;

/// Members that only a private or a symmetric key has (RFC 7518 §6.2.2, §6.3.2, §6.4.1).
const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "k"];

/// A set of public keys. Entries of kinds that we do not know are left out (RFC 7517 §5).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct PublicKeys(Vec<Jwk>);

/// Why a set of keys is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeysError {
    /// No `{"keys": […]}`.
    #[error("a key set is a JSON object with the member keys, a list")]
    Malformed,
    /// Somebody sent what must stay with them.
    #[error("a key set must hold public keys alone, and one of these is private or symmetric")]
    Private,
    /// More than anybody rotates through.
    #[error("a key set has at most 32 keys")]
    TooMany,
}

impl PublicKeys {
    /// Reads a set.
    pub fn read(document: &Value) -> Result<Self, PublicKeysError> {
        let keys = document.get("keys").and_then(Value::as_array).ok_or(PublicKeysError::Malformed)?;
        if keys.len() > KEYS_MAX {
            return Err(PublicKeysError::TooMany);
        }
        if keys.iter().any(is_private) {
            return Err(PublicKeysError::Private);
        }
        Ok(Self(keys.iter().filter_map(read_public).collect()))
    }

    /// Whether no key is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys.
    pub fn iter(&self) -> impl Iterator<Item = &Jwk> {
        self.0.iter()
    }
}

impl TryFrom<Value> for PublicKeys {
    type Error = PublicKeysError;

    fn try_from(document: Value) -> Result<Self, PublicKeysError> {
        Self::read(&document)
    }
}

impl From<PublicKeys> for Value {
    fn from(keys: PublicKeys) -> Self {
        serde_json::json!({ "keys": keys.0 })
    }
}

fn is_private(jwk: &Value) -> bool {
    PRIVATE.iter().any(|name| jwk.get(name).is_some()) || jwk.get("kty").and_then(Value::as_str) == Some("oct")
}

/// Reads one public key; `None` for private ones and for kinds we do not know.
pub(super) fn read_public(jwk: &Value) -> Option<Jwk> {
    if is_private(jwk) {
        return None;
    }
    let jwk: Jwk = serde_json::from_value(jwk.clone()).ok()?;
    match &jwk.algorithm {
        AlgorithmParameters::EllipticCurve(_) | AlgorithmParameters::RSA(_) | AlgorithmParameters::OctetKeyPair(_) => {
            Some(jwk)
        }
        _ => None,
    }
}

/// What a signature is checked with.
pub enum Keys<'a> {
    /// A set of public keys.
    Public(&'a PublicKeys),
    /// A secret both sides hold.
    Secret(&'a [u8]),
    /// The public key in the header itself: proves that the sender has its private half, not who they are.
    Embedded,
}

impl Keys<'_> {
    pub(super) fn check_signature(&self, header: &Header, message: &str, signature: &str) -> Result<(), JoseError> {
        let algorithm = header.algorithm;
        let fits = |key: &DecodingKey| {
            jsonwebtoken::crypto::verify(signature, message.as_bytes(), key, algorithm.of_library()).unwrap_or(false)
        };
        // The kind of key decides which algorithms come into question, never the token (RFC 8725 §3.1).
        match (self, algorithm.is_secret()) {
            (Keys::Secret(secret), true) => {
                if fits(&DecodingKey::from_secret(secret)) {
                    Ok(())
                } else {
                    Err(JoseError::Signature)
                }
            }
            (Keys::Public(set), false) => {
                let named = |key: &&Jwk| header.kid.is_none() || key.common.key_id == header.kid;
                let mut candidates = set.iter().filter(named).filter(|key| can_verify(key, algorithm)).peekable();
                if candidates.peek().is_none() {
                    return Err(JoseError::UnknownKey);
                }
                let good = candidates.filter_map(|key| DecodingKey::from_jwk(key).ok()).any(|key| fits(&key));
                if good { Ok(()) } else { Err(JoseError::Signature) }
            }
            (Keys::Embedded, false) => {
                let jwk = header.jwk.as_ref().filter(|key| can_verify(key, algorithm)).ok_or(JoseError::Header)?;
                let key = DecodingKey::from_jwk(jwk).map_err(|_| JoseError::Header)?;
                if fits(&key) { Ok(()) } else { Err(JoseError::Signature) }
            }
            (Keys::Secret(_), false) | (Keys::Public(_) | Keys::Embedded, true) => Err(JoseError::Algorithm),
        }
    }
}

/// Whether the key is of the algorithm's kind and meant for signatures.
fn can_verify(key: &Jwk, algorithm: SignatureAlgorithm) -> bool {
    let common = &key.common;
    let meant = common.public_key_use.as_ref().is_none_or(|usage| *usage == PublicKeyUse::Signature)
        && common.key_operations.as_ref().is_none_or(|operations| operations.contains(&KeyOperations::Verify));
    let named = common.key_algorithm.is_none_or(|named| {
        named.to_string().parse::<jsonwebtoken::Algorithm>().is_ok_and(|named| named == algorithm.of_library())
    });
    let kind = match (&key.algorithm, algorithm) {
        (AlgorithmParameters::EllipticCurve(ec), SignatureAlgorithm::Es256) => ec.curve == EllipticCurve::P256,
        (AlgorithmParameters::EllipticCurve(ec), SignatureAlgorithm::Es384) => ec.curve == EllipticCurve::P384,
        (AlgorithmParameters::OctetKeyPair(okp), SignatureAlgorithm::EdDsa) => okp.curve == EllipticCurve::Ed25519,
        (
            AlgorithmParameters::RSA(_),
            SignatureAlgorithm::Rs256
            | SignatureAlgorithm::Rs384
            | SignatureAlgorithm::Rs512
            | SignatureAlgorithm::Ps256
            | SignatureAlgorithm::Ps384
            | SignatureAlgorithm::Ps512,
        ) => true,
        _ => false,
    };
    meant && named && kind
}

/// The SHA-256 thumbprint of a key (RFC 7638), base64url.
pub fn thumbprint(key: &Jwk) -> Option<String> {
    key.thumbprint(ThumbprintHash::SHA256).ok()
}

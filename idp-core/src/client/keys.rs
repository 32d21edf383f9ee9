//! A client's public keys (RFC 7517): registered by value, or where they are fetched.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::HttpsUri;
use crate::key::PublicJwk;

/// How many keys are looked at; a longer set is refused.
const MOST: usize = 32;
/// The members that only a private or symmetric key has.
const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "k"];

/// Where a client's keys are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeySource {
    /// Registered with the client.
    #[serde(rename = "jwks")]
    Registered(ClientKeySet),
    /// Fetched from the client.
    #[serde(rename = "jwks_uri")]
    Fetched(HttpsUri),
}

/// What a key is for (RFC 7517 §4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyUse {
    /// Signatures.
    #[serde(rename = "sig")]
    Signature,
    /// Encryption.
    #[serde(rename = "enc")]
    Encryption,
}

/// One public key of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientKey {
    /// How headers name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// What it is for; for both when absent.
    #[serde(default, rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<KeyUse>,
    /// The only algorithm it is for, when present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    /// Its certificates, base64 DER, the key's own first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub x5c: Vec<String>,
    /// The key.
    #[serde(flatten)]
    pub public: PublicJwk,
}

impl ClientKey {
    /// Whether it may be used for `usage` with the algorithm called `alg`.
    pub fn serves(&self, usage: KeyUse, alg: &str) -> bool {
        self.usage.is_none_or(|own| own == usage) && self.alg.as_deref().is_none_or(|own| own == alg)
    }
}

/// A client's key set. Reading one skips keys of kinds we do not know (RFC 7517 §5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "serde_json::Value")]
pub struct ClientKeySet {
    /// The keys we can use.
    pub keys: Vec<ClientKey>,
}

/// Why a key set is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// No JSON object with a list `keys`.
    #[error("a key set is a JSON object with a list of keys")]
    Unreadable,
    /// A private or symmetric key: whoever sent it has given it away.
    #[error("a key set must hold public keys alone")]
    Private,
    /// More than 32.
    #[error("a key set has at most 32 keys")]
    TooMany,
    /// No key that we could use.
    #[error("a key set needs a key we can use: RSA from 2048 bits, EC on P-256 or P-384, or Ed25519")]
    NoneUsable,
}

impl ClientKeySet {
    /// Reads a key set.
    pub fn read(document: serde_json::Value) -> Result<Self, KeySetError> {
        let Some(keys) = document.get("keys").and_then(serde_json::Value::as_array) else {
            return Err(KeySetError::Unreadable);
        };
        if keys.len() > MOST {
            return Err(KeySetError::TooMany);
        }
        if keys.iter().any(|key| PRIVATE.iter().any(|member| key.get(member).is_some())) {
            return Err(KeySetError::Private);
        }
        let read = |key: &serde_json::Value| serde_json::from_value::<ClientKey>(key.clone()).ok();
        let keys: Vec<ClientKey> = keys.iter().filter_map(read).filter(|key| is_strong(&key.public)).collect();
        if keys.is_empty() { Err(KeySetError::NoneUsable) } else { Ok(Self { keys }) }
    }

    /// The keys that a header naming `kid` (or none) and `alg` can mean.
    pub fn candidates<'a>(
        &'a self,
        kid: Option<&'a str>,
        usage: KeyUse,
        alg: &'a str,
    ) -> impl Iterator<Item = &'a ClientKey> {
        let named = move |key: &&ClientKey| kid.is_none_or(|kid| key.kid.as_deref() == Some(kid));
        self.keys.iter().filter(named).filter(move |key| key.serves(usage, alg))
    }
}

impl TryFrom<serde_json::Value> for ClientKeySet {
    type Error = KeySetError;

    fn try_from(document: serde_json::Value) -> Result<Self, KeySetError> {
        Self::read(document)
    }
}

fn is_strong(key: &PublicJwk) -> bool {
    let length = |text: &str| URL_SAFE_NO_PAD.decode(text).map(|bytes| bytes.len()).unwrap_or_default();
    match key {
        PublicJwk::Ec { crv, x, y } => {
            let size = match crv.as_str() {
                "P-256" => 32,
                // For signatures alone: nothing is encrypted to it.
                "P-384" => 48,
                _ => return false,
            };
            length(x) == size && length(y) == size
        }
        PublicJwk::Rsa { n, e } => (256..=1_024).contains(&length(n)) && (1..=8).contains(&length(e)),
        PublicJwk::Okp { crv, x } => crv == "Ed25519" && length(x) == 32,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ec(kid: &str) -> serde_json::Value {
        let coordinate = URL_SAFE_NO_PAD.encode([1; 32]);
        json!({"kty": "EC", "crv": "P-256", "x": coordinate, "y": coordinate, "kid": kid, "use": "sig", "more": 1})
    }

    #[test]
    fn a_set_is_read_written_and_read_again() {
        let set = ClientKeySet::read(json!({"keys": [ec("a"), {"kty": "new"}, ec("b")]})).unwrap();
        assert_eq!(set.keys.len(), 2);
        assert_eq!(ClientKeySet::read(serde_json::to_value(&set).unwrap()), Ok(set.clone()));
        let found = |kid, usage, alg| set.candidates(kid, usage, alg).count();
        assert_eq!(found(Some("a"), KeyUse::Signature, "ES256"), 1);
        assert_eq!(found(None, KeyUse::Signature, "ES256"), 2);
        assert_eq!(found(Some("a"), KeyUse::Encryption, "ECDH-ES"), 0);
        assert_eq!(found(Some("c"), KeyUse::Signature, "ES256"), 0);
    }

    #[test]
    fn private_weak_and_absurd_sets_are_refused() {
        let mut private = ec("a");
        private["d"] = "AQAB".into();
        let weak = json!({"kty": "RSA", "n": URL_SAFE_NO_PAD.encode([255; 128]), "e": "AQAB"});
        let oct = json!({"kty": "oct", "k": "AQAB"});
        for (document, refused) in [
            (json!([]), KeySetError::Unreadable),
            (json!({"keys": {}}), KeySetError::Unreadable),
            (json!({"keys": [ec("a"), private]}), KeySetError::Private),
            (json!({"keys": [oct]}), KeySetError::Private),
            (json!({"keys": [weak]}), KeySetError::NoneUsable),
            (json!({"keys": []}), KeySetError::NoneUsable),
            (json!({"keys": vec![ec("a"); 33]}), KeySetError::TooMany),
        ] {
            assert_eq!(ClientKeySet::read(document), Err(refused));
        }
    }
}

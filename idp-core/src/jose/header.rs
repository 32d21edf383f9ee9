//! The header of a token (RFC 7515 §4). Nothing in it is believed; it only says how to look.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use serde_json::{Map, Value};

use super::keys::read_public;
use super::{JoseError, Keys, Rules, SignatureAlgorithm};

/// Members that bring or name a key from elsewhere, or that must be understood: nothing of ours needs them, and each was
/// a way in somewhere (RFC 8725 §2.7, §3.10).
const REFUSED: [&str; 3] = ["crit", "jku", "x5u"];

/// What a header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The algorithm.
    pub algorithm: SignatureAlgorithm,
    /// Which key.
    pub kid: Option<String>,
    /// What kind of token, in lower case and without `application/` (RFC 7515 §4.1.9).
    pub typ: Option<String>,
    /// The public key it brings, where that is the way (RFC 9449 §4.2).
    pub jwk: Option<Jwk>,
}

impl Header {
    pub(super) fn read(encoded: &str) -> Result<Self, JoseError> {
        let json = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| JoseError::Malformed)?;
        let members: Map<String, Value> = serde_json::from_slice(&json).map_err(|_| JoseError::Malformed)?;
        if REFUSED.iter().any(|name| members.contains_key(*name)) {
            return Err(JoseError::Header);
        }
        let text = |name: &str| match members.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str())),
            Some(_) => Err(JoseError::Malformed),
        };
        let name = text("alg")?.ok_or(JoseError::Malformed)?;
        let typ = text("typ")?.map(|typ| {
            let lower = typ.to_ascii_lowercase();
            lower.strip_prefix("application/").map_or_else(|| lower.clone(), str::to_owned)
        });
        let jwk = members.get("jwk").map(|jwk| read_public(jwk).ok_or(JoseError::Header)).transpose()?;
        Ok(Self {
            algorithm: SignatureAlgorithm::from_name(name).ok_or(JoseError::Algorithm)?,
            kid: text("kid")?.map(str::to_owned),
            typ,
            jwk,
        })
    }

    pub(super) fn check(&self, keys: &Keys<'_>, rules: &Rules<'_>) -> Result<(), JoseError> {
        if !rules.typ.contains(&self.typ.as_deref()) {
            return Err(JoseError::Typ);
        }
        if !rules.algorithms.contains(&self.algorithm) {
            return Err(JoseError::Algorithm);
        }
        match (keys, &self.jwk) {
            (Keys::Embedded, Some(_)) | (Keys::Public(_) | Keys::Secret(_), None) => Ok(()),
            (Keys::Embedded, None) | (Keys::Public(_) | Keys::Secret(_), Some(_)) => Err(JoseError::Header),
        }
    }
}

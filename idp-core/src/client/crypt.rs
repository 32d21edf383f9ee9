//! The algorithms by which a client wants its answers signed and encrypted (RFC 7518, OpenID Connect Registration §2).

use serde::{Deserialize, Serialize};

use crate::key::Algorithm;

/// How the key of a JWE comes to its reader (RFC 7518 §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum KeyManagement {
    /// Encrypted to an RSA key.
    #[serde(rename = "RSA-OAEP-256")]
    RsaOaep256,
    /// Agreed on P-256, used as it is.
    #[serde(rename = "ECDH-ES")]
    EcdhEs,
    /// Agreed on P-256, wrapping a 256-bit-or-less key with 128 bits.
    #[serde(rename = "ECDH-ES+A128KW")]
    EcdhEsA128Kw,
    /// The same with 256 bits.
    #[serde(rename = "ECDH-ES+A256KW")]
    EcdhEsA256Kw,
}

impl KeyManagement {
    /// Every way, in the order discovery lists them.
    pub const ALL: [Self; 4] = [Self::RsaOaep256, Self::EcdhEs, Self::EcdhEsA128Kw, Self::EcdhEsA256Kw];

    /// The `alg` value.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::EcdhEs => "ECDH-ES",
            Self::EcdhEsA128Kw => "ECDH-ES+A128KW",
            Self::EcdhEsA256Kw => "ECDH-ES+A256KW",
        }
    }

    /// Reads the `alg` value.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|alg| alg.name() == name)
    }
}

/// How the content of a JWE is encrypted (RFC 7518 §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum ContentEncryption {
    /// What registrations mean that name none (OpenID Connect Registration §2).
    #[default]
    #[serde(rename = "A128CBC-HS256")]
    A128CbcHs256,
    /// AES-256-CBC with HMAC-SHA-512.
    #[serde(rename = "A256CBC-HS512")]
    A256CbcHs512,
    /// AES-128-GCM.
    #[serde(rename = "A128GCM")]
    A128Gcm,
    /// AES-256-GCM.
    #[serde(rename = "A256GCM")]
    A256Gcm,
}

impl ContentEncryption {
    /// Every way, in the order discovery lists them.
    pub const ALL: [Self; 4] = [Self::A128CbcHs256, Self::A256CbcHs512, Self::A128Gcm, Self::A256Gcm];

    /// The `enc` value.
    pub const fn name(self) -> &'static str {
        match self {
            Self::A128CbcHs256 => "A128CBC-HS256",
            Self::A256CbcHs512 => "A256CBC-HS512",
            Self::A128Gcm => "A128GCM",
            Self::A256Gcm => "A256GCM",
        }
    }

    /// Reads the `enc` value.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|enc| enc.name() == name)
    }
}

/// How one kind of answer is encrypted to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encryption {
    /// `…_encrypted_response_alg`.
    pub alg: KeyManagement,
    /// `…_encrypted_response_enc`.
    #[serde(default)]
    pub enc: ContentEncryption,
}

/// How one kind of answer is protected. Encrypted alone means signed JSON is not asked for: plain claims are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Protection {
    /// `…_signed_response_alg`.
    pub signed: Option<Algorithm>,
    /// `…_encrypted_response_alg` and `_enc`.
    pub encrypted: Option<Encryption>,
}

/// How a client wants its answers protected. The ID token's signature is `id_token_alg`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Answers {
    /// ID tokens: encrypted around their signature.
    pub id_token_encryption: Option<Encryption>,
    /// Userinfo; JSON when nothing is chosen.
    pub userinfo: Protection,
    /// Introspection (RFC 9701); JSON unless the request accepts a JWT.
    pub introspection: Protection,
    /// Authorization responses (JARM §3).
    pub authorization: Protection,
}

impl Answers {
    /// Every encryption chosen.
    pub fn encryptions(&self) -> impl Iterator<Item = Encryption> {
        [self.id_token_encryption, self.userinfo.encrypted, self.introspection.encrypted, self.authorization.encrypted]
            .into_iter()
            .flatten()
    }

    /// Every signature chosen.
    pub fn signatures(&self) -> impl Iterator<Item = Algorithm> {
        [self.userinfo.signed, self.introspection.signed, self.authorization.signed].into_iter().flatten()
    }
}

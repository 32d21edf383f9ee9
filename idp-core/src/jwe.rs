//! JSON Web Encryption (RFC 7516, compact form): to a client's public key, and back from one of the realm's own.
//!
//! | `alg` | the content key |
//! |---|---|
//! | `RSA-OAEP-256` | is drawn and encrypted to an RSA key |
//! | `ECDH-ES` | is what both sides agree on (RFC 7518 §4.6.2) |
//! | `ECDH-ES+A128KW`, `ECDH-ES+A256KW` | is drawn and wrapped with what both sides agree on |

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::client::{ContentEncryption, Encryption, KeyManagement};
use crate::entropy::Entropy;
use crate::fault::Fault;
use crate::key::PublicJwk;

mod agreement;
mod content;
mod opener;
mod rsa;

pub use agreement::AgreementKey;
pub use opener::Opener;
pub use rsa::DecryptionKey as RsaKey;

/// Longer ones are not looked at.
const LONGEST: usize = 64 * 1024;

/// What is encrypted, by the `cty` of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// A signed JWT: sign, then encrypt (RFC 7519 §11.2).
    Jwt,
    /// Claims as they are.
    Claims,
}

/// To whom something is encrypted, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The algorithms.
    pub encryption: Encryption,
    /// How the reader finds the key.
    pub kid: Option<String>,
    /// The key.
    pub public: PublicJwk,
}

/// The header of what we encrypt and read (RFC 7516 §4).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Header {
    alg: KeyManagement,
    enc: ContentEncryption,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    typ: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cty: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epk: Option<PublicJwk>,
    #[serde(skip_serializing_if = "Option::is_none")]
    apu: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    apv: Option<String>,
    // Read only to be refused: an extension, or compression, which tells lengths (RFC 8725 §3.6).
    #[serde(skip_serializing)]
    crit: Option<serde::de::IgnoredAny>,
    #[serde(skip_serializing)]
    zip: Option<serde::de::IgnoredAny>,
}

impl Header {
    /// How the reader finds the key.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// How the content key comes.
    pub fn alg(&self) -> KeyManagement {
        self.alg
    }

    /// Both algorithms.
    pub fn encryption(&self) -> Encryption {
        Encryption { alg: self.alg, enc: self.enc }
    }
}

/// A private key that decrypts.
pub enum Reader<'a> {
    /// For `RSA-OAEP-256`.
    Rsa(&'a RsaKey),
    /// For the ways of `ECDH-ES`.
    Agreement(&'a AgreementKey),
}

/// Encrypts `plain` to `recipient`. The library asks its own generator for the ephemeral key.
pub fn encrypt(entropy: &dyn Entropy, recipient: &Recipient, content: Content, plain: &[u8]) -> Result<String, Fault> {
    let failed = || Fault::Broken("an answer could not be encrypted to its client's key".into());
    let Encryption { alg, enc } = recipient.encryption;
    let drawn = content::draw_key(entropy, enc);
    let (key, encrypted_key, epk) = match (alg, &recipient.public) {
        (KeyManagement::RsaOaep256, PublicJwk::Rsa { n, e }) => {
            let encrypted = rsa::encrypt_key(n, e, &drawn).ok_or_else(failed)?;
            (drawn, encrypted, None)
        }
        (
            KeyManagement::EcdhEs | KeyManagement::EcdhEsA128Kw | KeyManagement::EcdhEsA256Kw,
            PublicJwk::Ec { x, y, .. },
        ) => {
            let agreed = agreement::with_peer(x, y, alg, enc).ok_or_else(failed)?;
            match agreement::wrap(alg, &agreed.key, &drawn) {
                None => (agreed.key, Vec::new(), Some(agreed.ephemeral)),
                Some(wrapped) => (drawn, wrapped.map_err(|_| failed())?, Some(agreed.ephemeral)),
            }
        }
        (KeyManagement::RsaOaep256, PublicJwk::Ec { .. } | PublicJwk::Okp { .. })
        | (
            KeyManagement::EcdhEs | KeyManagement::EcdhEsA128Kw | KeyManagement::EcdhEsA256Kw,
            PublicJwk::Rsa { .. } | PublicJwk::Okp { .. },
        ) => return Err(failed()),
    };
    let header = Header {
        alg,
        enc,
        kid: recipient.kid.clone(),
        typ: (content == Content::Jwt).then(|| "JWT".to_owned()),
        cty: (content == Content::Jwt).then(|| "JWT".to_owned()),
        epk,
        apu: None,
        apv: None,
        crit: None,
        zip: None,
    };
    let header = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&header).map_err(|_| failed())?);
    let sealed = content::encrypt(entropy, enc, &key, (header.as_bytes(), plain)).ok_or_else(failed)?;
    let parts = [encrypted_key, sealed.iv, sealed.ciphertext, sealed.tag].map(|part| URL_SAFE_NO_PAD.encode(part));
    Ok(format!("{header}.{}", parts.join(".")))
}

/// Whether a text has the five parts of a JWE in compact form, readable or not.
pub fn is_encrypted(text: &str) -> bool {
    text.bytes().filter(|byte| *byte == b'.').count() == 4
}

/// The header of a text that looks like a JWE; `None` for all others.
pub fn header(text: &str) -> Option<Header> {
    if text.len() > LONGEST || !is_encrypted(text) {
        return None;
    }
    let header = URL_SAFE_NO_PAD.decode(text.split('.').next()?).ok()?;
    let header: Header = serde_json::from_slice(&header).ok()?;
    (header.crit.is_none() && header.zip.is_none()).then_some(header)
}

/// Decrypts; every failure reads alike, so that nobody learns which part was wrong.
pub fn decrypt(text: &str, reader: &Reader<'_>) -> Option<Zeroizing<Vec<u8>>> {
    let head = header(text)?;
    let mut parts = text.split('.');
    let protected = parts.next()?;
    let mut next = || URL_SAFE_NO_PAD.decode(parts.next()?).ok();
    let (encrypted_key, iv, ciphertext, tag) = (next()?, next()?, next()?, next()?);
    let key = match (head.alg, reader) {
        (KeyManagement::RsaOaep256, Reader::Rsa(key)) => key.decrypt_key(&encrypted_key)?,
        (KeyManagement::EcdhEs | KeyManagement::EcdhEsA128Kw | KeyManagement::EcdhEsA256Kw, Reader::Agreement(key)) => {
            let agreed = key.agreed(&head, &head_info(&head)?)?;
            agreement::unwrap(head.alg, agreed, &encrypted_key)?
        }
        (KeyManagement::RsaOaep256, Reader::Agreement(_))
        | (KeyManagement::EcdhEs | KeyManagement::EcdhEsA128Kw | KeyManagement::EcdhEsA256Kw, Reader::Rsa(_)) => {
            return None;
        }
    };
    content::decrypt(head.enc, &key, protected.as_bytes(), content::Sealed { iv, ciphertext, tag })
}

/// The parties' info of the key derivation, as the sender wrote it.
fn head_info(head: &Header) -> Option<(Vec<u8>, Vec<u8>)> {
    let read = |text: &Option<String>| match text {
        None => Some(Vec::new()),
        Some(text) => URL_SAFE_NO_PAD.decode(text).ok(),
    };
    Some((read(&head.apu)?, read(&head.apv)?))
}

#[cfg(test)]
mod tests;

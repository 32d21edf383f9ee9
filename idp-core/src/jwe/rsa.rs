//! RSA-OAEP with SHA-256 (RFC 7518 §4.3).

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{
    KeySize, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, OaepPublicEncryptingKey, PrivateDecryptingKey,
    PublicEncryptingKey,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::fault::Fault;
use crate::secret::{Plain, SigningKey};

/// `rsaEncryption` with its empty parameters (RFC 8017 A.1).
const RSA_ENCRYPTION: [u8; 15] = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1, 5, 0];

/// Encrypts a content key to modulus and exponent, both base64url.
pub(super) fn encrypt_key(n: &str, e: &str, key: &[u8]) -> Option<Vec<u8>> {
    let (n, e) = (URL_SAFE_NO_PAD.decode(n).ok()?, URL_SAFE_NO_PAD.decode(e).ok()?);
    let public = PublicEncryptingKey::from_der(&spki(&n, &e)).ok()?;
    let public = OaepPublicEncryptingKey::new(public).ok()?;
    let mut encrypted = vec![0; public.ciphertext_size()];
    let length = public.encrypt(&OAEP_SHA256_MGF1SHA256, key, &mut encrypted, None).ok()?.len();
    encrypted.truncate(length);
    Some(encrypted)
}

/// The private half of a realm's RSA encryption key.
pub struct DecryptionKey(OaepPrivateDecryptingKey);

impl DecryptionKey {
    /// Draws a new key in its PKCS#8 form, to be sealed.
    pub fn generate() -> Result<Plain<SigningKey>, Fault> {
        let failed = || Fault::Broken("an encryption key could not be made".into());
        let private = PrivateDecryptingKey::generate(KeySize::Rsa2048).map_err(|_| failed())?;
        let der: Pkcs8V1Der<'_> = private.as_der().map_err(|_| failed())?;
        Ok(Plain::new(der.as_ref().to_vec()))
    }

    /// Reads the PKCS#8 form.
    pub fn open(der: &Plain<SigningKey>) -> Result<Self, Fault> {
        let unreadable = |_| Fault::unreadable("encryption key");
        let private =
            PrivateDecryptingKey::from_pkcs8(der.expose()).map_err(|_| Fault::unreadable("encryption key"))?;
        OaepPrivateDecryptingKey::new(private).map(Self).map_err(unreadable)
    }

    pub(super) fn decrypt_key(&self, encrypted: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let mut key = Zeroizing::new(vec![0; self.0.min_output_size()]);
        let length = self.0.decrypt(&OAEP_SHA256_MGF1SHA256, encrypted, &mut key, None).ok()?.len();
        key.truncate(length);
        Some(key)
    }
}

/// `SubjectPublicKeyInfo` (RFC 5280 §4.1) of an RSA key.
fn spki(n: &[u8], e: &[u8]) -> Vec<u8> {
    let key = element(0x30, &[integer(n), integer(e)].concat());
    let bits = element(3, &[&[0], key.as_slice()].concat());
    element(0x30, &[RSA_ENCRYPTION.as_slice(), &bits].concat())
}

/// An unsigned number; a leading zero keeps it from being read as a negative one.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().take_while(|byte| **byte == 0).count();
    let digits = &bytes[start..];
    match digits.first() {
        Some(first) if *first < 0x80 => element(2, digits),
        Some(_) | None => element(2, &[&[0], digits].concat()),
    }
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut der = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => der.push(short),
        Ok(_) | Err(_) => {
            let digits: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|digit| *digit == 0).collect();
            der.push(0x80 | u8::try_from(digits.len()).unwrap_or(0x7f));
            der.extend(digits);
        }
    }
    der.extend_from_slice(content);
    der
}

//! A secret is two types: [`Plain`] in memory (never stored, printed, cloned or serialised) and what rests:
//! [`Hashed`] if we only compare it, [`Sealed`] if we need it back. The [`Vault`] turns one into the other.

use std::fmt;
use std::marker::PhantomData;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{hkdf, hmac};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::audit::checkpoint::Auditor;
use crate::entropy::{self, Entropy};
use crate::fault::Fault;
use crate::jwe::Opener;
use crate::jws::Signer;
use crate::key::KeyCache;

mod purpose;
mod root;

pub use purpose::*;
pub use root::RootKey;

/// A secret in memory, wiped when dropped.
pub struct Plain<P>(Zeroizing<Vec<u8>>, PhantomData<fn() -> P>);

impl<P> Plain<P> {
    /// Takes the bytes over.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes), PhantomData)
    }

    /// 256 random bits in base64url, 43 characters.
    pub fn random(entropy: &dyn Entropy) -> Self {
        let mut drawn = entropy::bytes::<32>(entropy);
        let text = URL_SAFE_NO_PAD.encode(drawn);
        drawn.zeroize();
        Self::new(text.into_bytes())
    }

    /// The bytes, for the one who needs them now.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The text, for a cookie or a link; empty when the bytes are no text.
    pub fn expose_text(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl<P: Purpose> fmt::Debug for Plain<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Plain<{}>(…)", P::NAME)
    }
}

/// HMAC-SHA-256 of a secret under the installation key: it can be compared and looked up, not read.
pub struct Hashed<P>(Vec<u8>, PhantomData<fn() -> P>);

impl<P> Hashed<P> {
    /// From the stored form.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes, PhantomData)
    }

    /// The stored form, 32 bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Compares in constant time.
    pub fn matches(&self, other: &Hashed<P>) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl<P> Clone for Hashed<P> {
    fn clone(&self) -> Self {
        Self::from_bytes(self.0.clone())
    }
}

impl<P> PartialEq for Hashed<P> {
    fn eq(&self, other: &Self) -> bool {
        self.matches(other)
    }
}

impl<P> Eq for Hashed<P> {}

impl<P: Purpose> fmt::Debug for Hashed<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Hashed<{}>(…)", P::NAME)
    }
}

/// AES-256-GCM under the installation key: random nonce, ciphertext, tag.
pub struct Sealed<P>(Vec<u8>, PhantomData<fn() -> P>);

impl<P> Sealed<P> {
    /// From the stored form.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes, PhantomData)
    }

    /// The stored form.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl<P> Clone for Sealed<P> {
    fn clone(&self) -> Self {
        Self::from_bytes(self.0.clone())
    }
}

impl<P: Purpose> fmt::Debug for Sealed<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Sealed<{}>(…)", P::NAME)
    }
}

/// The installation key is not 32 bytes in base64 or hexadecimal digits.
#[derive(Debug, thiserror::Error)]
#[error("the installation key must be 32 random bytes, written in base64 or as 64 hexadecimal digits")]
pub struct BadInstallationKey;

/// Holds what the root key yields: one hashing key, one sealing key, and the realms' keys unsealed with it. The root is
/// the installation key itself, or what it unwraps ([`root`]).
pub struct Vault {
    root: Zeroizing<[u8; 32]>,
    hashing: hmac::Key,
    sealing: LessSafeKey,
    auditor: Auditor,
    signers: KeyCache<Signer>,
    openers: KeyCache<Opener>,
}

impl Vault {
    /// Derives both keys from the installation key (HKDF-SHA-256, RFC 5869).
    pub fn open(installation_key: &[u8; 32]) -> Result<Self, BadInstallationKey> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"sekisho").extract(installation_key);
        let mut hashing = Zeroizing::new([0_u8; 32]);
        let mut sealing = Zeroizing::new([0_u8; 32]);
        let mut auditing = Zeroizing::new([0_u8; 32]);
        derive(&root, b"hashing 1", &mut hashing)?;
        derive(&root, b"sealing 1", &mut sealing)?;
        derive(&root, b"auditing 1", &mut auditing)?;
        let sealing = UnboundKey::new(&AES_256_GCM, sealing.as_slice()).map_err(|_| BadInstallationKey)?;

        Ok(Self {
            root: Zeroizing::new(*installation_key),
            hashing: hmac::Key::new(hmac::HMAC_SHA256, hashing.as_slice()),
            sealing: LessSafeKey::new(sealing),
            auditor: Auditor::from_seed(auditing.as_slice()).ok_or(BadInstallationKey)?,
            signers: KeyCache::default(),
            openers: KeyCache::default(),
        })
    }

    /// Signs checkpoints of the audit log.
    pub fn auditor(&self) -> &Auditor {
        &self.auditor
    }

    /// The signing keys opened so far.
    pub(crate) fn signers(&self) -> &KeyCache<Signer> {
        &self.signers
    }

    /// The decryption keys opened so far.
    pub(crate) fn openers(&self) -> &KeyCache<Opener> {
        &self.openers
    }

    /// Reads the key's text form.
    pub fn open_text(text: &str) -> Result<Self, BadInstallationKey> {
        let text = text.trim();
        let bytes = match decode_hex(text) {
            Some(bytes) => bytes,
            None => {
                Zeroizing::new(base64::engine::general_purpose::STANDARD.decode(text).map_err(|_| BadInstallationKey)?)
            }
        };
        let key: &[u8; 32] = bytes.as_slice().try_into().map_err(|_| BadInstallationKey)?;
        Self::open(key)
    }

    /// What rests of a secret that is only compared.
    pub fn hash<P: Purpose>(&self, plain: &[u8]) -> Hashed<P> {
        self.hash_within(&[], plain)
    }

    /// The same, bound to the row it belongs to: a low-entropy secret never hashes alike in two rows.
    pub fn hash_within<P: Purpose>(&self, row: &[u8], plain: &[u8]) -> Hashed<P> {
        Hashed::from_bytes(self.mac(P::NAME, row, plain).as_ref().to_vec())
    }

    /// A secret that rests nowhere: it is made anew, of its row and of what tells it from others of the row.
    pub fn derive<P: Purpose>(&self, row: &[u8], of: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut secret = Zeroizing::new([0; 32]);
        secret.copy_from_slice(self.mac(P::NAME, row, of).as_ref());
        secret
    }

    fn mac(&self, purpose: &str, row: &[u8], plain: &[u8]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.hashing);
        for part in [purpose.as_bytes(), row] {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        context.update(plain);
        context.sign()
    }

    /// Encrypts; `row` is authenticated with it, so that a value cannot be moved to another row.
    pub fn seal<P: Purpose>(&self, entropy: &dyn Entropy, row: &[u8], plain: &[u8]) -> Result<Sealed<P>, Fault> {
        let nonce = entropy::bytes::<NONCE_LEN>(entropy);
        let mut body = plain.to_vec();
        self.sealing
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), associated::<P>(row), &mut body)
            .map_err(|_| Fault::Broken("sealing failed".into()))?;
        Ok(Sealed::from_bytes([nonce.as_slice(), &body].concat()))
    }

    /// Decrypts.
    pub fn unseal<P: Purpose>(&self, row: &[u8], sealed: &Sealed<P>) -> Result<Plain<P>, Fault> {
        let wrong = || Fault::Broken(format!("a sealed {} does not open: is it the right installation key?", P::NAME));
        let (nonce, body) = sealed.0.split_at_checked(NONCE_LEN).ok_or_else(wrong)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| wrong())?;
        let mut body = Zeroizing::new(body.to_vec());
        let length = self.sealing.open_in_place(nonce, associated::<P>(row), &mut body).map_err(|_| wrong())?.len();
        body.truncate(length);
        Ok(Plain(body, PhantomData))
    }
}

fn associated<P: Purpose>(row: &[u8]) -> Aad<Vec<u8>> {
    Aad::from([P::NAME.as_bytes(), b"\0", row].concat())
}

fn derive(root: &hkdf::Prk, label: &[u8], into: &mut [u8; 32]) -> Result<(), BadInstallationKey> {
    root.expand(&[label], hkdf::HKDF_SHA256).and_then(|key| key.fill(into)).map_err(|_| BadInstallationKey)
}

fn decode_hex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    if text.len() != 64 {
        return None;
    }
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let bytes = digits?.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap_or(0)).collect();
    Some(Zeroizing::new(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn a_sealed_value_opens_only_in_its_own_row_and_for_its_own_purpose() {
        let vault = Vault::open(&[7; 32]).unwrap();
        let sealed = vault.seal::<AppSecret>(&SeededEntropy::new(1), b"row", b"hello").unwrap();
        assert_eq!(vault.unseal(b"row", &sealed).unwrap().expose(), b"hello");
        assert!(vault.unseal(b"other", &sealed).is_err());
        assert!(vault.unseal(b"row", &Sealed::<SigningKey>::from_bytes(sealed.bytes().to_vec())).is_err());
        assert!(Vault::open(&[8; 32]).unwrap().unseal(b"row", &sealed).is_err());
    }

    #[test]
    fn hashes_differ_by_purpose_and_by_row() {
        let vault = Vault::open(&[7; 32]).unwrap();
        assert_ne!(vault.hash::<LinkSecret>(b"x").bytes(), vault.hash::<TokenSecret>(b"x").bytes());
        assert_ne!(
            vault.hash_within::<MailedCode>(b"a", b"x").bytes(),
            vault.hash_within::<MailedCode>(b"b", b"x").bytes()
        );
    }

    #[test]
    fn a_secret_never_shows_in_debug() {
        assert_eq!(format!("{:?}", Plain::<LinkSecret>::new(b"x".to_vec())), "Plain<link>(…)");
    }

    #[test]
    fn the_key_is_read_from_both_spellings() {
        assert!(Vault::open_text(&"ab".repeat(32)).is_ok());
        assert!(Vault::open_text("q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=\n").is_ok());
        assert!(Vault::open_text("short").is_err());
    }
}

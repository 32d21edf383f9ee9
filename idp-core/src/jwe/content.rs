//! Content encryption (RFC 7518 §5): AES-GCM, and AES-CBC with HMAC-SHA-2.

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::cipher::{
    AES_128, AES_256, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey,
    UnboundCipherKey,
};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::client::ContentEncryption;
use crate::entropy::{self, Entropy};

/// The parts of a sealed content.
pub(super) struct Sealed {
    pub(super) iv: Vec<u8>,
    pub(super) ciphertext: Vec<u8>,
    pub(super) tag: Vec<u8>,
}

/// How many bytes the content key has.
pub(super) const fn key_length(enc: ContentEncryption) -> usize {
    match enc {
        ContentEncryption::A128Gcm => 16,
        ContentEncryption::A256Gcm | ContentEncryption::A128CbcHs256 => 32,
        ContentEncryption::A256CbcHs512 => 64,
    }
}

/// A fresh content key.
pub(super) fn draw_key(entropy: &dyn Entropy, enc: ContentEncryption) -> Zeroizing<Vec<u8>> {
    let drawn = Zeroizing::new(entropy::bytes::<64>(entropy));
    Zeroizing::new(drawn[..key_length(enc)].to_vec())
}

/// Encrypts `plain` and authenticates it together with the header.
pub(super) fn encrypt(
    entropy: &dyn Entropy,
    enc: ContentEncryption,
    key: &[u8],
    (header, plain): (&[u8], &[u8]),
) -> Option<Sealed> {
    if key.len() != key_length(enc) {
        return None;
    }
    let mut ciphertext = plain.to_vec();
    match enc {
        ContentEncryption::A128Gcm | ContentEncryption::A256Gcm => {
            let iv = entropy::bytes::<NONCE_LEN>(entropy);
            let nonce = Nonce::assume_unique_for_key(iv);
            let tag = gcm(enc, key)?.seal_in_place_separate_tag(nonce, Aad::from(header), &mut ciphertext).ok()?;
            Some(Sealed { iv: iv.to_vec(), ciphertext, tag: tag.as_ref().to_vec() })
        }
        ContentEncryption::A128CbcHs256 | ContentEncryption::A256CbcHs512 => {
            let (mac_key, encryption_key) = key.split_at(key.len() / 2);
            let iv = entropy::bytes::<16>(entropy);
            let cipher = PaddedBlockEncryptingKey::cbc_pkcs7(block_key(encryption_key)?).ok()?;
            cipher.less_safe_encrypt(&mut ciphertext, EncryptionContext::Iv128(FixedLength::from(iv))).ok()?;
            let tag = cbc_tag(enc, mac_key, [header, &iv, &ciphertext]);
            Some(Sealed { iv: iv.to_vec(), ciphertext, tag })
        }
    }
}

/// Decrypts after the tag was found right.
pub(super) fn decrypt(enc: ContentEncryption, key: &[u8], header: &[u8], sealed: Sealed) -> Option<Zeroizing<Vec<u8>>> {
    if key.len() != key_length(enc) {
        return None;
    }
    let Sealed { iv, ciphertext, tag } = sealed;
    match enc {
        ContentEncryption::A128Gcm | ContentEncryption::A256Gcm => {
            let nonce = Nonce::try_assume_unique_for_key(&iv).ok()?;
            let mut body = Zeroizing::new([ciphertext, tag].concat());
            let length = gcm(enc, key)?.open_in_place(nonce, Aad::from(header), &mut body).ok()?.len();
            body.truncate(length);
            Some(body)
        }
        ContentEncryption::A128CbcHs256 | ContentEncryption::A256CbcHs512 => {
            let (mac_key, encryption_key) = key.split_at(key.len() / 2);
            let expected = cbc_tag(enc, mac_key, [header, &iv, &ciphertext]);
            if !bool::from(expected.ct_eq(&tag)) {
                return None;
            }
            let iv: [u8; 16] = iv.try_into().ok()?;
            let cipher = PaddedBlockDecryptingKey::cbc_pkcs7(block_key(encryption_key)?).ok()?;
            let mut body = Zeroizing::new(ciphertext);
            let length = cipher.decrypt(&mut body, DecryptionContext::Iv128(FixedLength::from(iv))).ok()?.len();
            body.truncate(length);
            Some(body)
        }
    }
}

fn gcm(enc: ContentEncryption, key: &[u8]) -> Option<LessSafeKey> {
    let algorithm = if enc == ContentEncryption::A128Gcm { &AES_128_GCM } else { &AES_256_GCM };
    UnboundKey::new(algorithm, key).ok().map(LessSafeKey::new)
}

fn block_key(key: &[u8]) -> Option<UnboundCipherKey> {
    UnboundCipherKey::new(if key.len() == 16 { &AES_128 } else { &AES_256 }, key).ok()
}

/// The first half of the MAC over header, IV, ciphertext and the header's length in bits (RFC 7518 §5.2.2.1).
fn cbc_tag(enc: ContentEncryption, key: &[u8], [header, iv, ciphertext]: [&[u8]; 3]) -> Vec<u8> {
    let algorithm = if enc == ContentEncryption::A256CbcHs512 { hmac::HMAC_SHA512 } else { hmac::HMAC_SHA256 };
    let mut context = hmac::Context::with_key(&hmac::Key::new(algorithm, key));
    for part in [header, iv, ciphertext, &(header.len() as u64 * 8).to_be_bytes()] {
        context.update(part);
    }
    let tag = context.sign();
    tag.as_ref()[..key.len()].to_vec()
}

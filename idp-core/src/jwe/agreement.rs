//! Key agreement on P-256 (RFC 7518 §4.6) with the single-step derivation of NIST SP 800-56A, and AES key wrapping.

use aws_lc_rs::agreement::{self, ECDH_P256, PrivateKey, UnparsedPublicKey};
use aws_lc_rs::digest;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::key_wrap::{AES_128, AES_256, AesKek, KeyWrap};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::{Header, content};
use crate::client::{ContentEncryption, KeyManagement};
use crate::fault::Fault;
use crate::key::PublicJwk;
use crate::secret::{Plain, SigningKey};

/// What was agreed on with a peer, and the public half they need to agree on the same.
pub(super) struct Agreed {
    pub(super) key: Zeroizing<Vec<u8>>,
    pub(super) ephemeral: PublicJwk,
}

/// Agrees with the owner of the public key by a key drawn for this once.
pub(super) fn with_peer(x: &str, y: &str, alg: KeyManagement, enc: ContentEncryption) -> Option<Agreed> {
    let own = PrivateKey::generate(&ECDH_P256).ok()?;
    let key = derive(&own, (x, y), (alg, enc), (&[], &[]))?;
    Some(Agreed { key, ephemeral: public_of(&own)? })
}

/// Wraps a content key; `None` where the agreed key is the content key itself.
pub(super) fn wrap(alg: KeyManagement, key: &[u8], content_key: &[u8]) -> Option<Result<Vec<u8>, Unspecified>> {
    let kek = kek(alg, key)?;
    Some(kek.and_then(|kek| {
        let mut wrapped = vec![0; content_key.len() + 8];
        let length = kek.wrap(content_key, &mut wrapped)?.len();
        wrapped.truncate(length);
        Ok(wrapped)
    }))
}

/// The content key out of what was agreed and what came wrapped.
pub(super) fn unwrap(alg: KeyManagement, key: Zeroizing<Vec<u8>>, wrapped: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let Some(kek) = kek(alg, &key) else { return wrapped.is_empty().then_some(key) };
    let mut content_key = Zeroizing::new(vec![0; wrapped.len()]);
    let length = kek.ok()?.unwrap(wrapped, &mut content_key).ok()?.len();
    content_key.truncate(length);
    Some(content_key)
}

fn kek(alg: KeyManagement, key: &[u8]) -> Option<Result<AesKek, Unspecified>> {
    match alg {
        KeyManagement::EcdhEsA128Kw => Some(AesKek::new(&AES_128, key)),
        KeyManagement::EcdhEsA256Kw => Some(AesKek::new(&AES_256, key)),
        KeyManagement::EcdhEs | KeyManagement::RsaOaep256 => None,
    }
}

/// The private half of a realm's agreement key.
pub struct AgreementKey {
    private: PrivateKey,
    public: PublicJwk,
}

impl AgreementKey {
    /// Draws a new key; the second half of the answer is its PKCS#8 form, to be sealed.
    pub fn generate() -> Result<(Self, Plain<SigningKey>), Fault> {
        let failed = || Fault::Broken("an encryption key could not be made".into());
        let private = PrivateKey::generate(&ECDH_P256).map_err(|_| failed())?;
        let der: Pkcs8V1Der<'_> = private.as_der().map_err(|_| failed())?;
        let der = Plain::new(der.as_ref().to_vec());
        Ok((Self::open(&der)?, der))
    }

    /// Reads the PKCS#8 form.
    pub fn open(der: &Plain<SigningKey>) -> Result<Self, Fault> {
        let unreadable = || Fault::unreadable("encryption key");
        let private = PrivateKey::from_private_key_der(&ECDH_P256, der.expose()).map_err(|_| unreadable())?;
        let public = public_of(&private).ok_or_else(unreadable)?;
        Ok(Self { private, public })
    }

    /// The public half.
    pub fn public(&self) -> &PublicJwk {
        &self.public
    }

    pub(super) fn agreed(&self, head: &Header, (apu, apv): &(Vec<u8>, Vec<u8>)) -> Option<Zeroizing<Vec<u8>>> {
        let Some(PublicJwk::Ec { crv, x, y }) = &head.epk else { return None };
        (crv == "P-256").then_some(())?;
        derive(&self.private, (x, y), (head.alg, head.enc), (apu, apv))
    }
}

fn public_of(key: &PrivateKey) -> Option<PublicJwk> {
    let public = key.compute_public_key().ok()?;
    let [4, point @ ..] = public.as_ref() else { return None };
    let (x, y) = point.split_at_checked(32)?;
    Some(PublicJwk::Ec { crv: "P-256".into(), x: URL_SAFE_NO_PAD.encode(x), y: URL_SAFE_NO_PAD.encode(y) })
}

/// RFC 7518 §4.6.2: the name that is derived for, and how many bytes. The library refuses points off the curve.
fn derive(
    own: &PrivateKey,
    (x, y): (&str, &str),
    (alg, enc): (KeyManagement, ContentEncryption),
    (apu, apv): (&[u8], &[u8]),
) -> Option<Zeroizing<Vec<u8>>> {
    let (name, length) = match alg {
        KeyManagement::EcdhEs => (enc.name(), content::key_length(enc)),
        KeyManagement::EcdhEsA128Kw => (alg.name(), 16),
        KeyManagement::EcdhEsA256Kw => (alg.name(), 32),
        KeyManagement::RsaOaep256 => return None,
    };
    let mut point = vec![4];
    point.extend(URL_SAFE_NO_PAD.decode(x).ok()?);
    point.extend(URL_SAFE_NO_PAD.decode(y).ok()?);
    let peer = UnparsedPublicKey::new(&ECDH_P256, point);
    let bits = u32::try_from(length * 8).ok()?;
    agreement::agree(own, peer, (), |secret| {
        let mut derived = Zeroizing::new(Vec::with_capacity(length + 32));
        let mut round = 0_u32;
        while derived.len() < length {
            round += 1;
            let mut context = digest::Context::new(&digest::SHA256);
            context.update(&round.to_be_bytes());
            context.update(secret);
            for part in [name.as_bytes(), apu, apv] {
                context.update(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
                context.update(part);
            }
            context.update(&bits.to_be_bytes());
            derived.extend_from_slice(context.finish().as_ref());
        }
        derived.truncate(length);
        Ok(derived)
    })
    .ok()
}

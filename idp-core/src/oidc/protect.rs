//! How an answer is protected for its client: signed, encrypted, or both. Prepared inside the transaction, done after it.

use std::sync::Arc;

use serde::Serialize;

use crate::client::FetchedKeys;
use crate::client::{Client, ClientKeySet, Encryption, HttpsUri, KeyManagement, KeySource, KeyUse, Protection};
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::entropy::Entropy;
use crate::fault::Fault;
use crate::jwe::{self, Content, Recipient};
use crate::jws::{Signer, Typ};
use crate::key::PublicJwk;
use crate::store;

/// What encryption takes: the keys that clients publish, and randomness.
pub type Means<'a> = (&'a FetchedKeys, &'a dyn Entropy);

/// To which of a client's keys an answer is encrypted, and how.
#[derive(Debug, Clone)]
pub struct Envelope {
    encryption: Encryption,
    source: KeySource,
}

impl Envelope {
    /// The envelope that `client` registered for one kind of answer.
    pub fn of(client: &Client, encryption: Option<Encryption>) -> Option<Self> {
        let (encryption, source) = encryption.zip(client.settings.keys.clone())?;
        Some(Self { encryption, source })
    }

    /// The address of the client's keys, where they must be fetched first.
    pub fn missing(&self, fetched: &FetchedKeys, now: Timestamp) -> Option<HttpsUri> {
        fetched.missing_unless(&self.source, now, |keys| recipient(keys, self.encryption).is_some())
    }

    /// Encrypts.
    ///
    /// # Errors
    /// A client without a key that fits, or whose keys could not be fetched: it cannot be answered.
    pub fn seal(&self, (fetched, entropy): Means<'_>, content: Content, plain: &[u8]) -> Result<String, Fault> {
        let keys = fetched.of(&self.source);
        let recipient = keys.and_then(|keys| recipient(&keys, self.encryption));
        let Some(recipient) = recipient else {
            return Err(Fault::Unavailable("a client that wants encrypted answers has no key to encrypt to".into()));
        };
        jwe::encrypt(entropy, &recipient, content, plain)
    }
}

fn recipient(keys: &ClientKeySet, encryption: Encryption) -> Option<Recipient> {
    let fits = |public: &PublicJwk| match (encryption.alg, public) {
        (KeyManagement::RsaOaep256, PublicJwk::Rsa { .. }) => true,
        (
            KeyManagement::EcdhEs | KeyManagement::EcdhEsA128Kw | KeyManagement::EcdhEsA256Kw,
            PublicJwk::Ec { crv, .. },
        ) => crv == "P-256",
        (_, PublicJwk::Rsa { .. } | PublicJwk::Ec { .. } | PublicJwk::Okp { .. }) => false,
    };
    let mut keys: Vec<_> = keys.candidates(None, KeyUse::Encryption, encryption.alg.name()).collect();
    // A key that says it is for encryption comes before one that says nothing.
    keys.sort_by_key(|key| key.usage.is_none());
    let key = keys.into_iter().find(|key| fits(&key.public))?;
    Some(Recipient { encryption, kid: key.kid.clone(), public: key.public.clone() })
}

/// What protects one answer.
pub struct Protecting {
    signer: Option<Arc<Signer>>,
    envelope: Option<Envelope>,
}

/// An answer as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protected<T> {
    /// As it is.
    Plain(T),
    /// A JWS or JWE in compact form.
    Jwt(String),
}

impl Protecting {
    /// What `client` registered as `protection`.
    pub(crate) async fn prepare(ctx: &Ctx, client: &Client, protection: &Protection) -> Result<Self, Fault> {
        let signer = match protection.signed {
            Some(algorithm) => Some(store::signing_key::active(ctx, algorithm).await?),
            None => None,
        };
        Ok(Self { signer, envelope: Envelope::of(client, protection.encrypted) })
    }

    /// The address of the client's keys, where they must be fetched first.
    pub fn missing(&self, fetched: &FetchedKeys, now: Timestamp) -> Option<HttpsUri> {
        self.envelope.as_ref().and_then(|envelope| envelope.missing(fetched, now))
    }

    /// Signs and encrypts `claims` as registered; hands them back where nothing is.
    pub fn protect<T: Serialize>(&self, means: Means<'_>, typ: Typ, claims: T) -> Result<Protected<T>, Fault> {
        let signed = self.signer.as_ref().map(|signer| signer.sign(typ, &claims)).transpose()?;
        match (signed, &self.envelope) {
            (None, None) => Ok(Protected::Plain(claims)),
            (Some(signed), None) => Ok(Protected::Jwt(signed)),
            (Some(signed), Some(envelope)) => envelope.seal(means, Content::Jwt, signed.as_bytes()).map(Protected::Jwt),
            (None, Some(envelope)) => {
                let plain =
                    serde_json::to_vec(&claims).map_err(|_| Fault::Broken("claims have no JSON form".into()))?;
                envelope.seal(means, Content::Claims, &plain).map(Protected::Jwt)
            }
        }
    }
}

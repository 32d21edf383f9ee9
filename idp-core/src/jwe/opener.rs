//! A private key of the realm, parsed and ready to open what was encrypted to it.

use zeroize::Zeroizing;

use super::{AgreementKey, Reader, RsaKey, decrypt};
use crate::fault::Fault;
use crate::jws::Signer;
use crate::key::{Algorithm, DecryptionAlgorithm, PublicJwk};
use crate::secret::{Plain, SigningKey};

enum Private {
    Rsa(Box<RsaKey>),
    Agreement(Box<AgreementKey>),
}

/// A private key with its public half.
pub struct Opener {
    private: Private,
    public: PublicJwk,
    kid: String,
}

impl Opener {
    /// Draws a new key; the second half of the answer is its PKCS#8 form, to be sealed.
    pub fn generate(algorithm: DecryptionAlgorithm) -> Result<(Self, Plain<SigningKey>), Fault> {
        let private = match algorithm {
            DecryptionAlgorithm::RsaOaep256 => RsaKey::generate()?,
            DecryptionAlgorithm::EcdhEs => AgreementKey::generate()?.1,
        };
        Ok((Self::open(algorithm, &private)?, private))
    }

    /// Parses a private key in PKCS#8.
    pub fn open(algorithm: DecryptionAlgorithm, der: &Plain<SigningKey>) -> Result<Self, Fault> {
        let (private, public) = match algorithm {
            DecryptionAlgorithm::RsaOaep256 => {
                // The library tells the public half of an RSA key to whoever could sign with it.
                let public = Signer::open(Algorithm::Rs256, der)?.public().clone();
                (Private::Rsa(Box::new(RsaKey::open(der)?)), public)
            }
            DecryptionAlgorithm::EcdhEs => {
                let key = AgreementKey::open(der)?;
                let public = key.public().clone();
                (Private::Agreement(Box::new(key)), public)
            }
        };
        let kid = public.thumbprint();
        Ok(Self { private, public, kid })
    }

    /// How headers name it.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public half.
    pub fn public(&self) -> &PublicJwk {
        &self.public
    }

    /// What was encrypted to it; `None` for everything else.
    pub fn opens(&self, text: &str) -> Option<Zeroizing<Vec<u8>>> {
        let reader = match &self.private {
            Private::Rsa(key) => Reader::Rsa(key),
            Private::Agreement(key) => Reader::Agreement(key),
        };
        decrypt(text, &reader)
    }
}

//! Certificates of clients and servers, and the authority that vouches for some of them.

use std::path::{Path, PathBuf};

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use idp_core::key::Algorithm;
use idp_core::secret::Plain;
use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, SanType};
use serde_json::{Value, json};

use crate::key::ClientKey;

/// One certificate with its key.
pub struct Certificate {
    der: Vec<u8>,
    pem: String,
    key: String,
    public: Vec<u8>,
}

/// Vouches for certificates.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// What a certificate names: `CN=name,O=Kenpo,C=JP`, and the alternatives.
fn params(name: &str, alternatives: Vec<SanType>) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    for (kind, value) in [(DnType::CountryName, "JP"), (DnType::OrganizationName, "Kenpo"), (DnType::CommonName, name)]
    {
        params.distinguished_name.push(kind, value);
    }
    params.subject_alt_names = alternatives;
    params
}

impl Certificate {
    /// One that stands for itself.
    pub fn self_signed(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = params(name, Vec::new()).self_signed(&key).unwrap();
        Self::of(&certificate, &key)
    }

    fn of(certificate: &rcgen::Certificate, key: &KeyPair) -> Self {
        Self {
            der: certificate.der().to_vec(),
            pem: certificate.pem(),
            key: key.serialize_pem(),
            public: key.public_key_raw().to_vec(),
        }
    }

    /// The value of `Client-Cert` (RFC 9440 §2.1).
    pub fn header(&self) -> String {
        format!(":{}:", STANDARD.encode(&self.der))
    }

    /// Its key, for tokens.
    pub fn signing_key(&self, kid: &str) -> ClientKey {
        let private = KeyPair::from_pem(&self.key).unwrap().serialize_der();
        ClientKey::opened(kid, Algorithm::Es256, &Plain::new(private))
    }

    /// For a TLS client.
    pub fn identity(&self) -> reqwest::Identity {
        reqwest::Identity::from_pem(format!("{}{}", self.pem, self.key).as_bytes()).unwrap()
    }

    /// As a key set with its certificate in `x5c`.
    pub fn jwks(&self) -> Value {
        let [4, point @ ..] = self.public.as_slice() else { panic!("no point of P-256") };
        let (x, y) = point.split_at(32);
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        json!({"keys": [{"kty": "EC", "crv": "P-256", "x": x, "y": y, "x5c": [STANDARD.encode(&self.der)]}]})
    }

    /// `x5t#S256`.
    pub fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, &self.der))
    }

    /// Certificate and key.
    pub fn pem(&self) -> (String, String) {
        (self.pem.clone(), self.key.clone())
    }

    /// Writes certificate and key into `folder`.
    pub fn write(&self, folder: &Path) -> (PathBuf, PathBuf) {
        let (certificate, key) = (folder.join("server.pem"), folder.join("server.key"));
        std::fs::write(&certificate, &self.pem).unwrap();
        std::fs::write(&key, &self.key).unwrap();
        (certificate, key)
    }
}

impl Authority {
    /// A new one.
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = params(name, Vec::new());
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Vouches for a certificate.
    pub fn issues(&self, name: &str, alternatives: Vec<SanType>) -> Certificate {
        let key = KeyPair::generate().unwrap();
        let certificate = params(name, alternatives).signed_by(&key, &self.issuer).unwrap();
        Certificate::of(&certificate, &key)
    }

    /// For whoever trusts it.
    pub fn trusted(&self) -> reqwest::Certificate {
        reqwest::Certificate::from_pem(self.pem.as_bytes()).unwrap()
    }

    /// Writes its certificate into `folder`.
    pub fn write(&self, folder: &Path) -> PathBuf {
        let path = folder.join("authorities.pem");
        std::fs::write(&path, &self.pem).unwrap();
        path
    }
}

//! Keys of relying parties: for their assertions and their proofs of possession.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use idp_core::jws::Signer;
use idp_core::key::Algorithm;
use idp_core::secret::{Plain, SigningKey};
use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};

use crate::idp::Idp;
use crate::public_half;

static MADE: AtomicU64 = AtomicU64::new(0);

/// Claims with changes; null leaves a claim out.
pub fn with_changes(mut claims: Value, changes: &Value) -> Value {
    let held = claims.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(held.remove(name)),
            value => drop(held.insert(name.clone(), value.clone())),
        }
    }
    claims
}

/// A key on P-256, or an RSA key.
#[derive(Clone)]
pub struct ClientKey {
    /// How headers name it.
    pub kid: String,
    /// Its public half.
    pub jwk: Value,
    private: Arc<EncodingKey>,
    algorithm: jsonwebtoken::Algorithm,
}

/// The length of what stands before an RSA key of 2048 bits in PKCS#8.
const PKCS8_HEADER: usize = 26;

impl ClientKey {
    /// A new key.
    pub fn new(kid: &str) -> Self {
        Self::opened(kid, Algorithm::Es256, &Signer::generate(Algorithm::Es256).unwrap().1)
    }

    /// A new RSA key, which signs by PS256 unless a header says RS256.
    pub fn rsa(kid: &str) -> Self {
        Self::opened(kid, Algorithm::Ps256, &Signer::generate(Algorithm::Ps256).unwrap().1)
    }

    /// A new key on P-384.
    pub fn p384(kid: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
        let (x, y) = pair.public_key().as_ref()[1..].split_at(48);
        let [x, y] = [x, y].map(|number| URL_SAFE_NO_PAD.encode(number));
        let jwk = json!({"kty": "EC", "crv": "P-384", "kid": kid, "x": x, "y": y});
        let private = EncodingKey::from_ec_der(pair.to_pkcs8v1().unwrap().as_ref());
        Self { kid: kid.to_owned(), jwk, private: Arc::new(private), algorithm: jsonwebtoken::Algorithm::ES384 }
    }

    /// A key in PKCS#8.
    pub(crate) fn opened(kid: &str, algorithm: Algorithm, private: &Plain<SigningKey>) -> Self {
        let mut jwk = serde_json::to_value(Signer::open(algorithm, private).unwrap().public()).unwrap();
        jwk["kid"] = kid.into();
        let rsa = || EncodingKey::from_rsa_der(&private.expose()[PKCS8_HEADER..]);
        let (private, algorithm) = match algorithm {
            Algorithm::Es256 => (EncodingKey::from_ec_der(private.expose()), jsonwebtoken::Algorithm::ES256),
            Algorithm::Ps256 => (rsa(), jsonwebtoken::Algorithm::PS256),
            Algorithm::Rs256 => (rsa(), jsonwebtoken::Algorithm::RS256),
            Algorithm::EdDsa => (EncodingKey::from_ed_der(private.expose()), jsonwebtoken::Algorithm::EdDSA),
        };
        Self { kid: kid.to_owned(), jwk, private: Arc::new(private), algorithm }
    }

    /// A token with this header, to which `alg` is added where it is not there, and these claims. An RSA key signs as the
    /// header says, every other as it can.
    pub fn signs(&self, header: &Value, claims: &Value) -> String {
        let mut header = header.clone();
        if header.get("alg").is_none() {
            header["alg"] = format!("{:?}", self.algorithm).into();
        }
        let algorithm = match (self.jwk["kty"].as_str(), header["alg"].as_str()) {
            (Some("RSA"), Some("RS256")) => jsonwebtoken::Algorithm::RS256,
            (Some("RSA"), Some("PS256")) => jsonwebtoken::Algorithm::PS256,
            _ => self.algorithm,
        };
        let message = message(&header, claims);
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.private, algorithm);
        format!("{message}.{}", signature.unwrap())
    }

    /// The claims of a proof of possession that is good now.
    pub fn proof_claims(&self, idp: &Idp, method: &str, path: &str) -> Value {
        let jti = format!("proof-{}", MADE.fetch_add(1, Ordering::SeqCst));
        json!({"htm": method, "htu": format!("{}{path}", idp.origin()), "iat": idp.seconds(), "jti": jti})
    }

    /// A proof of possession with these claims (RFC 9449 §4.2).
    pub fn proves(&self, claims: &Value) -> String {
        self.signs(&json!({"typ": "dpop+jwt", "jwk": self.jwk}), claims)
    }

    /// A proof for the token endpoint that is good now.
    pub fn proof(&self, idp: &Idp) -> String {
        self.proves(&self.proof_claims(idp, "POST", "/token"))
    }
}

/// A token with a MAC.
pub fn hmac(secret: &[u8], header: &Value, claims: &Value) -> String {
    let mut header = header.clone();
    header["alg"] = "HS256".into();
    let message = message(&header, claims);
    let key = EncodingKey::from_secret(secret);
    let mac = jsonwebtoken::crypto::sign(message.as_bytes(), &key, jsonwebtoken::Algorithm::HS256).unwrap();
    format!("{message}.{mac}")
}

/// Tokens whose MAC has for its secret what everybody has, a public key, in every form in which a library may hold it.
pub fn hmac_by_public_key(jwk: &Value, header: &Value, claims: &Value) -> Vec<(&'static str, String)> {
    let forms = public_half::forms(jwk).into_iter();
    forms.map(|(form, secret)| (form, hmac(&secret, header, claims))).collect()
}

fn message(header: &Value, claims: &Value) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()))
}

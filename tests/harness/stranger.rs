//! Somebody with a key and a certificate of their own, who offers them in the header of what they sign.

use serde_json::{Value, json};

use crate::certificate::Certificate;
use crate::key::ClientKey;
use crate::shelf::Shelf;

const KEYS: &str = "keys-of-a-stranger";
const CERTIFICATE: &str = "certificate-of-a-stranger";

/// The key lies at an address that the provider could ask: it must not want to.
pub struct Stranger {
    /// Has the name that the genuine key has.
    pub key: ClientKey,
    certificate: Certificate,
    jku: String,
    x5u: String,
}

impl Stranger {
    /// Lays key and certificate out.
    pub fn new(kid: &str, shelf: &Shelf) -> Self {
        let certificate = Certificate::self_signed("stranger");
        let key = certificate.signing_key(kid);
        shelf.holds(KEYS, &json!({ "keys": [key.jwk] }).to_string());
        shelf.holds(CERTIFICATE, &certificate.pem().0);
        Self { key, certificate, jku: shelf.address(KEYS), x5u: shelf.address(CERTIFICATE) }
    }

    /// How often anybody came for them.
    pub fn visits(shelf: &Shelf) -> usize {
        shelf.fetched(KEYS) + shelf.fetched(CERTIFICATE)
    }

    /// The members of a header that lead to a key (RFC 7515 §4.1.2, §4.1.3, §4.1.5, §4.1.6), each alone.
    pub fn offers(&self) -> [(&'static str, Value); 4] {
        let chain = &self.certificate.jwks()["keys"][0]["x5c"];
        [
            ("a key to fetch", json!({ "jku": self.jku })),
            ("an embedded key", json!({ "jwk": self.key.jwk })),
            ("a certificate to fetch", json!({ "x5u": self.x5u })),
            ("an embedded certificate", json!({ "x5c": chain })),
        ]
    }

    /// What the stranger signs under this header, with each of the offers in it.
    pub fn signs(&self, header: &Value, claims: &Value) -> Vec<(&'static str, String)> {
        let offered = |offer: Value| {
            let mut header = header.clone();
            header["alg"] = "ES256".into();
            header.as_object_mut().unwrap().extend(offer.as_object().unwrap().clone());
            self.key.signs(&header, claims)
        };
        self.offers().into_iter().map(|(name, offer)| (name, offered(offer))).collect()
    }
}

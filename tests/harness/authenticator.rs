//! A software authenticator (WebAuthn Level 3 §6): makes key pairs of each kind that is asked for, and signs whatever a test makes it sign, also
//! what no honest one would.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// Flags of authenticator data (§6.1).
pub mod flags {
    /// Somebody was there.
    pub const PRESENT: u8 = 0x01;
    /// It was the holder.
    pub const VERIFIED: u8 = 0x04;
    /// The key can be copied.
    pub const ELIGIBLE: u8 = 0x08;
    /// The key is copied.
    pub const BACKED_UP: u8 = 0x10;
    /// A key pair follows.
    pub const ATTESTED: u8 = 0x40;
}

/// What an authenticator signs with (COSE algorithms, RFC 9053 §2.1 and RFC 8812 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// −7: P-256.
    Es256,
    /// −35: P-384.
    Es384,
    /// −257: RSA, 2048 bits.
    Rs256,
}

impl Algorithm {
    /// All of them, as they are asked for.
    pub const ALL: [Self; 3] = [Self::Es256, Self::Es384, Self::Rs256];

    /// Its number.
    pub const fn number(self) -> i64 {
        match self {
            Self::Es256 => -7,
            Self::Es384 => -35,
            Self::Rs256 => -257,
        }
    }
}

/// One authenticator, with every key pair it holds.
pub struct Authenticator {
    keys: Vec<Key>,
    /// What it says of itself.
    pub aaguid: [u8; 16],
    /// How it is reached.
    pub transports: Vec<&'static str>,
    /// Flags beside those of presence and verification.
    pub backup: u8,
    /// `platform` or `cross-platform`.
    pub attachment: &'static str,
    /// What its next key pairs are of.
    pub algorithm: Algorithm,
    made: u8,
}

struct Key {
    id: Vec<u8>,
    pair: Pair,
    user_handle: String,
    counter: u32,
}

enum Pair {
    Ec(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl Pair {
    fn generate(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Es256 => Self::Ec(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap()),
            Algorithm::Es384 => Self::Ec(EcdsaKeyPair::generate(&ECDSA_P384_SHA384_ASN1_SIGNING).unwrap()),
            Algorithm::Rs256 => Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()),
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Ec(pair) => pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
                signature
            }
        }
    }

    /// The public half as a COSE key (RFC 9053 §7.1.1, RFC 8230 §4).
    fn cose(&self) -> Vec<u8> {
        match self {
            // kty EC2, alg, crv, x, y.
            Self::Ec(pair) => {
                let point = &pair.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                let (head, length): (&[u8], u8) = match x.len() {
                    32 => (b"\xa5\x01\x02\x03\x26\x20\x01", 32),
                    _ => (b"\xa5\x01\x02\x03\x38\x22\x20\x02", 48),
                };
                [head, &[0x21, 0x58, length], x, &[0x22, 0x58, length], y].concat()
            }
            // kty RSA, alg, n, e. The key in DER ends with the modulus of 256 bytes, and the exponent 65537.
            Self::Rsa(pair) => {
                let key = pair.public_key().as_ref();
                let (rest, exponent) = key.split_at(key.len() - 3);
                let modulus = &rest[rest.len() - 2 - 256..rest.len() - 2];
                [b"\xa4\x01\x03\x03\x39\x01\x00\x20\x59\x01\x00".as_slice(), modulus, b"\x21\x43", exponent].concat()
            }
        }
    }
}

/// What an authenticator is about to sign; a test may change any of it.
#[derive(Debug, Clone)]
pub struct Claim {
    /// `webauthn.create` or `webauthn.get`.
    pub kind: String,
    /// The challenge, base64url.
    pub challenge: String,
    /// The page's origin.
    pub origin: String,
    /// The relying party.
    pub rp_id: String,
    /// See [`flags`].
    pub flags: u8,
    /// The signature counter.
    pub counter: u32,
    /// The holder; `None` leaves it out.
    pub user_handle: Option<String>,
    key: usize,
}

impl Default for Authenticator {
    fn default() -> Self {
        Self::new()
    }
}

impl Authenticator {
    /// An authenticator of the device itself whose keys stay in it.
    pub fn new() -> Self {
        let (keys, aaguid, transports) = (Vec::new(), [0; 16], vec!["internal"]);
        let (attachment, algorithm) = ("platform", Algorithm::Es256);
        Self { keys, aaguid, transports, backup: 0, attachment, algorithm, made: 0 }
    }

    /// A phone whose passkeys are synced, used from a PC by QR code.
    pub fn phone() -> Self {
        let backup = flags::ELIGIBLE | flags::BACKED_UP;
        Self { transports: vec!["internal", "hybrid"], backup, attachment: "cross-platform", ..Self::new() }
    }

    /// How many key pairs it holds.
    pub fn count(&self) -> usize {
        self.keys.len()
    }

    /// The id of its newest key pair, base64url.
    pub fn newest_id(&self) -> String {
        b64(&self.keys.last().unwrap().id)
    }

    /// Holds a key pair that was made for somebody elsewhere and signed so many times; its id and its public half, as that
    /// provider keeps them.
    pub fn holds_from_elsewhere(&mut self, user_handle: &[u8], counter: u32) -> (Vec<u8>, Vec<u8>) {
        self.made += 1;
        let id = digest(&SHA256, &[user_handle, &[self.made]].concat()).as_ref().to_vec();
        let pair = Pair::generate(self.algorithm);
        let public = pair.cose();
        self.keys.push(Key { id: id.clone(), pair, user_handle: b64(user_handle), counter });
        (id, public)
    }

    /// Holds what a copy of its key pairs would that signed so many times.
    pub fn holds_copies_that_signed(&mut self, times: u32) {
        self.keys.iter_mut().for_each(|key| key.counter = times);
    }

    /// Makes a key pair for a challenge, honestly.
    pub fn creates(&mut self, challenge: &Value, origin: &str) -> Value {
        let claim = self.claim_to_create(challenge, origin);
        self.attests(&claim)
    }

    /// Makes a key pair and says what an honest answer would claim.
    pub fn claim_to_create(&mut self, challenge: &Value, origin: &str) -> Claim {
        let asked = &challenge["options"]["publicKey"];
        let user_handle = asked["user"]["id"].as_str().unwrap().to_owned();
        self.made += 1;
        let id = digest(
            &SHA256,
            &[user_handle.as_bytes(), &[self.made], asked["challenge"].to_string().as_bytes()].concat(),
        );
        let wanted = asked["pubKeyCredParams"].as_array().unwrap();
        assert!(
            wanted.iter().any(|one| one["alg"] == self.algorithm.number()),
            "{:?} is not asked for",
            self.algorithm
        );
        let pair = Pair::generate(self.algorithm);
        self.keys.push(Key { id: id.as_ref().to_vec(), pair, user_handle, counter: 0 });
        Claim {
            kind: "webauthn.create".into(),
            challenge: asked["challenge"].as_str().unwrap().to_owned(),
            origin: origin.to_owned(),
            rp_id: asked["rp"]["id"].as_str().unwrap().to_owned(),
            flags: flags::PRESENT | flags::VERIFIED | flags::ATTESTED | self.backup,
            counter: 0,
            user_handle: None,
            key: self.keys.len() - 1,
        }
    }

    /// The answer that presents a new key pair, attestation `none` (§8.7).
    pub fn attests(&self, claim: &Claim) -> Value {
        let key = &self.keys[claim.key];
        let mut data = authenticator_data(claim);
        data.extend_from_slice(&self.aaguid);
        data.extend_from_slice(&u16::try_from(key.id.len()).unwrap().to_be_bytes());
        data.extend_from_slice(&key.id);
        data.extend_from_slice(&key.pair.cose());
        // {"fmt": "none", "attStmt": {}, "authData": bytes} in CBOR (RFC 8949 §3).
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        object.extend_from_slice(&u16::try_from(data.len()).unwrap().to_be_bytes());
        object.extend_from_slice(&data);
        json!({
            "id": b64(&key.id), "rawId": b64(&key.id), "type": "public-key",
            "authenticatorAttachment": self.attachment, "clientExtensionResults": { "credProps": { "rk": true } },
            "response": {
                "clientDataJSON": b64(client_data(claim).as_bytes()), "attestationObject": b64(&object),
                "transports": self.transports,
            },
        })
    }

    /// Whether it holds a key pair that is asked for.
    pub fn can_sign(&self, challenge: &Value) -> bool {
        let allowed = challenge["options"]["publicKey"]["allowCredentials"].as_array().cloned().unwrap_or_default();
        let is_asked = |key: &Key| allowed.is_empty() || allowed.iter().any(|one| one["id"] == b64(&key.id).as_str());
        self.keys.iter().any(is_asked)
    }

    /// Signs a challenge with the newest key pair it was asked for, honestly.
    pub fn signs(&mut self, challenge: &Value, origin: &str) -> Value {
        let claim = self.claim_to_sign(challenge, origin);
        self.signed(&claim)
    }

    /// Counts on and says what an honest answer would claim.
    pub fn claim_to_sign(&mut self, challenge: &Value, origin: &str) -> Claim {
        let asked = &challenge["options"]["publicKey"];
        let allowed = asked["allowCredentials"].as_array().cloned().unwrap_or_default();
        let is_asked = |key: &Key| allowed.is_empty() || allowed.iter().any(|one| one["id"] == b64(&key.id).as_str());
        let key = self.keys.iter().rposition(is_asked).expect("no key pair that was asked for");
        self.keys[key].counter += 1;
        Claim {
            kind: "webauthn.get".into(),
            challenge: asked["challenge"].as_str().unwrap().to_owned(),
            origin: origin.to_owned(),
            rp_id: asked["rpId"].as_str().unwrap().to_owned(),
            flags: flags::PRESENT | flags::VERIFIED | self.backup,
            counter: self.keys[key].counter,
            user_handle: Some(self.keys[key].user_handle.clone()),
            key,
        }
    }

    /// The answer that signs a claim (§7.2).
    pub fn signed(&self, claim: &Claim) -> Value {
        let key = &self.keys[claim.key];
        let (data, client) = (authenticator_data(claim), client_data(claim));
        let message = [data.as_slice(), digest(&SHA256, client.as_bytes()).as_ref()].concat();
        let signature = key.pair.sign(&message);
        json!({
            "id": b64(&key.id), "rawId": b64(&key.id), "type": "public-key",
            "authenticatorAttachment": self.attachment, "clientExtensionResults": {},
            "response": {
                "clientDataJSON": b64(client.as_bytes()), "authenticatorData": b64(&data),
                "signature": b64(&signature), "userHandle": claim.user_handle,
            },
        })
    }
}

fn client_data(claim: &Claim) -> String {
    json!({ "type": claim.kind, "challenge": claim.challenge, "origin": claim.origin, "crossOrigin": false })
        .to_string()
}

fn authenticator_data(claim: &Claim) -> Vec<u8> {
    let rp = digest(&SHA256, claim.rp_id.as_bytes());
    [rp.as_ref(), &[claim.flags], &claim.counter.to_be_bytes()].concat()
}

fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

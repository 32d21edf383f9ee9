//! Our JSON Web Encryption against npm's `jose`: each reads what the other wrote, in every pair of algorithms.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use idp_core::client::{ContentEncryption, Encryption, KeyManagement};
use idp_core::entropy::SeededEntropy;
use idp_core::jwe::{self, AgreementKey, Content, Reader, Recipient, RsaKey};
use idp_core::jws::Signer;
use idp_core::key::{Algorithm, PublicJwk};
use serde_json::{Value, json};

const PLAIN: &str = "eyJ0eXAiOiJKV1QifQ.e30.あ";

fn jose(plan: &Value) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("node");
    let mut node = Command::new("node")
        .arg("jwe.mjs")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Node is installed");
    let mut stdin = node.stdin.take().unwrap();
    stdin.write_all(plan.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn pairs() -> impl Iterator<Item = Encryption> {
    KeyManagement::ALL
        .into_iter()
        .flat_map(|alg| ContentEncryption::ALL.into_iter().map(move |enc| Encryption { alg, enc }))
}

#[test]
fn jose_opens_what_we_encrypt() {
    let keys = jose(&json!({ "keys": KeyManagement::ALL.map(KeyManagement::name) }));
    let key_of = |alg: KeyManagement| keys.iter().find(|key| key["alg"] == alg.name()).unwrap();
    let sealed: Vec<Value> = pairs()
        .map(|encryption| {
            let key = key_of(encryption.alg);
            let public: PublicJwk = serde_json::from_value(key["public"].clone()).unwrap();
            let recipient = Recipient { encryption, kid: Some("k".into()), public };
            let token = jwe::encrypt(&SeededEntropy::new(3), &recipient, Content::Jwt, PLAIN.as_bytes()).unwrap();
            json!({ "alg": encryption.alg.name(), "token": token, "private": key["private"] })
        })
        .collect();

    let opened = jose(&json!({ "open": sealed }));

    assert_eq!(opened.len(), 16);
    for (opened, encryption) in opened.iter().zip(pairs()) {
        assert_eq!(opened["plain"], PLAIN, "{encryption:?}");
        let header = &opened["header"];
        assert_eq!((&header["cty"], &header["kid"]), (&"JWT".into(), &"k".into()));
        assert_eq!(header["enc"], encryption.enc.name());
    }
}

#[test]
fn we_open_what_jose_encrypts() {
    let der = RsaKey::generate().unwrap();
    let rsa_public = Signer::open(Algorithm::Rs256, &der).unwrap().public().clone();
    let rsa = RsaKey::open(&der).unwrap();
    let (agreement, _) = AgreementKey::generate().unwrap();
    let reader = |alg: KeyManagement| match alg {
        KeyManagement::RsaOaep256 => (Reader::Rsa(&rsa), &rsa_public),
        KeyManagement::EcdhEs | KeyManagement::EcdhEsA128Kw | KeyManagement::EcdhEsA256Kw => {
            (Reader::Agreement(&agreement), agreement.public())
        }
    };
    let wanted: Vec<Value> = pairs()
        .map(|Encryption { alg, enc }| {
            json!({ "alg": alg.name(), "enc": enc.name(), "public": reader(alg).1, "plain": PLAIN })
        })
        .collect();

    let sealed = jose(&json!({ "seal": wanted }));

    assert_eq!(sealed.len(), 16);
    for (token, encryption) in sealed.iter().zip(pairs()) {
        let opened = jwe::decrypt(token.as_str().unwrap(), &reader(encryption.alg).0).unwrap();
        assert_eq!(opened.as_slice(), PLAIN.as_bytes(), "{encryption:?}");
    }
}

//! A public key as libraries hold it: whoever verifies a MAC with such bytes takes every token that anybody made.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
/// `id-ecPublicKey` on `prime256v1` (RFC 5480 §2.1.1).
const ON_P256: [u8; 19] = *b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
/// `rsaEncryption` and its empty parameters (RFC 3279 §2.3.1).
const BY_RSA: [u8; 13] = *b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";

/// The forms of the key, by name.
pub(crate) fn forms(jwk: &Value) -> Vec<(&'static str, Vec<u8>)> {
    let der = subject_public_key_info(jwk);
    let pem = pem(&der);
    vec![
        ("HS256 with the JWK", jwk.to_string().into_bytes()),
        ("HS256 with the PEM", pem.clone().into_bytes()),
        ("HS256 with the PEM without its last line end", pem.trim_end().as_bytes().to_vec()),
        ("HS256 with the DER", der),
    ]
}

/// RFC 5280 §4.1.
fn subject_public_key_info(jwk: &Value) -> Vec<u8> {
    let number = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
    let (algorithm, key) = match jwk["kty"].as_str() {
        Some("EC") => (ON_P256.to_vec(), [vec![4], number("x"), number("y")].concat()),
        Some("RSA") => {
            // The first bit of a modulus is set, and would be a sign.
            let modulus = element(INTEGER, &[vec![0], number("n")].concat());
            (BY_RSA.to_vec(), element(SEQUENCE, &[modulus, element(INTEGER, &number("e"))].concat()))
        }
        kind => panic!("no form of {kind:?} is known"),
    };
    let bits = element(BIT_STRING, &[vec![0], key].concat());
    element(SEQUENCE, &[element(SEQUENCE, &algorithm), bits].concat())
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length: Vec<u8> = content.len().to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    let length = match length.as_slice() {
        [short] if *short < 0x80 => vec![*short],
        digits => [&[0x80 | u8::try_from(digits.len()).unwrap()], digits].concat(),
    };
    [&[tag], length.as_slice(), content].concat()
}

/// RFC 7468 §13.
fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}

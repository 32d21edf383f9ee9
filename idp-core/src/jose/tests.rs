//! Every rule has its refusal, and every attack on JOSE that has a name.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::*;
use crate::clock::minutes;
use crate::jws::Signer;
use crate::key::Algorithm;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const SECONDS: i64 = 1_800_000_000;
const RULES: Rules<'static> = Rules {
    typ: &[None, Some("jwt")],
    algorithms: &[
        SignatureAlgorithm::Es256,
        SignatureAlgorithm::Rs256,
        SignatureAlgorithm::Ps256,
        SignatureAlgorithm::EdDsa,
    ],
    issuer: Some("client"),
    audience: Audience::AnyOf(&["https://id.example", "https://id.example/token"]),
    times: Times::Expiring { longest: minutes(10) },
};

fn key(algorithm: Algorithm) -> (Signer, PublicKeys) {
    let signer = Signer::generate(algorithm).unwrap().0;
    let mut jwk = serde_json::to_value(signer.public()).unwrap();
    jwk["kid"] = signer.kid().into();
    (signer, PublicKeys::read(&json!({ "keys": [jwk] })).unwrap())
}

fn claims() -> Value {
    json!({"iss": "client", "aud": "https://id.example", "exp": SECONDS + 60, "iat": SECONDS, "jti": "1"})
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn signed(signer: &Signer, header: &Value, claims: &Value) -> String {
    signer.sign_raw(&header.to_string(), &claims.to_string()).unwrap()
}

fn read(signer: &Signer, keys: &PublicKeys, claims: &Value) -> Result<(), JoseError> {
    let header = json!({"alg": signer.algorithm().name(), "kid": signer.kid()});
    verify(&signed(signer, &header, claims), &Keys::Public(keys), &RULES, NOW).map(|_| ())
}

#[test]
fn a_good_token_of_each_kind_of_key_is_read() {
    for algorithm in Algorithm::ALL {
        let (signer, keys) = key(algorithm);
        assert_eq!(read(&signer, &keys, &claims()), Ok(()));
        let header = json!({"alg": algorithm.name(), "typ": "application/JWT"});
        let token = signed(&signer, &header, &claims());
        let verified = verify(&token, &Keys::Public(&keys), &RULES, NOW).unwrap();
        assert_eq!(verified.claims.text("jti"), Some("1"), "a set is searched where there is no kid");
    }
}

#[test]
fn every_rule_about_claims_has_its_refusal() {
    let (signer, keys) = key(Algorithm::Es256);
    let cases = [
        (with("iss", json!("other")), JoseError::Issuer),
        (without("iss"), JoseError::Issuer),
        (with("aud", json!("https://elsewhere.example")), JoseError::Audience),
        (with("aud", json!([])), JoseError::Audience),
        (with("aud", json!({"a": 1})), JoseError::Audience),
        (without("aud"), JoseError::Audience),
        (without("exp"), JoseError::TimeMissing),
        (with("exp", json!("soon")), JoseError::TimeMissing),
        (with("exp", json!(1e300)), JoseError::TimeMissing),
        (with("exp", json!(i64::MAX)), JoseError::TimeMissing),
        (with("exp", json!(SECONDS)), JoseError::Expired),
        (with("exp", json!(SECONDS + 601)), JoseError::TooLong),
        (with("iat", json!(SECONDS + 60)), JoseError::Early),
        (with("nbf", json!(SECONDS + 60)), JoseError::Early),
    ];
    for (claims, refused) in cases {
        assert_eq!(read(&signer, &keys, &claims), Err(refused), "{claims}");
    }
    for good in [
        with("iat", json!(SECONDS + 10)),
        with("nbf", json!(SECONDS + 10)),
        with("iat", json!(1_799_999_999.5)),
        with("aud", json!(["x", "https://id.example/token"])),
    ] {
        assert_eq!(read(&signer, &keys, &good), Ok(()), "{good}");
    }
}

#[test]
fn an_audience_that_must_be_a_string_is_no_list() {
    let (signer, keys) = key(Algorithm::Es256);
    let rules = Rules { audience: Audience::Exactly("https://id.example"), ..RULES };
    let header = json!({"alg": "ES256", "kid": signer.kid()});
    let judged =
        |claims: &Value| verify(&signed(&signer, &header, claims), &Keys::Public(&keys), &rules, NOW).map(|_| ());
    assert_eq!(judged(&claims()), Ok(()));
    assert_eq!(judged(&with("aud", json!(["https://id.example"]))), Err(JoseError::Audience));
    assert_eq!(judged(&with("aud", json!("https://id.example/token"))), Err(JoseError::Audience));
}

#[test]
fn a_token_that_must_be_recent_says_when_it_was_made() {
    let (signer, keys) = key(Algorithm::Es256);
    let rules = Rules { times: Times::Recent { oldest: Duration::from_secs(60) }, ..RULES };
    let header = json!({"alg": "ES256", "kid": signer.kid()});
    let judged =
        |claims: &Value| verify(&signed(&signer, &header, claims), &Keys::Public(&keys), &rules, NOW).map(|_| ());
    assert_eq!(judged(&without("exp")), Ok(()));
    assert_eq!(judged(&without("iat")), Err(JoseError::TimeMissing));
    assert_eq!(judged(&with("iat", json!(SECONDS - 61))), Err(JoseError::TooLong));
}

#[test]
fn headers_that_bring_a_key_or_want_to_be_understood_are_refused() {
    let (signer, keys) = key(Algorithm::Es256);
    let jwk = serde_json::to_value(signer.public()).unwrap();
    for (name, value, refused) in [
        ("crit", json!(["exp"]), JoseError::Header),
        ("crit", json!([]), JoseError::Header),
        ("jku", json!("https://attacker.example/jwks"), JoseError::Header),
        ("x5u", json!("https://attacker.example/cert"), JoseError::Header),
        ("jwk", jwk, JoseError::Header),
        ("jwk", json!({"kty": "oct", "k": "AAAA"}), JoseError::Header),
        ("typ", json!("at+jwt"), JoseError::Typ),
        ("typ", json!("dpop+jwt"), JoseError::Typ),
        ("typ", json!(1), JoseError::Malformed),
        ("kid", json!("another"), JoseError::UnknownKey),
        ("kid", json!("../../etc/passwd"), JoseError::UnknownKey),
        ("kid", json!(["k"]), JoseError::Malformed),
        ("alg", json!("none"), JoseError::Algorithm),
        ("alg", json!("None"), JoseError::Algorithm),
        ("alg", json!("ES384"), JoseError::Algorithm),
        ("alg", json!("RS256"), JoseError::UnknownKey),
        ("alg", json!(null), JoseError::Malformed),
    ] {
        let mut header = json!({"alg": "ES256", "kid": signer.kid()});
        header[name] = value;
        let judged = verify(&signed(&signer, &header, &claims()), &Keys::Public(&keys), &RULES, NOW).map(|_| ());
        assert_eq!(judged, Err(refused), "{header}");
    }
}

#[test]
fn the_public_key_is_no_secret_and_the_secret_no_public_key() {
    let (signer, keys) = key(Algorithm::Rs256);
    let all = Rules { algorithms: &SignatureAlgorithm::ALL, ..RULES };
    let header = URL_SAFE_NO_PAD.encode(json!({"alg": "HS256", "kid": signer.kid()}).to_string());
    let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims().to_string()));
    let public = serde_json::to_vec(signer.public()).unwrap();
    let secret = jsonwebtoken::EncodingKey::from_secret(&public);
    let mac = jsonwebtoken::crypto::sign(message.as_bytes(), &secret, jsonwebtoken::Algorithm::HS256).unwrap();
    let forged = format!("{message}.{mac}");
    let judged = |keys: &Keys<'_>, token: &str| verify(token, keys, &all, NOW).map(|_| ());

    assert_eq!(judged(&Keys::Public(&keys), &forged), Err(JoseError::Algorithm));
    assert_eq!(judged(&Keys::Secret(&public), &forged), Ok(()), "the same token where a secret is agreed on");
    assert_eq!(judged(&Keys::Secret(b"other"), &forged), Err(JoseError::Signature));
    let token = signed(&signer, &json!({"alg": "RS256"}), &claims());
    assert_eq!(judged(&Keys::Secret(b"secret"), &token), Err(JoseError::Algorithm));
    assert_eq!(judged(&Keys::Embedded, &token), Err(JoseError::Header));
}

#[test]
fn a_set_holds_no_private_key_and_a_key_for_encryption_verifies_nothing() {
    let (signer, _) = key(Algorithm::Es256);
    let mut jwk = serde_json::to_value(signer.public()).unwrap();
    jwk["use"] = "enc".into();
    let keys = PublicKeys::read(&json!({ "keys": [jwk.clone(), {"kty": "new"}] })).unwrap();
    assert_eq!(read(&signer, &keys, &claims()), Err(JoseError::UnknownKey));
    jwk["d"] = "AAAA".into();
    assert_eq!(PublicKeys::read(&json!({ "keys": [jwk] })), Err(PublicKeysError::Private));
    let secret = json!({ "keys": [{"kty": "oct", "k": "AAAA"}] });
    assert_eq!(PublicKeys::read(&secret), Err(PublicKeysError::Private));
    assert_eq!(PublicKeys::read(&json!({ "keys": vec![json!({}); 33] })), Err(PublicKeysError::TooMany));
    for wrong in [json!([]), json!({}), json!({"keys": {}}), json!(null)] {
        assert_eq!(PublicKeys::read(&wrong), Err(PublicKeysError::Malformed));
    }
}

#[test]
fn whatever_is_changed_or_cut_is_refused() {
    let (signer, keys) = key(Algorithm::Es256);
    let token = signed(&signer, &json!({"alg": "ES256", "kid": signer.kid()}), &claims());
    let judged = |token: &str| verify(token, &Keys::Public(&keys), &RULES, NOW).map(|_| ());
    let (message, _) = token.rsplit_once('.').unwrap();
    let other = token.replacen('.', ".e30", 1);
    for wrong in ["", ".", "..", "a.b.c.d", message, &format!("{message}."), &format!("{token}."), &other] {
        assert!(judged(wrong).is_err(), "{wrong}");
    }
    assert_eq!(judged(&format!("{message}.{}", "A".repeat(86))), Err(JoseError::Signature));
    assert_eq!(judged(&"a".repeat(40_000)), Err(JoseError::Malformed));
    assert_eq!(unverified(&token).unwrap().text("iss"), Some("client"));
    assert!(unverified("a.b").is_err() && unverified("a.!.c").is_err());
}

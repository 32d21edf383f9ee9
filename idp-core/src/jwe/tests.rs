//! Every way there and back, and what is refused. That others read it is held by the tests with npm `jose`.

use super::*;
use crate::entropy::SeededEntropy;
use crate::jws::Signer;
use crate::key::Algorithm;

struct Pair {
    public: PublicJwk,
    rsa: Option<RsaKey>,
    agreement: Option<AgreementKey>,
}

impl Pair {
    fn of(alg: KeyManagement) -> Self {
        match alg {
            KeyManagement::RsaOaep256 => {
                // The public half comes from the signing side's reader of the same PKCS#8 form.
                let der = RsaKey::generate().unwrap();
                let public = Signer::open(Algorithm::Rs256, &der).unwrap().public().clone();
                Self { public, rsa: Some(RsaKey::open(&der).unwrap()), agreement: None }
            }
            KeyManagement::EcdhEs | KeyManagement::EcdhEsA128Kw | KeyManagement::EcdhEsA256Kw => {
                let (key, der) = AgreementKey::generate().unwrap();
                assert_eq!(AgreementKey::open(&der).unwrap().public(), key.public());
                Self { public: key.public().clone(), rsa: None, agreement: Some(key) }
            }
        }
    }

    fn reader(&self) -> Reader<'_> {
        match (&self.rsa, &self.agreement) {
            (Some(key), _) => Reader::Rsa(key),
            (None, key) => Reader::Agreement(key.as_ref().unwrap()),
        }
    }

    fn encrypts(&self, encryption: Encryption, plain: &[u8]) -> String {
        let recipient = Recipient { encryption, kid: Some("k".into()), public: self.public.clone() };
        encrypt(&SeededEntropy::new(1), &recipient, Content::Jwt, plain).unwrap()
    }
}

#[test]
fn every_pair_of_algorithms_goes_there_and_back() {
    for alg in KeyManagement::ALL {
        let pair = Pair::of(alg);
        for enc in ContentEncryption::ALL {
            for plain in [&b""[..], b"a", &[7; 16], &[9; 3_000]] {
                let text = pair.encrypts(Encryption { alg, enc }, plain);
                let head = header(&text).unwrap();
                assert_eq!((head.alg(), head.kid()), (alg, Some("k")));
                assert_eq!(decrypt(&text, &pair.reader()).unwrap().as_slice(), plain, "{alg:?} {enc:?}");
            }
        }
    }
}

#[test]
fn a_change_in_any_part_or_another_key_is_refused() {
    for alg in KeyManagement::ALL {
        let pair = Pair::of(alg);
        for enc in ContentEncryption::ALL {
            let text = pair.encrypts(Encryption { alg, enc }, b"claims");
            assert!(decrypt(&text, &Pair::of(alg).reader()).is_none());
            for part in 0..5 {
                let mut parts: Vec<String> = text.split('.').map(str::to_owned).collect();
                if parts[part].is_empty() {
                    parts[part] = "AAAA".into();
                } else {
                    let last = parts[part].len() - 2;
                    let other = if parts[part].as_bytes()[last] == b'A' { "B" } else { "A" };
                    parts[part].replace_range(last..=last, other);
                }
                assert!(decrypt(&parts.join("."), &pair.reader()).is_none(), "{alg:?} {enc:?} part {part}");
            }
        }
    }
}

#[test]
fn headers_with_compression_extensions_or_other_algorithms_are_refused() {
    for fields in [
        r#"{"alg":"dir","enc":"A128GCM"}"#,
        r#"{"alg":"RSA1_5","enc":"A128GCM"}"#,
        r#"{"alg":"ECDH-ES","enc":"A128GCM","zip":"DEF"}"#,
        r#"{"alg":"ECDH-ES","enc":"A128GCM","crit":["x"]}"#,
        r#"{"alg":"ECDH-ES"}"#,
        "[]",
    ] {
        assert!(header(&format!("{}....", URL_SAFE_NO_PAD.encode(fields))).is_none(), "{fields}");
    }
    for text in ["", "....", "a.b.c", &format!("{}....", "e30".repeat(30_000))] {
        assert!(header(text).is_none());
    }
}

#[test]
fn a_point_that_is_not_on_the_curve_is_refused() {
    let zero = URL_SAFE_NO_PAD.encode([1; 32]);
    let public = PublicJwk::Ec { crv: "P-256".into(), x: zero.clone(), y: zero };
    let encryption = Encryption { alg: KeyManagement::EcdhEs, enc: ContentEncryption::A128Gcm };
    let recipient = Recipient { encryption, kid: None, public };
    assert!(encrypt(&SeededEntropy::new(1), &recipient, Content::Jwt, b"x").is_err());
}

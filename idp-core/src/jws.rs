//! JSON Web Signatures (RFC 7515, compact form): put together over keys that were parsed once, verified strictly.

pub(crate) mod good;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{self, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::fault::Fault;
use crate::key::{Algorithm, PublicJwk};
use crate::secret::{Plain, SigningKey};

/// What a token is, by the `typ` of its header: keeps one kind from being taken for another (RFC 8725 §3.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typ {
    /// An ID token.
    IdToken,
    /// An access token (RFC 9068 §2.1).
    AccessToken,
    /// A logout token (OpenID Connect Back-Channel Logout §2.4).
    LogoutToken,
    /// Claims about a member (OpenID Connect Core §5.3.2); told from an ID token by what it lacks.
    Userinfo,
    /// What is known of a token (RFC 9701 §5).
    Introspection,
    /// An answer of the authorization endpoint (JARM §2.1). It has no type of its own; without `sub` it is no ID token.
    AuthorizationResponse,
}

impl Typ {
    /// The value in the header.
    pub const fn name(self) -> &'static str {
        match self {
            Self::IdToken | Self::Userinfo | Self::AuthorizationResponse => "JWT",
            Self::AccessToken => "at+jwt",
            Self::LogoutToken => "logout+jwt",
            Self::Introspection => "token-introspection+jwt",
        }
    }
}

enum Pair {
    Pkcs1(Box<rsa::KeyPair>),
    Pss(Box<rsa::KeyPair>),
    P256(Box<EcdsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

/// A private key, parsed and ready to sign.
pub struct Signer {
    pair: Pair,
    public: PublicJwk,
    kid: String,
}

impl Signer {
    /// Draws a new key. The library asks its own generator, the same one that [`crate::entropy`] asks.
    pub fn generate(algorithm: Algorithm) -> Result<(Self, Plain<SigningKey>), Fault> {
        let failed = |_| Fault::Broken("a signing key could not be made".into());
        let private = match algorithm {
            Algorithm::Rs256 | Algorithm::Ps256 => {
                let pair = rsa::KeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
                pair.as_der().map_err(failed)?.as_ref().to_vec()
            }
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?;
                pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec()
            }
            Algorithm::EdDsa => {
                let pair = Ed25519KeyPair::generate().map_err(failed)?;
                pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec()
            }
        };
        let private = Plain::new(private);
        Ok((Self::open(algorithm, &private)?, private))
    }

    /// Parses a private key in PKCS#8.
    pub fn open(algorithm: Algorithm, private: &Plain<SigningKey>) -> Result<Self, Fault> {
        let unreadable = || Fault::unreadable("signing key");
        let (pair, public) = match algorithm {
            Algorithm::Rs256 | Algorithm::Ps256 => {
                let pair = rsa::KeyPair::from_pkcs8(private.expose()).map_err(|_| unreadable())?;
                let (n, e) = rsa_public(pair.public_key().as_ref()).ok_or_else(unreadable)?;
                let public = PublicJwk::Rsa { n: URL_SAFE_NO_PAD.encode(n), e: URL_SAFE_NO_PAD.encode(e) };
                let pair = Box::new(pair);
                (if algorithm == Algorithm::Ps256 { Pair::Pss(pair) } else { Pair::Pkcs1(pair) }, public)
            }
            Algorithm::EdDsa => {
                let pair = Ed25519KeyPair::from_pkcs8(private.expose()).map_err(|_| unreadable())?;
                let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
                (Pair::Ed25519(Box::new(pair)), PublicJwk::Okp { crv: "Ed25519".into(), x })
            }
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private.expose())
                    .map_err(|_| unreadable())?;
                let [4, point @ ..] = pair.public_key().as_ref() else { return Err(unreadable()) };
                let (x, y) = point.split_at_checked(32).ok_or_else(unreadable)?;
                let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
                (Pair::P256(Box::new(pair)), PublicJwk::Ec { crv: "P-256".into(), x, y })
            }
        };
        let kid = public.thumbprint();
        Ok(Self { pair, public, kid })
    }

    /// The `kid` of what it signs.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public half.
    pub fn public(&self) -> &PublicJwk {
        &self.public
    }

    /// What it signs with.
    pub fn algorithm(&self) -> Algorithm {
        match self.pair {
            Pair::Pkcs1(_) => Algorithm::Rs256,
            Pair::P256(_) => Algorithm::Es256,
            Pair::Pss(_) => Algorithm::Ps256,
            Pair::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    /// Signs `claims`. RS256 takes about 0.3 ms, ES256 0.02 ms: not inside a writing transaction.
    pub fn sign(&self, typ: Typ, claims: &impl Serialize) -> Result<String, Fault> {
        let failed = || Fault::Broken("a token could not be signed".into());
        let header = format!(r#"{{"alg":"{}","typ":"{}","kid":"{}"}}"#, self.algorithm().name(), typ.name(), self.kid);
        let claims = serde_json::to_string(claims).map_err(|_| failed())?;
        self.sign_raw(&header, &claims)
    }

    /// Signs header and claims as they stand.
    pub(crate) fn sign_raw(&self, header: &str, claims: &str) -> Result<String, Fault> {
        let failed = || Fault::Broken("a token could not be signed".into());
        let mut token = URL_SAFE_NO_PAD.encode(header);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);

        let random = SystemRandom::new();
        let signature = match &self.pair {
            Pair::Pkcs1(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, token.as_bytes(), &mut signature).map_err(|_| failed())?;
                signature
            }
            Pair::Pss(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PSS_SHA256, &random, token.as_bytes(), &mut signature).map_err(|_| failed())?;
                signature
            }
            Pair::Ed25519(pair) => pair.sign(token.as_bytes()).as_ref().to_vec(),
            Pair::P256(pair) => pair.sign(&random, token.as_bytes()).map_err(|_| failed())?.as_ref().to_vec(),
        };
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        Ok(token)
    }
}

/// Modulus and exponent out of `RSAPublicKey ::= SEQUENCE { INTEGER, INTEGER }` (RFC 8017 A.1.1).
fn rsa_public(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (sequence, rest) = der_element(der, 0x30)?;
    let (modulus, after) = der_element(sequence, 0x02)?;
    let (exponent, end) = der_element(after, 0x02)?;
    let unsigned = |integer: &'_ [u8]| integer.iter().take_while(|byte| **byte == 0).count();
    (rest.is_empty() && end.is_empty()).then(|| (&modulus[unsigned(modulus)..], &exponent[unsigned(exponent)..]))
}

/// The content of the first element and what follows it.
fn der_element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let [first, length, rest @ ..] = der else { return None };
    if *first != tag {
        return None;
    }
    if *length < 0x80 {
        return rest.split_at_checked(usize::from(*length));
    }
    let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7f).min(4))?;
    let length = digits.iter().fold(0_usize, |sum, digit| (sum << 8) | usize::from(*digit));
    rest.split_at_checked(length)
}

/// What the header of a token of ours says; nothing in it is believed before the signature was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Which key.
    pub kid: String,
    /// Which algorithm.
    pub algorithm: Algorithm,
}

/// Reads the header of a token that should be one of ours: compact form, exact `typ`, known `alg`, a `kid`, no `crit`.
pub fn header(token: &str, typ: Typ) -> Option<Header> {
    let (encoded, _) = token.split_once('.')?;
    let json = URL_SAFE_NO_PAD.decode(encoded).ok()?;
    let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&json).ok()?;
    let text = |name: &str| fields.get(name).and_then(serde_json::Value::as_str);
    // An extension that must be understood (RFC 7515 §4.1.11) is never one of ours.
    if fields.contains_key("crit") || text("typ") != Some(typ.name()) {
        return None;
    }
    Some(Header { kid: text("kid")?.to_owned(), algorithm: Algorithm::from_name(text("alg")?)? })
}

/// The claims of a token whose signature is known to be good.
pub(crate) fn claims<C: DeserializeOwned>(token: &str) -> Option<C> {
    let encoded = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()
}

/// Checks the signature with `public` and returns the claims. Time, issuer and audience are the caller's to judge, who
/// has the operation's instant.
pub fn verified<C: DeserializeOwned>(token: &str, algorithm: Algorithm, public: &PublicJwk) -> Option<C> {
    use jsonwebtoken::{Algorithm as Verified, DecodingKey};

    let (algorithm, key) = match (algorithm, public) {
        (Algorithm::Rs256, PublicJwk::Rsa { n, e }) => (Verified::RS256, DecodingKey::from_rsa_components(n, e).ok()?),
        (Algorithm::Ps256, PublicJwk::Rsa { n, e }) => (Verified::PS256, DecodingKey::from_rsa_components(n, e).ok()?),
        (Algorithm::Es256, PublicJwk::Ec { x, y, .. }) => {
            (Verified::ES256, DecodingKey::from_ec_components(x, y).ok()?)
        }
        (Algorithm::EdDsa, PublicJwk::Okp { x, .. }) => (Verified::EdDSA, DecodingKey::from_ed_components(x).ok()?),
        (Algorithm::Rs256 | Algorithm::Ps256, PublicJwk::Ec { .. } | PublicJwk::Okp { .. })
        | (Algorithm::Es256, PublicJwk::Rsa { .. } | PublicJwk::Okp { .. })
        | (Algorithm::EdDsa, PublicJwk::Rsa { .. } | PublicJwk::Ec { .. }) => return None,
    };
    let mut validation = jsonwebtoken::Validation::new(algorithm);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    jsonwebtoken::decode(token, &key, &validation).ok().map(|data| data.claims)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn signers() -> [Signer; 4] {
        Algorithm::ALL.map(|algorithm| Signer::generate(algorithm).unwrap().0)
    }

    #[test]
    fn what_we_sign_jsonwebtoken_verifies_with_the_published_key() {
        for signer in signers() {
            let token = signer.sign(Typ::IdToken, &json!({"sub": "s", "exp": 1})).unwrap();
            let jwk: jsonwebtoken::jwk::Jwk =
                serde_json::from_value(serde_json::to_value(signer.public()).unwrap()).unwrap();
            assert_eq!(jwk.thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256).unwrap(), signer.kid());
            let head = jsonwebtoken::decode_header(&token).unwrap();
            assert_eq!(head.kid.as_deref(), Some(signer.kid()));
            let mut validation = jsonwebtoken::Validation::new(head.alg);
            validation.validate_exp = false;
            let key = jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap();
            assert_eq!(jsonwebtoken::decode::<Value>(&token, &key, &validation).unwrap().claims["sub"], "s");
        }
    }

    #[test]
    fn a_key_comes_back_from_its_pkcs8_form() {
        for algorithm in Algorithm::ALL {
            let (signer, private) = Signer::generate(algorithm).unwrap();
            assert_eq!(Signer::open(algorithm, &private).unwrap().public(), signer.public());
        }
    }

    #[test]
    fn a_token_changed_in_any_part_or_checked_with_another_key_is_refused() {
        for signer in signers() {
            let token = signer.sign(Typ::AccessToken, &json!({"sub": "s"})).unwrap();
            let read = |text: &str, public: &PublicJwk| verified::<Value>(text, signer.algorithm(), public);
            assert!(read(&token, signer.public()).is_some());
            for (part, _) in token.split('.').enumerate() {
                let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
                let first = if parts[part].starts_with('A') { "B" } else { "A" };
                parts[part].replace_range(0..1, first);
                assert!(read(&parts.join("."), signer.public()).is_none(), "part {part}");
            }
            for other in signers() {
                assert!(read(&token, other.public()).is_none());
            }
        }
    }

    #[test]
    fn one_kind_of_token_is_never_taken_for_another() {
        let [_, signer, ..] = signers();
        let token = signer.sign(Typ::AccessToken, &json!({})).unwrap();
        assert!(header(&token, Typ::IdToken).is_none());
        assert_eq!(header(&token, Typ::AccessToken).unwrap().kid, signer.kid());
    }

    #[test]
    fn a_header_with_none_hmac_crit_or_no_kid_is_refused() {
        let headers = [
            json!({"alg": "none", "typ": "JWT", "kid": "k"}),
            json!({"alg": "HS256", "typ": "JWT", "kid": "k"}),
            json!({"alg": "ES256", "typ": "JWT", "kid": "k", "crit": ["b64"]}),
            json!({"alg": "ES256", "typ": "JWT"}),
            json!({"alg": "ES256", "kid": "k"}),
            json!("text"),
        ];
        for fields in headers {
            let token = format!("{}.e30.AA", URL_SAFE_NO_PAD.encode(fields.to_string()));
            assert_eq!(header(&token, Typ::IdToken), None, "{fields}");
        }
        for text in ["", ".", "a.b.c", "e30"] {
            assert_eq!(header(text, Typ::IdToken), None);
        }
    }
}

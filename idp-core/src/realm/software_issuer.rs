//! Who vouches for software (RFC 7591 §2.3): an issuer of statements, and where its keys are.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::client::HttpsUri;

/// An issuer whose software statements a realm accepts. Its text form is `ISSUER JWKS-URI`, with a space between.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SoftwareIssuer {
    /// `iss` of its statements.
    pub issuer: String,
    /// Where its public keys are.
    pub keys: HttpsUri,
}

/// The text names no issuer with its keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected an issuer and the https address of its keys with a space between, such as https://directory.example https://directory.example/jwks"
)]
pub struct SoftwareIssuerError;

impl FromStr for SoftwareIssuer {
    type Err = SoftwareIssuerError;

    fn from_str(text: &str) -> Result<Self, SoftwareIssuerError> {
        let mut parts = text.split_ascii_whitespace();
        let (Some(issuer), Some(keys), None) = (parts.next(), parts.next(), parts.next()) else {
            return Err(SoftwareIssuerError);
        };
        if issuer.len() > 1_000 {
            return Err(SoftwareIssuerError);
        }
        Ok(Self { issuer: issuer.to_owned(), keys: HttpsUri::parse(keys).map_err(|_| SoftwareIssuerError)? })
    }
}

impl TryFrom<String> for SoftwareIssuer {
    type Error = SoftwareIssuerError;

    fn try_from(text: String) -> Result<Self, SoftwareIssuerError> {
        text.parse()
    }
}

impl From<SoftwareIssuer> for String {
    fn from(issuer: SoftwareIssuer) -> Self {
        format!("{} {}", issuer.issuer, issuer.keys.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_written_with_its_keys_and_reads_back() {
        let text = "https://directory.example https://directory.example/jwks";
        let issuer: SoftwareIssuer = text.parse().unwrap();
        assert_eq!(
            (issuer.issuer.as_str(), String::from(issuer.clone()).as_str()),
            ("https://directory.example", text)
        );
        for wrong in ["", "https://directory.example", "a b c", "a http://directory.example/jwks", "a /jwks"] {
            assert_eq!(wrong.parse::<SoftwareIssuer>(), Err(SoftwareIssuerError), "{wrong}");
        }
    }
}

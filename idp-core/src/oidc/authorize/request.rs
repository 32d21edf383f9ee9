//! An authorization request that passed every check.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::pushed::Reference;
use super::{ClaimsRequest, ResponseMode};
use crate::client::ResponseType;
use crate::consent::Permissions;
use crate::oidc::claims;
use crate::oidc::scope::Scopes;

/// What the relying party wants the member to be shown (OpenID Connect Core §3.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prompt {
    /// Nothing at all: a silent answer or an error. Stands alone.
    None,
    /// The sign-in page, although a session lives.
    Login,
    /// The consent page, although the consent was given before.
    Consent,
    /// A choice of account; we hold one account per browser, so that it means the sign-in page.
    SelectAccount,
}

impl Prompt {
    /// Every value, in the order discovery lists them.
    pub const ALL: [Self; 4] = [Self::None, Self::Login, Self::Consent, Self::SelectAccount];

    /// The value on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::SelectAccount => "select_account",
        }
    }

    /// Reads the value on the wire.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|prompt| prompt.name() == name)
    }
}

/// The S256 challenge of a code verifier (RFC 7636 §4.2); no other method is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeChallenge(String);

impl CodeChallenge {
    /// Reads 43 characters of base64url without padding.
    pub fn parse(text: &str) -> Option<Self> {
        let decoded = URL_SAFE_NO_PAD.decode(text).ok()?;
        (decoded.len() == digest::SHA256_OUTPUT_LEN).then(|| Self(text.to_owned()))
    }

    /// Whether `verifier` is well formed (RFC 7636 §4.1: 43 to 128 unreserved characters) and yields this challenge.
    pub fn is_met_by(&self, verifier: &str) -> bool {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        if !(43..=128).contains(&verifier.len()) || !verifier.bytes().all(unreserved) {
            return false;
        }
        let computed = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()));
        computed.as_bytes().ct_eq(self.0.as_bytes()).into()
    }
}

/// Whether a request named its redirect URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedirectUriSent {
    /// It did.
    #[default]
    Yes,
    /// It did not: the only one registered is meant.
    No,
}

const fn code() -> ResponseType {
    ResponseType::Code
}

/// An authorization request that passed every check. It is kept with the interaction as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// Where the answer goes, byte for byte as sent. It is matched against the registration once more before a redirect.
    pub redirect_uri: String,
    /// Whether the request named that address, so that the token request has to name it, too (RFC 6749 §4.1.3).
    #[serde(default)]
    pub redirect_uri_sent: RedirectUriSent,
    /// What the answer holds.
    #[serde(default = "code")]
    pub response_type: ResponseType,
    /// How the answer goes there.
    pub response_mode: ResponseMode,
    /// The scopes asked for that we know and the client may ask for.
    pub scopes: Scopes,
    /// Comes back unchanged.
    pub state: Option<String>,
    /// Comes back in the ID token.
    pub nonce: Option<String>,
    /// What the code verifier must hash to.
    pub code_challenge: Option<CodeChallenge>,
    /// What the member must, or must not, be shown.
    pub prompt: BTreeSet<Prompt>,
    /// How old the sign-in may be, in whole seconds.
    pub max_age_seconds: Option<u64>,
    /// What the sign-in page's user id field begins with.
    pub login_hint: Option<String>,
    /// The `sub` of the `id_token_hint`: only this member may be answered with.
    pub hinted_subject: Option<String>,
    /// The values of `sub` in the parameter `claims`: only a member whom the client knows by one of them may be answered
    /// with; anybody where there is none.
    #[serde(default)]
    pub named_subjects: BTreeSet<String>,
    /// The languages the member prefers, most wanted first (BCP 47, unchecked).
    pub ui_locales: Vec<String>,
    /// The authentication contexts wanted, most wanted first; met where possible.
    pub acr_values: Vec<String>,
    /// The authentication contexts of which one is required, most wanted first: an essential `acr` of the parameter
    /// `claims`. Values unknown to us are kept, since they cannot be met.
    #[serde(default)]
    pub essential_acr: Vec<String>,
    /// The claims asked for one by one.
    #[serde(default)]
    pub claims: ClaimsRequest,
    /// The services that the access token is for.
    #[serde(default)]
    pub resources: Vec<String>,
    /// What is to be allowed in detail (RFC 9396), as sent.
    #[serde(default)]
    pub authorization_details: Vec<serde_json::Value>,
    /// The thumbprint of the key that redeems the code.
    #[serde(default)]
    pub dpop_jkt: Option<String>,
    /// The pushed request it came from.
    #[serde(default)]
    pub pushed: Option<Reference>,
}

impl AuthorizationRequest {
    /// Whether `prompt` is among those asked for.
    pub fn prompts(&self, prompt: Prompt) -> bool {
        self.prompt.contains(&prompt)
    }

    /// What the member is asked to allow.
    pub fn permissions(&self) -> Permissions {
        let single = self.claims.userinfo.union(&self.claims.id_token);
        let beyond = |claim: &&String| claims::scope_of(claim).is_none_or(|scope| !self.scopes.contains(scope));
        Permissions {
            scopes: self.scopes.clone(),
            claims: single.filter(beyond).cloned().collect(),
            details: self.authorization_details.iter().map(ToString::to_string).collect(),
        }
    }

    /// How old the sign-in may be.
    pub fn max_age(&self) -> Option<Duration> {
        self.max_age_seconds.map(Duration::from_secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7636_appendix_b_is_met() {
        let challenge = CodeChallenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        assert!(challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(!challenge.is_met_by("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl"));
        assert!(!challenge.is_met_by("short"));
        assert!(!challenge.is_met_by(&"a".repeat(129)));
    }

    #[test]
    fn a_challenge_is_the_base64url_of_32_bytes() {
        assert!(CodeChallenge::parse("").is_none());
        assert!(CodeChallenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=").is_none());
        assert!(CodeChallenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM").is_none());
        assert!(CodeChallenge::parse("plain-verifier-of-no-use").is_none());
    }
}

//! What a client's access tokens are like.

use serde::{Deserialize, Serialize};

use crate::key::Algorithm;

/// The form of an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenFormat {
    /// A signed JWT that resources read by themselves (RFC 9068).
    #[default]
    Jwt,
    /// An opaque value that resources ask us about.
    Opaque,
}

/// What happens to a refresh token that is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshRotation {
    /// It gives way to a new one.
    #[default]
    On,
    /// It stays; only for tokens bound to a client's key or proof (FAPI 2.0 Security Profile §5.3.2.1).
    Off,
}

/// What a client's access tokens are like, beyond their lifetime.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccessTokens {
    /// Their form.
    pub format: TokenFormat,
    /// What JWTs are signed with: ES256 unless a resource can read RS256 alone (RFC 9068 §2.1).
    pub signing_alg: Algorithm,
    /// `dpop_bound_access_tokens` (RFC 9449 §5.2): none without a proof.
    pub dpop_bound: bool,
    /// `tls_client_certificate_bound_access_tokens` (RFC 8705 §3.4): none without a certificate.
    pub certificate_bound: bool,
    /// What happens to its refresh tokens.
    pub rotation: RefreshRotation,
}

impl Default for AccessTokens {
    fn default() -> Self {
        Self {
            format: TokenFormat::default(),
            signing_alg: Algorithm::Es256,
            dpop_bound: false,
            certificate_bound: false,
            rotation: RefreshRotation::default(),
        }
    }
}

impl AccessTokens {
    /// Whether a stolen token is of no use to the thief.
    pub const fn are_bound(&self) -> bool {
        self.dpop_bound || self.certificate_bound
    }
}

/// In whose name a client exchanges tokens, where it is registered for that at all (RFC 8693 §1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExchangePolicy {
    /// The new token says who acts for the member.
    #[default]
    Delegation,
    /// The client may act as the member.
    Impersonation,
}

//! How a client's authorization requests must come, and what they mean where they say nothing.

use serde::{Deserialize, Serialize};

use super::crypt::Encryption;
use super::{HttpsUri, WebUri};
use crate::jose::SignatureAlgorithm;
use crate::oidc::acr::Acr;

/// Rules and defaults for authorization requests (RFC 9101 §10.5, RFC 9126 §6, OpenID Connect Registration §2).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Requests {
    /// `require_pushed_authorization_requests`.
    pub require_pushed: bool,
    /// `require_signed_request_object`.
    pub require_signed: bool,
    /// `request_object_signing_alg`: the only one accepted; any of ours when absent.
    pub signing_alg: Option<SignatureAlgorithm>,
    /// `backchannel_authentication_request_signing_alg`: backchannel requests must be signed with it; they may be signed
    /// when absent.
    pub backchannel_signing_alg: Option<SignatureAlgorithm>,
    /// `request_object_encryption_alg` and `_enc`: what it says it will use.
    pub encryption: Option<Encryption>,
    /// `request_uris`: where request objects may be fetched from.
    pub request_uris: Vec<HttpsUri>,
    /// `default_max_age`, seconds.
    pub default_max_age: Option<u64>,
    /// `default_acr_values`, best first.
    pub default_acr_values: Vec<Acr>,
}

/// How a CIBA client learns that its member has answered (CIBA Core §4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CibaDelivery {
    /// It asks.
    Poll,
    /// It is told at this address, and then asks.
    Ping(WebUri),
}

/// The text names no way of telling a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected poll, or ping: with an address such as ping:https://portal.example/ciba")]
pub struct CibaDeliveryError;

impl std::str::FromStr for CibaDelivery {
    type Err = CibaDeliveryError;

    fn from_str(text: &str) -> Result<Self, CibaDeliveryError> {
        match text.split_once(':') {
            None if text == "poll" => Ok(Self::Poll),
            Some(("ping", address)) => WebUri::parse(address).map(Self::Ping).map_err(|_| CibaDeliveryError),
            Some(_) | None => Err(CibaDeliveryError),
        }
    }
}

impl CibaDelivery {
    /// The names of those there are; push, which sends the tokens themselves, is not among them.
    pub const NAMES: [&'static str; 2] = ["poll", "ping"];
}

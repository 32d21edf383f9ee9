//! The authorization endpoint (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2): [`CHECKS`] in order, one file each.

mod acr_values;
mod check;
mod duplicates;
mod error;
mod id_token_hint;
mod issue;
mod max_age;
mod nonce;
mod pkce;
mod prompt;
mod request;
mod response;
mod response_mode;
mod response_type;
mod scope;
mod sign_in_hints;
mod start;
mod state;
mod unsupported;

pub use check::{Checked, PageRefusal, check};
pub use error::AuthorizationError;
pub use issue::{issue, refuse};
pub use request::{AuthorizationRequest, CodeChallenge, Prompt, ResponseMode};
pub use response::AuthorizationResponse;
pub use start::{Started, start};

use crate::client::Client;
use crate::oidc::params::Params;

/// Looks at one thing of the request and notes it, or says why the request is refused.
type Check = fn(&Params, &Client, &mut AuthorizationRequest) -> Result<(), Rejection>;

/// Why a request is refused; the client is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rejection {
    error: AuthorizationError,
    description: &'static str,
}

impl Rejection {
    const fn new(error: AuthorizationError, description: &'static str) -> Self {
        Self { error, description }
    }

    const fn invalid(description: &'static str) -> Self {
        Self::new(AuthorizationError::InvalidRequest, description)
    }
}

/// What a request must pass once its client and redirect URI are trusted. `state` comes first, so that every refusal
/// after it carries it back.
const CHECKS: [Check; 12] = [
    state::check,
    duplicates::check,
    unsupported::check,
    response_type::check,
    response_mode::check,
    scope::check,
    nonce::check,
    pkce::check,
    prompt::check,
    max_age::check,
    acr_values::check,
    sign_in_hints::check,
];

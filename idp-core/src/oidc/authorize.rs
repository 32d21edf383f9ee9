//! The authorization endpoint (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2): the client ([`client_id`]), what it pushed or
//! signed, where the answer goes ([`redirect_uri`]), then [`CHECKS`] in order, one file each.

mod acr_values;
mod authorization_details;
mod check;
mod claims;
mod client_id;
mod dpop_jkt;
mod duplicates;
pub(in crate::oidc) mod error;
pub(crate) mod expected;
mod id_token_hint;
mod issue;
mod login_hint;
mod max_age;
mod must_be_pushed;
mod must_be_signed;
mod nonce;
mod page;
mod pkce;
mod prompt;
pub(crate) mod pushed;
mod redirect_uri;
pub mod referenced;
mod registration;
mod request;
pub(in crate::oidc) mod request_object;
mod request_uri;
mod resource;
mod response;
mod response_mode;
mod response_type;
mod scope;
mod start;
mod state;
mod ui_locales;

pub use check::{Checked, Refused, accepts, check};
pub use claims::ClaimsRequest;
pub use error::AuthorizationError;
pub use issue::{issue, refuse};
pub use page::{Explanation, PageRefusal};
pub use request::{AuthorizationRequest, CodeChallenge, Prompt, RedirectUriSent};
pub use response::{AuthorizationResponse, Delivery, FormPost};
pub use response_mode::ResponseMode;
pub use start::{Started, start};

use std::borrow::Cow;

use self::request_object::Signed;
use crate::client::Client;
use crate::oidc::params::Params;
use crate::realm::Realm;

/// Looks at one thing of the request and notes it, or says why the request is refused.
type Check = fn(&Asked<'_>, &mut AuthorizationRequest) -> Result<(), Rejection>;

/// A request whose client and redirect URI are trusted.
struct Asked<'a> {
    realm: &'a Realm,
    client: &'a Client,
    params: &'a Params,
    /// What stood beside a request object; the same where there is none.
    outside: &'a Params,
    came: Came,
    signed: Signed,
}

/// By which way a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// In the browser's address.
    Directly,
    /// From the client itself, through the pushed authorization request endpoint.
    Pushed,
}

/// Why a request is refused; the client is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rejection {
    error: AuthorizationError,
    description: &'static str,
    /// Where the rule stands, where that is nearer than what stands behind the error.
    section: Option<&'static str>,
}

impl Rejection {
    const fn new(error: AuthorizationError, description: &'static str) -> Self {
        Self { error, description, section: None }
    }

    /// By the rule of this row, unless it says another one.
    fn by(self, row: &Row) -> Self {
        Self { section: self.section.or(Some(row.section)), ..self }
    }

    /// What the client is told.
    fn told(&self, realm: &Realm) -> Cow<'static, str> {
        error::told(realm, self.description, self.section.unwrap_or(self.error.section()))
    }

    const fn invalid(description: &'static str) -> Self {
        Self::new(AuthorizationError::InvalidRequest, description)
    }
}

/// One row of the table of checks, which `docs/endpoints.md` shows.
struct Row {
    /// The parameter, or what is asked about the request as a whole.
    subject: &'static str,
    /// Where the rule stands.
    section: &'static str,
    check: Check,
}

const fn row(subject: &'static str, section: &'static str, check: Check) -> Row {
    Row { subject, section, check }
}

/// The table of checks as documents show it: what is checked, and where the rule stands.
pub fn checks() -> impl Iterator<Item = (&'static str, &'static str)> {
    CHECKS.iter().map(|row| (row.subject, row.section))
}

/// What a request must pass once its client and redirect URI are trusted, at the authorization endpoint and when it is
/// pushed. `state` and `response_mode` come first, so that every refusal after them goes back the way the client listens.
const CHECKS: [Row; 20] = [
    row("state", "RFC 6749 §4.1.1", state::check),
    row("response_mode", "OAuth 2.0 Multiple Response Types §2.1, JARM §2.3", response_mode::check),
    row("no parameter twice", "RFC 6749 §3.1", duplicates::check),
    row("request_uri", "OpenID Connect Core §3.1.2.6", request_uri::check),
    row("registration", "OpenID Connect Core §3.1.2.6", registration::check),
    row("pushed where required", "RFC 9126 §5, §6", must_be_pushed::check),
    row("signed where required", "RFC 9101 §10.5", must_be_signed::check),
    row("response_type", "RFC 6749 §3.1.1", response_type::check),
    row("scope", "RFC 6749 §3.3, OpenID Connect Core §3.1.2.1", scope::check),
    row("nonce", "OpenID Connect Core §3.1.2.1, §3.2.2.1", nonce::check),
    row("code_challenge, code_challenge_method", "RFC 7636 §4.3", pkce::check),
    row("prompt", "OpenID Connect Core §3.1.2.1", prompt::check),
    row("max_age", "OpenID Connect Core §3.1.2.1", max_age::check),
    row("acr_values", "OpenID Connect Core §3.1.2.1", acr_values::check),
    row("claims", "OpenID Connect Core §5.5", claims::check),
    row("resource", "RFC 8707 §2", resource::check),
    row("authorization_details", "RFC 9396 §2", authorization_details::check),
    row("dpop_jkt", "RFC 9449 §10", dpop_jkt::check),
    row("login_hint", "OpenID Connect Core §3.1.2.1", login_hint::check),
    row("ui_locales", "OpenID Connect Core §3.1.2.1", ui_locales::check),
];

//! The token endpoint (RFC 6749 §3.2): who asks, then one file per grant.

mod authorization_code;
mod client_auth;
mod error;
mod id_token;
mod issued;

use client_auth::SentCredentials;
pub use error::{Challenge, TokenError, TokenRefusal};
pub use issued::{PreparedTokens, TokenResponse};

use crate::client::Client;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::oidc::params::Params;

/// The grants offered, as discovery lists them.
pub const GRANT_TYPES: [&str; 1] = [authorization_code::GRANT_TYPE];

/// How a token request ended.
pub enum Exchanged {
    /// Tokens, to be signed after the commit.
    Granted(Box<PreparedTokens>),
    /// An error the client is told.
    Refused(TokenRefusal),
}

/// The client that asks, if it proved itself; `authorization` is the header of that name, as sent. Changes nothing, so
/// that it need not wait for the writer.
pub async fn authenticate(
    ctx: &Ctx,
    authorization: Option<&str>,
    params: &Params,
) -> Result<Result<Client, TokenRefusal>, Fault> {
    if params.doubled().is_some() {
        return Ok(Err(TokenRefusal::new(TokenError::InvalidRequest, "a parameter is repeated")));
    }
    match SentCredentials::read(authorization, params) {
        Ok(sent) => client_auth::authenticated(ctx, &sent).await,
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// Answers the token request of a client that proved itself.
pub async fn exchange(ctx: &Ctx, client: &Client, params: &Params) -> Result<Exchanged, Fault> {
    match params.find("grant_type") {
        Some(authorization_code::GRANT_TYPE) => authorization_code::redeem(ctx, client, params).await,
        Some(_) => Ok(Exchanged::Refused(TokenRefusal::new(
            TokenError::UnsupportedGrantType,
            "the grant_type is not supported",
        ))),
        None => {
            Ok(Exchanged::Refused(TokenRefusal::new(TokenError::InvalidRequest, "the parameter grant_type is missing")))
        }
    }
}

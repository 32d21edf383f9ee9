//! The token endpoint (RFC 6749 §3.2): who asks, then one file per grant.
//!
//! A call is first run as a reading operation: whatever can be answered without changing anything is, so that it need not
//! wait for the writer. Everything else is run once more, as a writing one.

mod access_token;
mod answered;
mod authorization_code;
mod authorization_details;
pub(in crate::oidc) mod binding;
mod call;
mod ciba;
mod client_auth;
mod client_credentials;
mod device_code;
mod error;
pub(in crate::oidc) mod front;
mod id_token;
mod issued;
mod member_tokens;
mod one_time;
mod refresh_token;
mod resource;
mod token_exchange;

pub(crate) use access_token::AccessTokenClaims;
pub(in crate::oidc) use access_token::NAMED_MAX;
pub use binding::Confirmation;
pub use call::{ClientCall, SentProof};
pub use client_auth::{CLIENT_ASSERTION_ALGORITHMS, Caller, Claimant, authenticate};
pub use error::{Challenge, TokenError, TokenRefusal};
pub use issued::{PreparedTokens, TokenResponse};
pub(in crate::oidc) use member_tokens::behind;
pub use one_time::OneTime;
pub(in crate::oidc) use refresh_token::family as refresh_family;

use futures::FutureExt;
use futures::future::BoxFuture;

use crate::client::{GrantType, TokenFormat};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::store;

/// The grants offered, as discovery lists them.
pub const GRANT_TYPES: [&str; 6] = [
    GrantType::AuthorizationCode.name(),
    GrantType::RefreshToken.name(),
    GrantType::ClientCredentials.name(),
    GrantType::DeviceCode.name(),
    GrantType::TokenExchange.name(),
    GrantType::Ciba.name(),
];

/// How a token request ended.
pub enum Exchanged {
    /// Tokens, to be signed after the commit.
    Granted(Box<PreparedTokens>),
    /// An error the client is told.
    Refused(TokenRefusal),
}

/// What a call came to without changing anything.
pub enum Read {
    /// It is answered.
    Answered(Exchanged),
    /// The client proved itself, and its grant changes something.
    Changes(Box<Claimant>),
}

/// Answers a token request as far as that is possible without changing anything.
///
/// It is boxed here and not where it is called, so that it is compiled with the rules, for speed; pages are compiled for size.
pub fn read<'a>(ctx: &'a Ctx, call: &'a ClientCall) -> BoxFuture<'a, Result<Read, Fault>> {
    unchanging(ctx, call).boxed()
}

async fn unchanging(ctx: &Ctx, call: &ClientCall) -> Result<Read, Fault> {
    let claimant = match authenticate(ctx, call).await? {
        Ok(claimant) => claimant,
        Err(refusal) => return Ok(Read::Answered(Exchanged::Refused(refusal))),
    };
    let signs_alone = |caller: &&Caller| {
        call.params.find("grant_type") == Some(GrantType::ClientCredentials.name())
            && caller.client.settings.access_tokens.format == TokenFormat::Jwt
            && call.dpop == SentProof::Nothing
            && call.params.find("authorization_details").is_none()
    };
    if let Some(caller) = claimant.unspent().filter(signs_alone) {
        return Ok(Read::Answered(client_credentials::answer(ctx, caller, call).await?));
    }
    // What signs is looked up here, where nobody has to wait for it.
    let settings = &claimant.client().settings;
    for algorithm in [settings.access_tokens.signing_alg, settings.id_token_alg] {
        store::signing_key::active(ctx, algorithm).await?;
    }
    Ok(Read::Changes(Box::new(claimant)))
}

/// Answers the token request of a client that proved itself. Boxed as [`read`] is.
pub fn exchange<'a>(ctx: &'a Ctx, caller: &'a Caller, call: &'a ClientCall) -> BoxFuture<'a, Result<Exchanged, Fault>> {
    exchanged(ctx, caller, call).boxed()
}

async fn exchanged(ctx: &Ctx, caller: &Caller, call: &ClientCall) -> Result<Exchanged, Fault> {
    let refused = |error, description| Ok(Exchanged::Refused(TokenRefusal::new(error, description)));
    let Some(name) = call.params.find("grant_type") else {
        return refused(TokenError::InvalidRequest, "the parameter grant_type is missing");
    };
    let Some(grant) = GrantType::from_name(name).filter(|grant| GRANT_TYPES.contains(&grant.name())) else {
        return refused(TokenError::UnsupportedGrantType, "the grant_type is not supported");
    };
    if !caller.client.settings.grant_types.contains(&grant) {
        return refused(TokenError::UnauthorizedClient, "the client is not registered for this grant_type");
    }
    match grant {
        GrantType::AuthorizationCode
        | GrantType::RefreshToken
        | GrantType::Implicit
        | GrantType::DeviceCode
        | GrantType::Ciba => {}
        GrantType::ClientCredentials | GrantType::TokenExchange => {
            if let Err(refusal) = authorization_details::none_here(&call.params) {
                return Ok(Exchanged::Refused(refusal));
            }
        }
    }
    // Boxed: a future is as large as the largest that it waits for, and is moved when it begins.
    match grant {
        GrantType::AuthorizationCode => authorization_code::redeem(ctx, caller, call).boxed().await,
        GrantType::RefreshToken => refresh_token::refresh(ctx, caller, call).boxed().await,
        GrantType::ClientCredentials => client_credentials::answer(ctx, caller, call).boxed().await,
        GrantType::DeviceCode => device_code::redeem(ctx, caller, call).boxed().await,
        GrantType::TokenExchange => token_exchange::exchange(ctx, caller, call).boxed().await,
        GrantType::Ciba => ciba::redeem(ctx, caller, call).boxed().await,
        GrantType::Implicit => refused(TokenError::UnsupportedGrantType, "the grant_type is not supported"),
    }
}

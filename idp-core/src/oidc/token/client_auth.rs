//! Client authentication (RFC 6749 §2.3, OpenID Connect Core §9): exactly one method, the registered one, one file each. The
//! same function serves every endpoint that clients call.

mod assertion;
mod client_secret_basic;
mod client_secret_jwt;
mod client_secret_post;
mod none;
mod private_key_jwt;
mod secret;
mod self_signed_tls_client_auth;
mod sent;
mod tls_client_auth;

use futures::FutureExt;
use futures::future::BoxFuture;
use sent::{Proof, Sent};

use super::{Challenge, ClientCall, OneTime, TokenError, TokenRefusal};
use crate::actor::Actor;
use crate::client::{AuthMethod, Client};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::jose::SignatureAlgorithm;
use crate::store;

/// What client assertions may be signed with, as discovery lists them.
pub const CLIENT_ASSERTION_ALGORITHMS: [SignatureAlgorithm; 10] = SignatureAlgorithm::ALL;

/// A client that proved itself, by a proof that is used up where it counts only once.
pub struct Caller {
    /// The client.
    pub client: Client,
}

/// A client whose proof holds. It becomes a [`Caller`], for whom alone verbs do anything, when the proof is used up.
pub struct Claimant {
    caller: Caller,
    once: Option<OneTime>,
}

impl Claimant {
    /// On whose behalf the verb runs.
    pub fn actor(&self) -> Actor {
        Actor::Client { id: self.caller.client.id }
    }

    /// Who it claims to be.
    pub(super) fn client(&self) -> &Client {
        &self.caller.client
    }

    /// The caller, where the proof may be believed as often as it is sent.
    pub fn unspent(&self) -> Option<&Caller> {
        self.once.is_none().then_some(&self.caller)
    }

    /// Uses the proof up: the first step of a writing operation.
    pub async fn spend(&self, ctx: &Ctx) -> Result<Result<&Caller, TokenRefusal>, Fault> {
        let first = match &self.once {
            None => true,
            Some(once) => once.spend(ctx).await?,
        };
        Ok(if first { Ok(&self.caller) } else { Err(refused(Challenge::None, "the client assertion was used before")) })
    }
}

/// Who is named by whatever the call shows.
pub(super) fn claimed(call: &ClientCall) -> Result<String, TokenRefusal> {
    Sent::read(call).map(|sent| sent.client_id)
}

const fn refused(challenge: Challenge, description: &'static str) -> TokenRefusal {
    TokenRefusal { error: TokenError::InvalidClient, description, challenge }
}

/// The client that calls, if it proved itself the way it is registered. Every failure reads alike. Changes nothing.
///
/// It is boxed here and not where it is called, so that it is compiled with the rules, for speed; pages are compiled for size.
pub fn authenticate<'a>(
    ctx: &'a Ctx,
    call: &'a ClientCall,
) -> BoxFuture<'a, Result<Result<Claimant, TokenRefusal>, Fault>> {
    authenticated(ctx, call).boxed()
}

async fn authenticated(ctx: &Ctx, call: &ClientCall) -> Result<Result<Claimant, TokenRefusal>, Fault> {
    if call.params.doubled().is_some() {
        return Ok(Err(TokenRefusal::new(TokenError::InvalidRequest, "a parameter is repeated")));
    }
    let sent = match Sent::read(call) {
        Ok(sent) => sent,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let failed = Err(refused(sent.proof.challenge(), "client authentication failed"));
    let Some(client) = store::client::by_client_id(ctx, &sent.client_id).await? else { return Ok(failed) };
    let proved = match (client.settings.auth_method, &sent.proof) {
        (AuthMethod::ClientSecretBasic, Proof::Basic(secret)) | (AuthMethod::ClientSecretPost, Proof::Post(secret)) => {
            secret::proves(ctx, &client, secret).then_some(None)
        }
        (AuthMethod::ClientSecretJwt, Proof::Assertion(assertion)) => {
            client_secret_jwt::proves(ctx, &client, call, assertion)?.map(Some)
        }
        (AuthMethod::PrivateKeyJwt, Proof::Assertion(assertion)) => {
            private_key_jwt::proves(ctx, &client, call, assertion).map(Some)
        }
        (AuthMethod::TlsClientAuth, Proof::Nothing) => {
            tls_client_auth::proves(&client, call.certificate.as_ref()).then_some(None)
        }
        (AuthMethod::SelfSignedTlsClientAuth, Proof::Nothing) => {
            self_signed_tls_client_auth::proves(ctx, &client, call.certificate.as_ref()).then_some(None)
        }
        (AuthMethod::None, Proof::Nothing) => none::proves().then_some(None),
        _ => None,
    };
    Ok(match proved {
        Some(once) => Ok(Claimant { caller: Caller { client }, once }),
        None => failed,
    })
}

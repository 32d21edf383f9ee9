//! Client authentication (RFC 6749 §2.3, OpenID Connect Core §9): exactly one method, the registered one. The same function
//! serves every endpoint that clients call.

mod assertion;
mod client_secret_jwt;
mod private_key_jwt;
mod secret;
mod self_signed_tls;
mod sent;

use sent::{Proof, Sent};

use super::{Challenge, ClientCall, OneTime, TokenError, TokenRefusal};
use crate::client::{AuthMethod, Client};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::jose::SignatureAlgorithm;
use crate::store;

/// What client assertions may be signed with, as discovery lists them.
pub const CLIENT_ASSERTION_ALGORITHMS: [SignatureAlgorithm; 12] = SignatureAlgorithm::ALL;

/// How clients may prove themselves, as discovery lists it.
pub const CLIENT_AUTH_METHODS: [AuthMethod; 5] = [
    AuthMethod::ClientSecretBasic,
    AuthMethod::ClientSecretPost,
    AuthMethod::ClientSecretJwt,
    AuthMethod::PrivateKeyJwt,
    AuthMethod::None,
];

/// A client that proved itself. What its proof used up counts only once [`Caller::spend`] said so.
pub struct Caller {
    /// The client.
    pub client: Client,
    once: Option<OneTime>,
}

impl Caller {
    /// Whether nothing is used up by believing the proof.
    pub fn changes_nothing(&self) -> bool {
        self.once.is_none()
    }

    /// Uses up what the proof could be used for only once. To be asked first in the writing operation.
    pub async fn spend(&self, ctx: &Ctx) -> Result<Result<(), TokenRefusal>, Fault> {
        let Some(once) = &self.once else { return Ok(Ok(())) };
        let first = once.spend(ctx).await?;
        Ok(if first { Ok(()) } else { Err(refused(Challenge::None, "the client assertion was used before")) })
    }
}

const fn refused(challenge: Challenge, description: &'static str) -> TokenRefusal {
    TokenRefusal { error: TokenError::InvalidClient, description, challenge }
}

/// The client that calls, if it proved itself the way it is registered. Every failure reads alike. Changes nothing.
pub async fn authenticate(ctx: &Ctx, call: &ClientCall) -> Result<Result<Caller, TokenRefusal>, Fault> {
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
        (AuthMethod::SelfSignedTlsClientAuth, Proof::Nothing) => {
            self_signed_tls::proves(&client, call.certificate.as_ref()).then_some(None)
        }
        (AuthMethod::None, Proof::Nothing) => Some(None),
        _ => None,
    };
    Ok(match proved {
        Some(once) => Ok(Caller { client, once }),
        None => failed,
    })
}

//! What a token is bound to: the key of a DPoP proof (RFC 9449 §6), the certificate of the connection (RFC 8705 §3).

use serde::{Deserialize, Serialize};

use super::{Caller, ClientCall, OneTime, SentProof, TokenError, TokenRefusal};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::oidc::dpop::{self, DpopRefusal};

/// The claim `cnf` (RFC 7800 §3.1).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The thumbprint of a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jkt: Option<String>,
    /// The thumbprint of a certificate.
    #[serde(default, rename = "x5t#S256", skip_serializing_if = "Option::is_none")]
    pub x5t: Option<String>,
}

impl Confirmation {
    /// Whether whoever holds the token can use it.
    pub fn is_empty(&self) -> bool {
        self.jkt.is_none() && self.x5t.is_none()
    }

    /// The `token_type` of a token that is bound so.
    pub fn token_type(&self) -> &'static str {
        if self.jkt.is_some() { "DPoP" } else { "Bearer" }
    }
}

/// Reads the proof of a call to one of our endpoints, and uses its `jti` up.
pub(super) async fn confirmed(
    ctx: &Ctx,
    caller: &Caller,
    call: &ClientCall,
) -> Result<Result<Confirmation, TokenRefusal>, Fault> {
    Ok(match proved_key(ctx, caller, call).await? {
        Ok(jkt) => required(caller, call, jkt),
        Err(refusal) => Err(refusal),
    })
}

/// The thumbprint of the key whose proof came with a call, if one did. Its `jti` is used up.
pub(in crate::oidc) async fn proved_key(
    ctx: &Ctx,
    caller: &Caller,
    call: &ClientCall,
) -> Result<Result<Option<String>, TokenRefusal>, Fault> {
    Ok(match proved(ctx, caller, call) {
        Ok(None) => Ok(None),
        Ok(Some((jkt, once))) if once.spend(ctx).await? => Ok(Some(jkt)),
        Ok(Some(_)) => Err(TokenRefusal::new(TokenError::InvalidDpopProof, "the DPoP proof was used before")),
        Err(refusal) => Err(refusal),
    })
}

fn proved(ctx: &Ctx, caller: &Caller, call: &ClientCall) -> Result<Option<(String, OneTime)>, TokenRefusal> {
    let refused = |description| Err(TokenRefusal::new(TokenError::InvalidDpopProof, description));
    let proof = match &call.dpop {
        SentProof::Nothing => return Ok(None),
        SentProof::Unreadable => return refused("there is more than one DPoP header, or one that is no text"),
        SentProof::Proof(proof) => proof,
    };
    match dpop::check(ctx, caller.client.settings.profile, proof, &dpop::Target::post(call.endpoint)) {
        Ok(proof) => Ok(Some((proof.jkt, proof.once))),
        Err(DpopRefusal::Proof(description)) => refused(description),
        Err(DpopRefusal::Nonce) => {
            Err(TokenRefusal::new(TokenError::UseDpopNonce, "the DPoP proof must carry a nonce of this server"))
        }
    }
}

fn required(caller: &Caller, call: &ClientCall, jkt: Option<String>) -> Result<Confirmation, TokenRefusal> {
    let wanted = &caller.client.settings.access_tokens;
    if wanted.dpop_bound && jkt.is_none() {
        // Nothing was proved wrongly: a part of the request is missing (RFC 6749 §5.2).
        let description = "the tokens of this client are bound: a DPoP proof is missing";
        return Err(TokenRefusal::new(TokenError::InvalidRequest, description));
    }
    let x5t = match (&call.certificate, wanted.certificate_bound) {
        (Some(certificate), true) => Some(certificate.thumbprint()),
        (None, true) => {
            let description = "the tokens of this client are bound: a TLS client certificate is missing";
            return Err(TokenRefusal::new(TokenError::InvalidRequest, description));
        }
        (Some(_) | None, false) => None,
    };
    Ok(Confirmation { jkt, x5t })
}

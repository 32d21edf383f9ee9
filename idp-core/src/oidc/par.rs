//! The pushed authorization request endpoint (RFC 9126 §2): the client itself says what it will ask, and gets a reference
//! to it that the browser carries.

use serde::Serialize;

use super::authorize::pushed::{self, LIFETIME};
use super::authorize::{self, AuthorizationError, Refused, error};
use super::params::Params;
use super::token::{Caller, ClientCall, TokenRefusal, binding};
use crate::audit::{EventKind, Outcome};
use crate::ctx::Ctx;
use crate::fault::Fault;

/// What proves the client and is no part of its request: secrets that must not rest.
const PROOFS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

/// The successful answer (RFC 9126 §2.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pushed {
    /// The reference.
    pub request_uri: String,
    /// How long the browser may open it, in seconds.
    pub expires_in: u64,
}

/// Keeps the request of a client that proved itself, unless the authorization endpoint would refuse it.
///
/// With a proof of possession the code will be bound to its key (RFC 9449 §10.1).
pub async fn push(
    ctx: &Ctx,
    caller: &Caller,
    call: &ClientCall,
) -> Result<Result<Result<Pushed, Refused>, TokenRefusal>, Fault> {
    let key = match binding::proved_key(ctx, caller, call).await? {
        Ok(key) => key,
        Err(refusal) => return Ok(Err(refusal)),
    };
    Ok(Ok(push_bound(ctx, caller, call, key).await?))
}

async fn push_bound(
    ctx: &Ctx,
    caller: &Caller,
    call: &ClientCall,
    key: Option<String>,
) -> Result<Result<Pushed, Refused>, Fault> {
    let (client, params) = (&caller.client, &call.params);
    let invalid = |description, section| {
        let description = error::told(ctx.realm(), description, section);
        Ok(Err(Refused { error: AuthorizationError::InvalidRequest, description }))
    };
    if params.find("request_uri").is_some() {
        return invalid("the parameter request_uri must not be pushed", "RFC 9126 §2.1");
    }
    if params.find("client_id").is_some_and(|named| named != client.client_id.as_str()) {
        return invalid("the client_id is not the one of the client that pushes", "RFC 9126 §2");
    }
    if key.is_some() && params.find("dpop_jkt").is_some_and(|named| Some(named) != key.as_deref()) {
        return invalid("the dpop_jkt is not the key of the DPoP proof", "RFC 9449 §10.1");
    }
    let params = params.without(&PROOFS);
    let params = match key {
        // One that was named stays as it came, so that a double is still seen.
        Some(key) if params.find("dpop_jkt").is_none() => {
            let bound: Params = std::iter::once(("dpop_jkt", key)).collect();
            bound.over(&params)
        }
        Some(_) | None => params,
    };
    if let Err(refused) = authorize::accepts(ctx, client, &params).await? {
        return Ok(Err(refused));
    }

    let request_uri = pushed::keep(ctx, client, &params).await?;
    let about = serde_json::json!({ "client": client.id });
    ctx.record_with(EventKind::RequestPushed, None, Outcome::Done, about);
    Ok(Ok(Pushed { request_uri, expires_in: LIFETIME.as_secs() }))
}

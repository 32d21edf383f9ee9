//! The pushed authorization request endpoint (RFC 9126 §2): the client itself says what it will ask, and gets a reference
//! to it that the browser carries.

use serde::Serialize;

use super::authorize::pushed::{self, LIFETIME};
use super::authorize::{self, AuthorizationError, Refused};
use super::token::{Caller, ClientCall};
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
pub async fn push(ctx: &Ctx, caller: &Caller, call: &ClientCall) -> Result<Result<Pushed, Refused>, Fault> {
    let (client, params) = (&caller.client, &call.params);
    let invalid = |description| Ok(Err(Refused { error: AuthorizationError::InvalidRequest, description }));
    if params.find("request_uri").is_some() {
        return invalid("the parameter request_uri must not be pushed");
    }
    if params.find("client_id").is_some_and(|named| named != client.client_id.as_str()) {
        return invalid("the client_id is not the one of the client that pushes");
    }
    let params = params.without(&PROOFS);
    if let Err(refused) = authorize::accepts(ctx, client, &params).await? {
        return Ok(Err(refused));
    }

    let request_uri = pushed::keep(ctx, client, &params).await?;
    let about = serde_json::json!({ "client": client.id });
    ctx.record_with(EventKind::RequestPushed, None, Outcome::Done, about);
    Ok(Ok(Pushed { request_uri, expires_in: LIFETIME.as_secs() }))
}

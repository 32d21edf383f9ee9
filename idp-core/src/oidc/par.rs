//! The pushed authorization request endpoint (RFC 9126 §2): the client itself says what it will ask, and gets a reference
//! to it that the browser carries.

use serde::Serialize;

use super::authorize::pushed::{self, LIFETIME};
use super::authorize::{self, Refused};
use super::token::{Caller, ClientCall, TokenRefusal};
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

/// How a push ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Push {
    /// It is kept.
    Kept(Pushed),
    /// The client did not prove itself: its assertion was used before.
    Unproved(TokenRefusal),
    /// The authorization endpoint would refuse it.
    Refused(Refused),
}

/// Keeps the request of a client that proved itself.
pub async fn push(ctx: &Ctx, caller: &Caller, call: &ClientCall) -> Result<Push, Fault> {
    if let Err(refusal) = caller.spend(ctx).await? {
        return Ok(Push::Unproved(refusal));
    }
    let (client, params) = (&caller.client, &call.params);
    let invalid =
        |description| Ok(Push::Refused(Refused { error: authorize::AuthorizationError::InvalidRequest, description }));
    if params.find("request_uri").is_some() {
        return invalid("the parameter request_uri must not be pushed");
    }
    if params.find("client_id").is_some_and(|named| named != client.client_id.as_str()) {
        return invalid("the client_id is not the one of the client that pushes");
    }
    let params = params.without(&PROOFS);
    if let Err(refused) = authorize::accepts(ctx, client, &params).await? {
        return Ok(Push::Refused(refused));
    }

    let request_uri = pushed::keep(ctx, client, &params).await?;
    let about = serde_json::json!({ "client": client.id });
    ctx.record_with(EventKind::RequestPushed, None, Outcome::Done, about);
    Ok(Push::Kept(Pushed { request_uri, expires_in: LIFETIME.as_secs() }))
}

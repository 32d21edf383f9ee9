//! A device that waits for a member to answer on another one (RFC 8628). Where it stands: [`crate::polled`].

use std::time::Duration;

use serde_json::Value;

use crate::clock::minutes;
use crate::id::ClientRowId;
use crate::oidc::scope::Scopes;
use crate::polled::Polled;

/// How long a member has to answer.
pub const LIFETIME: Duration = minutes(10);

/// One request, without its codes.
#[derive(Debug, Clone)]
pub struct DeviceRequest {
    /// Which application asks.
    pub client: ClientRowId,
    /// For what.
    pub scopes: Scopes,
    /// The same in detail (RFC 9396).
    pub authorization_details: Vec<Value>,
    /// Where it stands.
    pub polled: Polled,
}

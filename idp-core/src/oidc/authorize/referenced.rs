//! What a request needs from elsewhere before it can be judged: a request object that stands at an address of its client
//! (OpenID Connect Core §6.2, RFC 9101 §5.2), and the client's keys. Nothing is fetched from an address that the client did
//! not register.

use super::pushed;
use crate::client::{Client, HttpsUri};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::oidc::client_keys;
use crate::oidc::params::Params;
use crate::store;

/// The address of the request object, where the request names one that its client registered. One that is named beside an
/// object by value is not followed (RFC 9101 §5).
pub async fn address(ctx: &Ctx, params: &Params) -> Result<Option<HttpsUri>, Fault> {
    let named = params.find("request_uri").filter(|uri| !uri.starts_with(pushed::PREFIX));
    let (Some(uri), None, false) = (named, params.find("request"), params.is_doubled("request_uri")) else {
        return Ok(None);
    };
    let client = client(ctx, params).await?;
    let registered = client.map(|client| client.settings.requests.request_uris).unwrap_or_default();
    // A fragment holds the hash of what is there (OpenID Connect Core §6.2); it is no part of what is registered.
    let address = uri.split('#').next().unwrap_or_default();
    Ok(registered.into_iter().find(|registered| registered.as_str() == address))
}

/// The request with what its address answered in place of the address.
pub fn with_object(params: &Params, object: &str) -> Params {
    let fetched: Params = [("request", object.trim())].into_iter().collect();
    fetched.over(&params.without(&["request_uri"]))
}

/// The address of the key set that the request object needs, and that is not held or not new enough.
pub async fn missing_keys(ctx: &Ctx, params: &Params) -> Result<Option<HttpsUri>, Fault> {
    let Some(client) = client(ctx, params).await? else { return Ok(None) };
    let object = match pushed::resolve(ctx, &client, params).await? {
        pushed::Resolved::Direct => params.find("request").map(str::to_owned),
        pushed::Resolved::Pushed(sent, ..) => sent.find("request").map(str::to_owned),
        pushed::Resolved::Refused(_) => None,
    };
    match object {
        Some(object) => client_keys::missing_for_object(ctx, &client, &object).await,
        None => Ok(None),
    }
}

async fn client(ctx: &Ctx, params: &Params) -> Result<Option<Client>, Fault> {
    match params.find("client_id") {
        Some(client_id) => store::client::by_client_id(ctx, client_id).await,
        None => Ok(None),
    }
}

//! Requests that a client pushed before it sent the browser (RFC 9126 §4): known by a `request_uri` of ours, bound to the
//! client, answered once.
//!
//! | state | event | then |
//! |---|---|---|
//! | fresh, not answered | opened, also again (a reload) | a sign-in begins |
//! | fresh or not, sign-in begun | the sign-in ends, well or badly | answered |
//! | answered, expired, of another client, unknown | opened | an error page |
//! | answered | another sign-in with it ends, well or badly | that one gets nothing |

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::FutureExt;
use serde::{Deserialize, Serialize};

use super::{AuthorizationRequest, PageRefusal};
use crate::client::Client;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::interaction::INTERACTION_LIFETIME;
use crate::oidc::params::Params;
use crate::secret::{Hashed, Plain, RequestUri};
use crate::store;

/// What every `request_uri` of ours begins with (RFC 9126 §2.2).
pub(crate) const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";
/// How long a pushed request can be opened.
pub(crate) const LIFETIME: Duration = Duration::from_secs(90);
/// How long it is known as used: as long as a sign-in that began with it can end.
pub(crate) const KEPT: Duration = Duration::from_secs(LIFETIME.as_secs() + INTERACTION_LIFETIME.as_secs());

/// A pushed request as its sign-in remembers it: the hash of its `request_uri`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reference(String);

impl Reference {
    fn of(hash: &Hashed<RequestUri>) -> Self {
        Self(URL_SAFE_NO_PAD.encode(hash.bytes()))
    }

    fn hash(&self) -> Hashed<RequestUri> {
        Hashed::from_bytes(URL_SAFE_NO_PAD.decode(&self.0).unwrap_or_default())
    }
}

/// Where the parameters of a request are.
pub(super) enum Resolved {
    /// In the request itself.
    Direct,
    /// Where the client pushed them, at this instant; nothing else of the request counts.
    Pushed(Params, Reference, Timestamp),
    /// Nowhere any more.
    Refused(PageRefusal),
}

/// Follows a `request_uri` of ours.
pub(super) async fn resolve(ctx: &Ctx, client: &Client, params: &Params) -> Result<Resolved, Fault> {
    let Some(reference) = params.find("request_uri").and_then(|uri| uri.strip_prefix(PREFIX)) else {
        return Ok(Resolved::Direct);
    };
    if params.is_doubled("request_uri") {
        return Ok(Resolved::Refused(PageRefusal::RequestUriRepeated));
    }
    let hash: Hashed<RequestUri> = ctx.vault.hash(reference.as_bytes());
    let pushed = store::pushed_request::open(ctx, &hash, client.id).boxed().await?;
    Ok(match pushed {
        Some((sent, at)) => Resolved::Pushed(sent, Reference::of(&hash), at),
        None => Resolved::Refused(PageRefusal::InvalidRequestUri),
    })
}

/// Keeps a request that passed every check; answers its `request_uri`.
pub(crate) async fn keep(ctx: &Ctx, client: &Client, params: &Params) -> Result<String, Fault> {
    let reference = Plain::<RequestUri>::random(ctx.entropy());
    store::pushed_request::insert(ctx, &ctx.vault.hash(reference.expose()), client.id, params).await?;
    Ok(format!("{PREFIX}{}", reference.expose_text()))
}

/// Notes that the request is answered now. False when it was answered before: then this answer must not go out.
pub(crate) async fn use_up(ctx: &Ctx, request: &AuthorizationRequest) -> Result<bool, Fault> {
    match &request.pushed {
        None => Ok(true),
        Some(reference) => store::pushed_request::use_up(ctx, &reference.hash()).boxed().await,
    }
}

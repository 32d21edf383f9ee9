//! Telling a client that its member has answered (OpenID Connect CIBA Core §10.2): a notification that is queued in the
//! transaction of the answer, and delivered by a worker until the client has taken it or the request is over.
//!
//! | from \ event | taken | refused for good | put off | time over |
//! |---|---|---|---|---|
//! | queued | sent | failed | queued, tried later | expired |
//! | sent, failed, expired | – | – | – | – |

use std::time::Duration;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::ciba_request::CibaRequest;
use crate::client::CibaDelivery;
use crate::clock::{Timestamp, minutes};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{CibaRequestId, ClientRowId, RealmId};
use crate::mail::Secret;
use crate::outbox::Delivery;
use crate::secret::{AuthReqId, CibaPing, Plain, Sealed};
use crate::store;

/// How long one node may take to deliver what it took.
const LEASE: Duration = minutes(1);

/// One notification.
#[derive(Debug, Clone)]
pub struct Ping {
    /// The request's identifier.
    pub id: CibaRequestId,
    /// Whose it is.
    pub realm: RealmId,
    /// Who is told.
    pub client: ClientRowId,
    /// What with.
    pub content: Sealed<CibaPing>,
    /// Attempts so far.
    pub attempts: i64,
    /// When it is tried next.
    pub next_attempt_at: Timestamp,
    /// It is not sent after this.
    pub expires_at: Timestamp,
}

/// What a client is told with, as it is sealed.
#[derive(Serialize, Deserialize)]
struct Content {
    auth_req_id: Secret,
    notification_token: Secret,
}

/// The body of a notification.
#[derive(Serialize)]
struct Body<'a> {
    auth_req_id: &'a str,
}

/// A notification on its way. Holds secrets: no `Debug`.
pub struct Prepared {
    /// Where it is posted.
    pub address: String,
    content: Content,
}

impl Prepared {
    /// What it is posted with as a bearer token.
    pub fn bearer(&self) -> &str {
        self.content.notification_token.expose()
    }

    /// What is posted.
    pub fn body(&self) -> Result<String, Fault> {
        let body = Body { auth_req_id: self.content.auth_req_id.expose() };
        serde_json::to_string(&body).map_err(|_| Fault::Broken("a notification has no JSON form".into()))
    }
}

/// Seals what the client of a request will be told with.
pub(super) fn seal(
    ctx: &Ctx,
    id: CibaRequestId,
    auth_req_id: &Plain<AuthReqId>,
    notification_token: Secret,
) -> Result<Sealed<CibaPing>, Fault> {
    let content = Content { auth_req_id: Secret::new(auth_req_id.expose_text()), notification_token };
    let text = serde_json::to_vec(&content).map(Zeroizing::new);
    let text = text.map_err(|_| Fault::Broken("a notification has no JSON form".into()))?;
    ctx.vault.seal(ctx.entropy(), id.uuid().as_bytes(), &text)
}

/// Queues what tells the client of a request that was just answered, if it is told.
pub(crate) async fn announce(ctx: &Ctx, request: &CibaRequest) -> Result<(), Fault> {
    let Some(content) = &request.ping else { return Ok(()) };
    let ping = Ping {
        id: request.id,
        realm: ctx.realm().id,
        client: request.client,
        content: content.clone(),
        attempts: 0,
        next_attempt_at: ctx.now,
        expires_at: request.polled.expires_at,
    };
    store::ciba_ping::insert(ctx, &ping).await
}

/// Whether any notification is due, in any realm.
pub async fn is_due(ctx: &Ctx) -> Result<bool, Fault> {
    Ok(!store::ciba_ping::due(ctx, 1).await?.is_empty())
}

/// Takes up to `limit` notifications that are due in any realm; ends those whose time is over.
pub async fn claim(ctx: &Ctx, limit: u64) -> Result<Vec<Ping>, Fault> {
    let mut claimed = Vec::new();
    for ping in store::ciba_ping::due(ctx, limit).await? {
        if ping.expires_at <= ctx.now {
            store::ciba_ping::settle(ctx, ping.id, &Delivery::Expired).await?;
        } else if store::ciba_ping::take(ctx, &ping, ctx.now + LEASE).await? {
            claimed.push(Ping { attempts: ping.attempts + 1, ..ping });
        }
    }
    Ok(claimed)
}

/// Makes a notification ready, in its own realm; `None` when its client is gone, or is not told any more.
pub async fn prepare(ctx: &Ctx, ping: &Ping) -> Result<Option<Prepared>, Fault> {
    let Some(client) = store::client::by_id(ctx, ping.client).await? else { return Ok(None) };
    let Some(CibaDelivery::Ping(address)) = client.settings.ciba else { return Ok(None) };
    let text = ctx.vault.unseal(ping.id.uuid().as_bytes(), &ping.content)?;
    let content = serde_json::from_slice(text.expose()).map_err(|_| Fault::unreadable("notification"))?;
    Ok(Some(Prepared { address: address.as_str().to_owned(), content }))
}

/// Notes how an attempt ended.
pub async fn settle(ctx: &Ctx, id: CibaRequestId, delivery: Delivery) -> Result<(), Fault> {
    store::ciba_ping::settle(ctx, id, &delivery).await
}

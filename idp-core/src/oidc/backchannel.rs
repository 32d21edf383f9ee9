//! Back-channel logout (OpenID Connect Back-Channel Logout 1.0): a notice to every client of a session that ended, queued
//! in the transaction that ends it, and delivered by a worker until the client has taken it or its time is over.
//!
//! | from \ event | taken | refused for good | put off | time over |
//! |---|---|---|---|---|
//! | queued | sent | failed | queued, tried later | expired |
//! | sent, failed, expired | – | – | – | – |

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::protect::{Envelope, Means};
use super::subject;
use crate::client::{ClientName, FetchedKeys, HttpsUri};
use crate::clock::{Timestamp, hours, minutes};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::{ClientRowId, LogoutNoticeId, MemberId, RealmId, SessionId};
use crate::jwe::Content;
use crate::jws::{Signer, Typ};
use crate::outbox::Delivery;
use crate::store;

/// How long a notice is tried; a session of a client's own rarely lives longer.
const LIFETIME: Duration = hours(24);
/// How long one node may take to deliver what it took.
const LEASE: Duration = minutes(1);
/// How long a logout token is good: it is read at once (Back-Channel Logout §2.4 recommends two minutes at most).
const TOKEN_LIFETIME: Duration = minutes(2);
/// The one event of a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its identifier, also the `jti`: the same at each attempt, so that a second arrival can be known as such.
    pub id: LogoutNoticeId,
    /// Whose it is.
    pub realm: RealmId,
    /// Who is told.
    pub client: ClientRowId,
    /// Which session ended.
    pub session: SessionId,
    /// Whose session it was.
    pub member: MemberId,
    /// Attempts so far.
    pub attempts: i64,
    /// When it is tried next.
    pub next_attempt_at: Timestamp,
    /// It is not sent after this.
    pub expires_at: Timestamp,
    /// When the session ended.
    pub created_at: Timestamp,
    /// `queued`, `sent`, `failed` or `expired`.
    pub state: String,
    /// What the client answered last.
    pub answer: Option<String>,
}

/// The claims of a logout token (§2.4): no `nonce`, so that nobody takes it for an ID token.
#[derive(Debug, Clone, Serialize)]
struct LogoutClaims {
    iss: String,
    sub: String,
    aud: String,
    iat: i64,
    exp: i64,
    jti: String,
    sid: String,
    events: serde_json::Value,
}

/// A notice on its way.
pub struct Prepared {
    /// Where it is posted.
    pub address: String,
    claims: LogoutClaims,
    signer: Arc<Signer>,
    envelope: Option<Envelope>,
}

impl Prepared {
    /// The address of the client's keys, where they must be fetched first.
    pub fn missing(&self, fetched: &FetchedKeys, now: Timestamp) -> Option<HttpsUri> {
        self.envelope.as_ref().and_then(|envelope| envelope.missing(fetched, now))
    }

    /// The logout token: encrypted for whom ID tokens are, since such a client should refuse one in clear (§2.6).
    ///
    /// # Errors
    /// [`Fault::Unavailable`] while the client's keys cannot be had.
    pub fn sign(&self, means: Means<'_>) -> Result<String, Fault> {
        let signed = self.signer.sign(Typ::LogoutToken, &self.claims)?;
        match &self.envelope {
            None => Ok(signed),
            Some(envelope) => envelope.seal(means, Content::Jwt, signed.as_bytes()),
        }
    }
}

/// Queues a notice for every client that wants one of a session that just ended.
pub(crate) async fn announce(ctx: &Ctx, session: SessionId, member: MemberId) -> Result<(), Fault> {
    for client in store::session_client::of(ctx, session).await? {
        if client.settings.logout.backchannel_uri.is_none() {
            continue;
        }
        let notice = Notice {
            id: ctx.new_id(),
            realm: ctx.realm().id,
            client: client.id,
            session,
            member,
            attempts: 0,
            next_attempt_at: ctx.now,
            expires_at: ctx.now + LIFETIME,
            created_at: ctx.now,
            state: "queued".to_owned(),
            answer: None,
        };
        store::logout_notice::insert(ctx, &notice).await?;
    }
    Ok(())
}

/// Whether any notice is due, in any realm.
pub async fn is_due(ctx: &Ctx) -> Result<bool, Fault> {
    Ok(!store::logout_notice::due(ctx, 1).await?.is_empty())
}

/// Takes up to `limit` notices that are due in any realm; ends those whose time is over.
pub async fn claim(ctx: &Ctx, limit: u64) -> Result<Vec<Notice>, Fault> {
    let mut claimed = Vec::new();
    for notice in store::logout_notice::due(ctx, limit).await? {
        if notice.expires_at <= ctx.now {
            store::logout_notice::settle(ctx, notice.id, &Delivery::Expired).await?;
        } else if store::logout_notice::take(ctx, &notice, ctx.now + LEASE).await? {
            claimed.push(Notice { attempts: notice.attempts + 1, ..notice });
        }
    }
    Ok(claimed)
}

/// Makes a notice ready, in its own realm; `None` when its client is gone, or does not want it any more.
pub async fn prepare(ctx: &Ctx, notice: &Notice) -> Result<Option<Prepared>, Fault> {
    let Some(client) = store::client::by_id(ctx, notice.client).await? else { return Ok(None) };
    let Some(uri) = client.settings.logout.backchannel_uri.clone() else { return Ok(None) };
    let Some(public) = public_subject(ctx, notice.member).await? else { return Ok(None) };

    Ok(Some(Prepared {
        address: uri.as_str().to_owned(),
        claims: LogoutClaims {
            iss: ctx.realm().origin.as_str().to_owned(),
            sub: subject::of_public(ctx, &client, &public),
            aud: client.client_id.as_str().to_owned(),
            iat: ctx.now.seconds(),
            exp: (ctx.now + TOKEN_LIFETIME).seconds(),
            jti: notice.id.to_string(),
            sid: notice.session.to_string(),
            events: serde_json::json!({ EVENT: {} }),
        },
        signer: store::signing_key::active(ctx, client.settings.id_token_alg).await?,
        envelope: Envelope::of(&client, client.settings.answers.id_token_encryption),
    }))
}

/// The public subject of a member, also of one who was deleted since: their sessions ended with them, and whoever let them
/// in must hear of it.
async fn public_subject(ctx: &Ctx, member: MemberId) -> Result<Option<String>, Fault> {
    match store::member::by_id(ctx, member).await? {
        Some(member) => Ok(Some(member.subject)),
        None => store::tombstone::subject(ctx, member).await,
    }
}

/// Notes how an attempt ended.
pub async fn settle(ctx: &Ctx, id: LogoutNoticeId, delivery: Delivery) -> Result<(), Fault> {
    store::logout_notice::settle(ctx, id, &delivery).await
}

/// The latest notices to a client, for operators; `None` when there is no such client.
pub async fn of_client(ctx: &Ctx, client_id: &ClientName, limit: u64) -> Result<Option<Vec<Notice>>, Fault> {
    let Some(client) = store::client::by_client_id(ctx, client_id.as_str()).await? else { return Ok(None) };
    store::logout_notice::of_client(ctx, client.id, limit).await.map(Some)
}

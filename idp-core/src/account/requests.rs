//! What applications ask a member for from elsewhere (OpenID Connect CIBA Core §8): shown to whoever is signed in, and
//! answered once. No link in a mail stands for a request, so that nobody answers for somebody else.

use serde_json::Value;

use super::{Closed, Present, enter, enter_to_change};
use crate::audit::{EventKind, Outcome};
use crate::authn::throttle;
use crate::ciba_request::{BindingMessage, CibaRequest};
use crate::client::Client;
use crate::clock::Timestamp;
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::grant::Grant;
use crate::id::CibaRequestId;
use crate::interaction::Progress;
use crate::interaction::begin::Visitor;
use crate::interaction::demand::{Demand, Missing};
use crate::interaction::errand::{Errand, Freshness};
use crate::oidc::acr::{Acr, Authentication};
use crate::oidc::ciba::ping;
use crate::oidc::scope::Scopes;
use crate::polled::{Allowed, State, Verdict};
use crate::store;

/// Requests on one page, the newest.
pub(super) const SHOWN: u64 = 10;

/// One request that waits.
pub struct Waiting {
    /// What the form names it by.
    pub id: CibaRequestId,
    /// Which application asks.
    pub client: String,
    /// For what.
    pub scopes: Scopes,
    /// The same in detail.
    pub details: Vec<Value>,
    /// What the other device shows.
    pub binding_message: Option<BindingMessage>,
    /// Since when.
    pub asked_at: Timestamp,
}

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// The application gets its tokens.
    Allowed,
    /// It gets none.
    Denied,
    /// Nothing of this member's waits under this name: it is over, or was answered before.
    Gone,
    /// The session must be raised first.
    Raise(Errand),
    /// The application asks for a stronger way to sign in than the member has set up.
    OutOfReach,
}

/// What waits for whoever is signed in.
pub async fn list(ctx: &Ctx, visitor: &Visitor) -> Result<Result<Vec<Waiting>, Closed>, Fault> {
    let present = match enter(ctx, visitor, Freshness::Any).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    let mut waiting = Vec::new();
    for request in store::ciba_request::waiting_for(ctx, present.member.id, SHOWN).await? {
        if let Some(client) = store::client::by_id(ctx, request.client).await? {
            waiting.push(Waiting {
                id: request.id,
                client: client.name,
                scopes: request.scopes,
                details: request.authorization_details,
                binding_message: request.binding_message,
                asked_at: request.created_at,
            });
        }
    }
    Ok(Ok(waiting))
}

/// Takes the answer of whoever is signed in; once.
pub async fn answer(
    ctx: &Ctx,
    visitor: &Visitor,
    id: CibaRequestId,
    verdict: Verdict,
) -> Result<Result<Answered, Closed>, Fault> {
    let request = store::ciba_request::by_id(ctx, id).await?;
    // A client that asks locks the count before the member's row, too.
    if let Some(request) = &request {
        store::throttle::lock(ctx, &request.subject).await?;
    }
    let present = match enter_to_change(ctx, visitor, Freshness::Any).await? {
        Ok(present) => present,
        Err(closed) => return Ok(Err(closed)),
    };
    let own = |request: &CibaRequest| request.member == Some(present.member.id) && request.polled.is_waiting(ctx.now);
    let Some(request) = request.filter(own) else { return Ok(Ok(Answered::Gone)) };
    let Some(client) = store::client::by_id(ctx, request.client).await? else { return Ok(Ok(Answered::Gone)) };

    Ok(Ok(match verdict {
        Verdict::Allow => match owed(&present, &request, &client) {
            Some(owed) => owed,
            None => allow(ctx, &present, request, &client).await?,
        },
        Verdict::Deny => deny(ctx, &present, request).await?,
    }))
}

/// What must come before the request can be allowed.
fn owed(present: &Present, request: &CibaRequest, client: &Client) -> Option<Answered> {
    let least = client.settings.least_acr;
    let demand = Demand::to_allow(request.acr_values.clone(), least, request.created_at);
    let progress = Progress { proofs: present.session.proofs.clone(), ..Progress::default() };
    match demand.missing(&progress, &present.enrolled) {
        Missing::Nothing => None,
        Missing::Password | Missing::Step(_) => {
            let mut wished = [None; Acr::ALL.len()];
            for (place, acr) in wished.iter_mut().zip(&request.acr_values) {
                *place = Some(*acr);
            }
            Some(Answered::Raise(Errand::Allow { wished, least }))
        }
        Missing::OutOfReach => Some(Answered::OutOfReach),
    }
}

async fn allow(ctx: &Ctx, present: &Present, mut request: CibaRequest, client: &Client) -> Result<Answered, Fault> {
    let terms = (request.scopes.clone(), request.polled.expires_at);
    let grant = Grant::elsewhere((ctx.new_id(), ctx.now), &present.session, client, terms);
    let authentication = Authentication::of(&present.session);
    request.polled.state = State::Allowed(Allowed { grant: grant.id, authentication });
    if !store::ciba_request::answer(ctx, &request).await? {
        return Ok(Answered::Gone);
    }
    store::grant::insert(ctx, &grant).await?;
    throttle::settle_right(ctx, &request.subject).await?;
    throttle::settle_right(ctx, &throttle::request_mails(ctx, present.member.id)).await?;
    told(ctx, present, &request, EventKind::CibaAllowed).await?;
    Ok(Answered::Allowed)
}

async fn deny(ctx: &Ctx, present: &Present, mut request: CibaRequest) -> Result<Answered, Fault> {
    request.polled.state = State::Denied;
    if !store::ciba_request::answer(ctx, &request).await? {
        return Ok(Answered::Gone);
    }
    told(ctx, present, &request, EventKind::CibaDenied).await?;
    Ok(Answered::Denied)
}

async fn told(ctx: &Ctx, present: &Present, request: &CibaRequest, kind: EventKind) -> Result<(), Fault> {
    ping::announce(ctx, request).await?;
    ctx.record_with(kind, Some(present.member.id), Outcome::Done, serde_json::json!({ "client": request.client }));
    Ok(())
}

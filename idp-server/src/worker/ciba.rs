//! Tells clients that their member has answered (OpenID Connect CIBA Core 1.0 §10.2): until each has taken it, or its
//! request is over.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::join_all;
use idp_core::admin;
use idp_core::ctx::Scope;
use idp_core::fault::Fault;
use idp_core::id::RealmId;
use idp_core::oidc::ciba::ping::{self, Ping};
use idp_core::outbox::Delivery;
use idp_core::realm::Realm;

use super::{Pause, attempt, installation, pause};
use crate::state::AppState;

/// How often the queue is looked at: somebody waits.
const PERIOD: Duration = Duration::from_secs(1);
/// How many notifications are on their way at once.
const AT_ONCE: u64 = 16;
/// How long to wait after each attempt that failed; the last one repeats until the request's end.
const BACKOFF: [u64; 5] = [1, 2, 5, 10, 30];

pub(super) async fn work(state: AppState) {
    while !state.stopping.is_cancelled() {
        match round(&state).await {
            Ok(Round::Full) => continue,
            Ok(Round::Done) => {}
            Err(fault) => tracing::error!(%fault, "notifications cannot be worked on"),
        }
        if pause(PERIOD, &state.stopping).await == Pause::Stopping {
            return;
        }
    }
}

/// Whether more may wait.
enum Round {
    Full,
    Done,
}

async fn round(state: &AppState) -> Result<Round, Fault> {
    let scope = installation();
    if !state.store.read(&scope, |ctx| ping::is_due(ctx).boxed()).await? {
        return Ok(Round::Done);
    }
    let claimed = state.store.write(&scope, |ctx| ping::claim(ctx, AT_ONCE).boxed()).await?;
    let realms = state.store.read(&scope, |ctx| admin::realm::list(ctx).boxed()).await?;
    let realms: HashMap<RealmId, Arc<Realm>> = realms.into_iter().map(|realm| (realm.id, Arc::new(realm))).collect();

    let delivered = join_all(claimed.iter().map(|ping| deliver(state, realms.get(&ping.realm), ping))).await;
    delivered.into_iter().collect::<Result<(), Fault>>()?;
    Ok(if claimed.len() as u64 >= AT_ONCE { Round::Full } else { Round::Done })
}

async fn deliver(state: &AppState, realm: Option<&Arc<Realm>>, ping: &Ping) -> Result<(), Fault> {
    let delivery = match realm {
        Some(realm) => post(state, realm, ping).await?,
        None => Delivery::Failed { answer: "its realm is gone".into() },
    };
    let (outcome, client) = (delivery.name(), ping.client);
    tracing::info!(request = %ping.id, %client, attempts = ping.attempts, outcome, "notification");
    let id = ping.id;
    state.store.write(&installation(), move |ctx| ping::settle(ctx, id, delivery).boxed()).await
}

async fn post(state: &AppState, realm: &Arc<Realm>, ping: &Ping) -> Result<Delivery, Fault> {
    let (scope, about) = (Scope::system(Arc::clone(realm)), ping.clone());
    let prepared = state.store.read(&scope, move |ctx| async move { ping::prepare(ctx, &about).await }.boxed()).await?;
    let Some(prepared) = prepared else {
        return Ok(Delivery::Failed { answer: "the client is not told any more".into() });
    };
    let answer = state.outgoing.notify(&prepared.address, prepared.bearer(), prepared.body()?).await;
    let times = (state.store.ambient().clock.now(), ping.expires_at);
    Ok(attempt::judged(answer, (ping.attempts, &BACKOFF), times))
}

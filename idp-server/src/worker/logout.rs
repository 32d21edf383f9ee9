//! Delivers logout tokens (OpenID Connect Back-Channel Logout §2.5): until the client has taken each, or a day is over.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::join_all;
use idp_core::admin;
use idp_core::ctx::Scope;
use idp_core::fault::Fault;
use idp_core::id::RealmId;
use idp_core::oidc::backchannel::{self, Notice};
use idp_core::outbox::Delivery;
use idp_core::realm::Realm;

use super::{Pause, attempt, installation, pause};
use crate::state::AppState;

/// How often the queue is looked at.
const PERIOD: Duration = Duration::from_secs(1);
/// How many notices are on their way at once.
const AT_ONCE: u64 = 16;
/// How long to wait after each attempt that failed; the last one repeats until the notice's end.
const BACKOFF: [u64; 6] = [2, 10, 60, 300, 1_800, 3_600];

pub(super) async fn work(state: AppState) {
    while !state.stopping.is_cancelled() {
        match round(&state).await {
            Ok(Round::Full) => continue,
            Ok(Round::Done) => {}
            Err(fault) => tracing::error!(%fault, "logout notices cannot be worked on"),
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
    if !state.store.read(&scope, |ctx| backchannel::is_due(ctx).boxed()).await? {
        return Ok(Round::Done);
    }
    let claimed = state.store.write(&scope, |ctx| backchannel::claim(ctx, AT_ONCE).boxed()).await?;
    let realms = state.store.read(&scope, |ctx| admin::realm::list(ctx).boxed()).await?;
    let realms: HashMap<RealmId, Arc<Realm>> = realms.into_iter().map(|realm| (realm.id, Arc::new(realm))).collect();

    let delivered = join_all(claimed.iter().map(|notice| deliver(state, realms.get(&notice.realm), notice))).await;
    delivered.into_iter().collect::<Result<(), Fault>>()?;
    Ok(if claimed.len() as u64 >= AT_ONCE { Round::Full } else { Round::Done })
}

async fn deliver(state: &AppState, realm: Option<&Arc<Realm>>, notice: &Notice) -> Result<(), Fault> {
    let delivery = match realm {
        Some(realm) => post(state, realm, notice).await?,
        None => Delivery::Failed { answer: "its realm is gone".into() },
    };
    let (outcome, client) = (delivery.name(), notice.client);
    tracing::info!(notice = %notice.id, %client, attempts = notice.attempts, outcome, "logout notice");
    let id = notice.id;
    state.store.write(&installation(), move |ctx| backchannel::settle(ctx, id, delivery).boxed()).await
}

async fn post(state: &AppState, realm: &Arc<Realm>, notice: &Notice) -> Result<Delivery, Fault> {
    let (scope, about) = (Scope::system(Arc::clone(realm)), notice.clone());
    let prepared =
        state.store.read(&scope, move |ctx| async move { backchannel::prepare(ctx, &about).await }.boxed()).await?;
    let Some(prepared) = prepared else {
        return Ok(Delivery::Failed { answer: "the client wants no notice any more".into() });
    };
    let token = prepared.sign()?;
    let answer = state.outgoing.post(&prepared.address, &[("logout_token", &token)]).await;
    Ok(attempt::judged(answer, (notice.attempts, &BACKOFF), (state.store.ambient().clock.now(), notice.expires_at)))
}

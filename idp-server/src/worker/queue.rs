//! Telling clients something over a durable queue, several at once, until each has taken it or its time is over.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use idp_core::admin;
use idp_core::clock::Timestamp;
use idp_core::ctx::{Ctx, Scope};
use idp_core::fault::Fault;
use idp_core::id::{ClientRowId, RealmId};
use idp_core::outbox::Delivery;
use idp_core::realm::Realm;

use super::{Pause, installation, pause};
use crate::outgoing::OutgoingError;
use crate::state::AppState;

/// How often a queue is looked at: somebody waits.
const PERIOD: Duration = Duration::from_secs(1);
/// How many of a queue are on their way at once.
const AT_ONCE: u64 = 16;

/// One kind of things that clients are told.
pub(super) trait Queue: Send + Sync + Sized + 'static {
    type Id: Copy + Display + Send + Sync;
    /// What it is, for the log.
    const WHAT: &'static str;
    /// How long to wait after each attempt that failed, in seconds; the last one repeats until the end.
    const BACKOFF: &'static [u64];

    /// Whether a client that answers so has understood and does not want it: it is not told again.
    fn is_final(status: u16) -> bool;

    fn is_due(ctx: &Ctx) -> BoxFuture<'_, Result<bool, Fault>>;
    fn claim(ctx: &Ctx, limit: u64) -> BoxFuture<'_, Result<Vec<Self>, Fault>>;
    fn settle(ctx: &Ctx, id: Self::Id, delivery: Delivery) -> BoxFuture<'_, Result<(), Fault>>;

    fn told(&self) -> Told<Self::Id>;
    /// Sends it and says what came back; `None` where the client is not told any more.
    fn send<'a>(&'a self, state: &'a AppState, scope: &'a Scope) -> BoxFuture<'a, Result<Option<Answer>, Fault>>;
}

/// What came back from a client.
pub(super) type Answer = Result<u16, OutgoingError>;

/// What a queue has to know of a thing.
pub(super) struct Told<I> {
    pub(super) id: I,
    pub(super) realm: RealmId,
    pub(super) client: ClientRowId,
    /// Attempts, with the present one.
    pub(super) attempts: i64,
    pub(super) expires_at: Timestamp,
}

pub(super) async fn work<Q: Queue>(state: AppState) {
    while !state.stopping.is_cancelled() {
        match round::<Q>(&state).await {
            Ok(Round::Full) => continue,
            Ok(Round::Done) => {}
            Err(fault) => tracing::error!(%fault, what = Q::WHAT, "a queue cannot be worked on"),
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

async fn round<Q: Queue>(state: &AppState) -> Result<Round, Fault> {
    let scope = installation();
    if !state.store.read(&scope, |ctx| Q::is_due(ctx)).await? {
        return Ok(Round::Done);
    }
    let claimed = state.store.write(&scope, |ctx| Q::claim(ctx, AT_ONCE)).await?;
    let realms = state.store.read(&scope, |ctx| admin::realm::list(ctx).boxed()).await?;
    let realms: HashMap<RealmId, Arc<Realm>> = realms.into_iter().map(|realm| (realm.id, Arc::new(realm))).collect();

    let delivered = join_all(claimed.iter().map(|thing| deliver(state, &realms, thing))).await;
    delivered.into_iter().collect::<Result<(), Fault>>()?;
    Ok(if claimed.len() as u64 >= AT_ONCE { Round::Full } else { Round::Done })
}

async fn deliver<Q: Queue>(state: &AppState, realms: &HashMap<RealmId, Arc<Realm>>, thing: &Q) -> Result<(), Fault> {
    let Told { id, realm, client, attempts, expires_at } = thing.told();
    let delivery = match realms.get(&realm) {
        Some(realm) => match thing.send(state, &Scope::system(Arc::clone(realm))).await? {
            Some(answer) => {
                let again =
                    Again { is_final: Q::is_final, at: state.store.ambient().clock.now() + wait::<Q>(attempts) };
                judged(answer, &again, expires_at)
            }
            None => Delivery::Failed { answer: "the client is not told any more".into() },
        },
        None => Delivery::Failed { answer: "its realm is gone".into() },
    };
    tracing::info!(%id, %client, attempts, outcome = delivery.name(), "{}", Q::WHAT);
    state.store.write(&installation(), move |ctx| Q::settle(ctx, id, delivery)).await
}

/// Whether there is a next attempt, and when.
struct Again {
    is_final: fn(u16) -> bool,
    at: Timestamp,
}

/// Judges an attempt by what came back. More are worth it until `expires_at`.
fn judged(answer: Answer, again: &Again, expires_at: Timestamp) -> Delivery {
    match answer {
        Ok(status) => Delivery::Sent { answer: status.to_string() },
        Err(error @ OutgoingError::Status(status)) if (again.is_final)(status) => {
            Delivery::Failed { answer: error.to_string() }
        }
        // What leads nowhere will not lead elsewhere.
        Err(error @ (OutgoingError::Forbidden | OutgoingError::Scheme)) => {
            Delivery::Failed { answer: error.to_string() }
        }
        Err(error @ (OutgoingError::Status(_) | OutgoingError::Unreachable(_) | OutgoingError::TooLong)) => {
            Delivery::Retry { answer: error.to_string(), at: again.at.min(expires_at) }
        }
    }
}

fn wait<Q: Queue>(attempts: i64) -> Duration {
    let done = usize::try_from(attempts).unwrap_or(0).saturating_sub(1);
    let seconds = Q::BACKOFF.get(done).or(Q::BACKOFF.last()).copied();
    Duration::from_secs(seconds.unwrap_or(1))
}

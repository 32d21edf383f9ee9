//! What goes on beside requests: mail, notices to clients, clean-up, keys, the certificate. Only here does anything wait
//! for time to pass.

use std::sync::Arc;
use std::time::Duration;

use idp_core::ctx::Scope;
use idp_core::oidc::backchannel::Notice;
use idp_core::oidc::ciba::ping::Ping;
use idp_core::realm::Realm;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::state::AppState;

mod certificate;
mod ciba;
mod cleanup;
mod keys;
pub mod letterhead;
mod logout;
pub mod mail;
mod queue;

pub(crate) use certificate::Served;

/// The workers of one server.
pub(crate) struct Workers(JoinSet<()>);

/// Starts them; they end when the server stops.
pub(crate) fn start(state: &AppState, served: Vec<Served>) -> Workers {
    let mut workers = JoinSet::new();
    workers.spawn(mail::work(state.clone()));
    workers.spawn(queue::work::<Notice>(state.clone()));
    workers.spawn(queue::work::<Ping>(state.clone()));
    workers.spawn(cleanup::work(state.clone()));
    workers.spawn(keys::work(state.clone()));
    for served in served {
        workers.spawn(certificate::work(served, state.stopping.clone()));
    }
    Workers(workers)
}

impl Workers {
    /// Waits until all have put their work down.
    pub(crate) async fn finished(mut self) {
        while let Some(ended) = self.0.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a worker ended badly");
            }
        }
    }
}

/// Whether to go on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pause {
    Over,
    Stopping,
}

async fn pause(length: Duration, stopping: &CancellationToken) -> Pause {
    tokio::select! {
        () = stopping.cancelled() => Pause::Stopping,
        () = tokio::time::sleep(length) => Pause::Over,
    }
}

/// Work that concerns no single realm.
fn installation() -> Scope {
    Scope::system(Arc::new(Realm::installation()))
}

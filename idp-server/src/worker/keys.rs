//! Moves signing keys on, every hour: one that signed for the realm's term gets a successor, a successor begins to sign, a
//! retired one goes.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use idp_core::admin;
use idp_core::ctx::Scope;
use idp_core::fault::Fault;

use super::{Pause, installation, pause};
use crate::state::AppState;

const PERIOD: Duration = Duration::from_secs(3600);

pub(super) async fn work(state: AppState) {
    loop {
        if let Err(fault) = advance(&state).await {
            tracing::error!(%fault, "signing keys cannot be looked at");
        }
        if pause(PERIOD, &state.stopping).await == Pause::Stopping {
            return;
        }
    }
}

async fn advance(state: &AppState) -> Result<(), Fault> {
    let realms = state.store.read(&installation(), |ctx| admin::realm::list(ctx).boxed()).await?;
    for realm in realms {
        let name = realm.name.clone();
        let scope = Scope::system(Arc::new(realm));
        if let Err(fault) = state.store.write(&scope, |ctx| admin::key::advance(ctx).boxed()).await {
            // One society's fault is not the others'.
            tracing::error!(%fault, realm = name, "signing keys cannot be moved on");
        }
    }
    Ok(())
}

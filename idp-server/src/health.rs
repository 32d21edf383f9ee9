//! Whether the process is alive, and whether it may take traffic.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::StatusCode;
use futures::FutureExt;
use idp_core::ctx::Scope;
use idp_core::fault::Fault;
use idp_core::realm::Realm;
use idp_core::store::{self, migrate};

use crate::state::AppState;

/// How often the schema is looked at; it needs a connection of its own.
const SCHEMA_FRESH: Duration = Duration::from_secs(30);

/// When the schema was last seen to be whole.
#[derive(Default)]
pub(crate) struct SchemaWatch(Mutex<Option<Instant>>);

impl SchemaWatch {
    fn is_fresh(&self) -> bool {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.is_some_and(|at| at.elapsed() < SCHEMA_FRESH)
    }

    /// Notes that nothing is pending.
    pub(crate) fn is_whole(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
}

/// `/healthz`: the process answers.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// `/readyz`: the database answers, its schema is ours, and the process is not about to stop.
pub(crate) async fn readyz(State(state): State<AppState>) -> (StatusCode, &'static str) {
    if state.stopping.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match check(&state).await {
        Ok(Schema::Whole) => (StatusCode::OK, "ready\n"),
        Ok(Schema::Behind) => (StatusCode::SERVICE_UNAVAILABLE, "a migration is pending\n"),
        Err(fault) => {
            tracing::warn!(%fault, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}

enum Schema {
    Whole,
    Behind,
}

async fn check(state: &AppState) -> Result<Schema, Fault> {
    let scope = Scope::system(Arc::new(Realm::installation()));
    state.store.read(&scope, |ctx| async move { store::realm::by_host(ctx, "").await }.boxed()).await?;
    if state.schema.is_fresh() {
        return Ok(Schema::Whole);
    }
    if migrate::status(&state.config.database).await?.pending.is_empty() {
        state.schema.is_whole();
        return Ok(Schema::Whole);
    }
    Ok(Schema::Behind)
}

//! Deletes what has ended, every minute.

use std::time::Duration;

use futures::FutureExt;
use idp_core::store::cleanup::{self, Rest};

use super::{Pause, installation, pause};
use crate::state::AppState;

const PERIOD: Duration = Duration::from_secs(60);

pub(super) async fn work(state: AppState) {
    while pause(PERIOD, &state.stopping).await == Pause::Over {
        // Batch after batch, so that requests get in between.
        while !state.stopping.is_cancelled() {
            let cleaned = state.store.write(&installation(), |ctx| cleanup::delete_ended(ctx).boxed()).await;
            match cleaned {
                Ok(cleaned) if cleaned.rest == Rest::Perhaps => tracing::debug!(rows = cleaned.rows, "cleaned up"),
                Ok(cleaned) => {
                    tracing::debug!(rows = cleaned.rows, "cleaned up");
                    break;
                }
                Err(fault) => {
                    tracing::error!(%fault, "clean-up failed");
                    break;
                }
            }
        }
    }
}

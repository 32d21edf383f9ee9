//! Browser: members at real Chromiums, at the demo as it is started by its command.
//!
//! Each test has a demo and browser windows of its own. Every page that a judged window arrives at is judged: axe-core (WCAG 2.2 AA), a
//! viewport of 320 px, text at 200 %. With `SEKISHO_SCREENSHOTS=1` the journeys write the pictures of `docs/journey/`.

mod account;
mod album;
mod app;
mod chromium;
mod demo;
mod devices;
mod journey;
mod judge;
mod keepers;
mod keyboard;
mod methods;
mod new_phone;
mod page;
mod passkeys;
mod recovery;
mod refusals;
mod scriptless;
mod single_page;

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::time::{MissedTickBehavior, interval, timeout};

/// Longer than anything takes on a slow machine with nothing broken.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(25);

/// Asks until there is an answer.
async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let mut pause = interval(PAUSE);
    pause.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let asking = async {
        loop {
            pause.tick().await;
            if let Some(answer) = ask().await? {
                return Ok(answer);
            }
        }
    };
    timeout(PATIENCE, asking).await.with_context(|| format!("waited in vain for {what}"))?
}

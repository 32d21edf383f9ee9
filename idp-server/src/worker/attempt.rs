//! What follows from an attempt to tell a client something.

use std::time::Duration;

use idp_core::clock::Timestamp;
use idp_core::outbox::Delivery;

use crate::outgoing::OutgoingError;

/// Judges an attempt by what came back: how many there were, with how long to wait after each that failed (seconds; the
/// last one repeats), and until when more are worth it.
pub(super) fn judged(
    answer: Result<u16, OutgoingError>,
    (attempts, backoff): (i64, &[u64]),
    (now, expires_at): (Timestamp, Timestamp),
) -> Delivery {
    match answer {
        Ok(status) => Delivery::Sent { answer: status.to_string() },
        // The client understood and does not want it; what leads nowhere will not lead elsewhere.
        Err(error @ (OutgoingError::Status(400) | OutgoingError::Forbidden | OutgoingError::Scheme)) => {
            Delivery::Failed { answer: error.to_string() }
        }
        Err(error @ (OutgoingError::Status(_) | OutgoingError::Unreachable(_) | OutgoingError::TooLong)) => {
            let at = now + wait(attempts, backoff);
            Delivery::Retry { answer: error.to_string(), at: at.min(expires_at) }
        }
    }
}

fn wait(attempts: i64, backoff: &[u64]) -> Duration {
    let done = usize::try_from(attempts).unwrap_or(0).saturating_sub(1);
    let seconds = backoff.get(done).or(backoff.last()).copied();
    Duration::from_secs(seconds.unwrap_or(1))
}

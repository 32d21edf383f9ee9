//! How often each effect was committed by this process, for the monitoring: kinds and outcomes, nothing about anybody.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::{EventKind, Outcome};

/// What alarms look at. It is told from the start, as zero: an increase is seen only of what was there before, and the
/// first theft is one, too.
const WATCHED: [EventKind; 4] =
    [EventKind::SignIn, EventKind::CodeReplayed, EventKind::RefreshTokenReused, EventKind::PasskeyCounterWentBack];

/// Counts effects.
#[derive(Debug)]
pub struct Tally(Mutex<HashMap<(EventKind, Outcome), u64>>);

impl Default for Tally {
    fn default() -> Self {
        let watched = WATCHED.into_iter().flat_map(|kind| [((kind, Outcome::Done), 0), ((kind, Outcome::Refused), 0)]);
        Self(Mutex::new(watched.collect()))
    }
}

impl Tally {
    /// Counts what was just committed.
    pub(crate) fn count(&self, effects: impl IntoIterator<Item = (EventKind, Outcome)>) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for effect in effects {
            *counts.entry(effect).or_insert(0) += 1;
        }
    }

    /// What was counted, by stored names.
    pub fn counts(&self) -> Vec<(String, &'static str, u64)> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut named: Vec<_> =
            counts.iter().map(|((kind, outcome), count)| (kind.name(), outcome.name(), *count)).collect();
        named.sort();
        named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_are_counted_by_kind_and_outcome() {
        let tally = Tally::default();
        tally.count([(EventKind::SignIn, Outcome::Refused), (EventKind::SignIn, Outcome::Done)]);
        tally.count([(EventKind::SignIn, Outcome::Done)]);
        let counts = tally.counts();
        let counted: Vec<_> = counts.iter().filter(|(_, _, count)| *count > 0).collect();
        assert_eq!(counted, [&("sign_in".to_owned(), "done", 2), &("sign_in".to_owned(), "refused", 1)]);
        assert!(
            counts.contains(&("refresh_token_reused".to_owned(), "refused", 0)),
            "what an alarm looks at is told of"
        );
    }
}

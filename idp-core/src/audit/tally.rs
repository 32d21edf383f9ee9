//! How often each effect was committed by this process, for the monitoring: kinds and outcomes, nothing about anybody.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::{EventKind, Outcome};

/// Counts effects.
#[derive(Debug, Default)]
pub struct Tally(Mutex<HashMap<(EventKind, Outcome), u64>>);

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
        assert_eq!(tally.counts(), [("sign_in".to_owned(), "done", 2), ("sign_in".to_owned(), "refused", 1)]);
    }
}

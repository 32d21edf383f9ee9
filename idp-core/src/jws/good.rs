//! Signatures that were found good. To check one is the costly part of reading a token, and its outcome never changes; what
//! may change, its key, its time and whether it was taken back, is asked every time.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};

/// Tokens of one generation. Two are held, 32 bytes each.
const GENERATION: usize = 131_072;

/// A bounded memory: what was not asked for during a whole generation is forgotten.
#[derive(Default)]
pub(crate) struct GoodSignatures(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    young: HashSet<Fingerprint>,
    old: HashSet<Fingerprint>,
}

/// Stands for a whole token, header, claims and signature; its `kid` stands for one key alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(crate) fn of(token: &str) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        Self(bytes)
    }
}

impl GoodSignatures {
    /// Whether the signature of this token is known to be good.
    pub(crate) fn know(&self, token: Fingerprint) -> bool {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if generations.young.contains(&token) {
            return true;
        }
        let grew_old = generations.old.remove(&token);
        if grew_old {
            generations.remember(token);
        }
        grew_old
    }

    /// Remembers a token whose signature was checked.
    pub(crate) fn remember(&self, token: Fingerprint) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remember(token);
    }
}

impl Generations {
    fn remember(&mut self, token: Fingerprint) {
        if self.young.len() >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(number: usize) -> Fingerprint {
        Fingerprint::of(&number.to_string())
    }

    #[test]
    fn only_what_was_remembered_is_known() {
        let good = GoodSignatures::default();
        good.remember(token(1));
        assert!(good.know(token(1)));
        assert!(!good.know(token(2)));
    }

    #[test]
    fn what_is_asked_for_stays_and_the_rest_goes() {
        let good = GoodSignatures::default();
        for number in 0..GENERATION {
            good.remember(token(number));
        }
        good.remember(token(GENERATION));
        assert!(good.know(token(0)), "it grew old, and is asked for again");
        for number in GENERATION + 1..2 * GENERATION {
            good.remember(token(number));
        }
        assert!(good.know(token(0)), "it is young");
        assert!(!good.know(token(1)), "nobody asked for it");
        let held = good.0.lock().unwrap();
        assert!(held.young.len() <= GENERATION && held.old.len() <= GENERATION);
    }
}

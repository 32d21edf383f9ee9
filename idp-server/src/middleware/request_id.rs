//! What a request is known by, in the log and in its answer.

use std::sync::atomic::{AtomicU64, Ordering};

use idp_core::entropy::{self, Entropy};

/// From one to the next: odd, so that all numbers come before one comes again, and far, so that neighbours look unlike.
const STRIDE: u64 = 0x9e37_79b9_7f4a_7c15;

/// Counts from a random number on, so that nodes do not name alike. To draw each would take longer than to answer some.
pub(crate) struct RequestIds(AtomicU64);

impl RequestIds {
    pub(crate) fn begin(entropy: &dyn Entropy) -> Self {
        Self(AtomicU64::new(u64::from_be_bytes(entropy::bytes(entropy))))
    }

    /// 16 hexadecimal digits.
    pub(crate) fn next(&self) -> String {
        format!("{:016x}", self.0.fetch_add(STRIDE, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use idp_core::entropy::SystemEntropy;

    use super::*;

    #[test]
    fn none_is_given_twice() {
        let ids = RequestIds::begin(&SystemEntropy);
        let given: HashSet<String> = (0..10_000).map(|_| ids.next()).collect();
        assert_eq!(given.len(), 10_000);
        assert!(given.iter().all(|id| id.len() == 16));
    }
}

//! Randomness. The one place that asks for it; everybody else draws from [`crate::ctx::Ctx`].

use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::{digest, rand};
use uuid::Uuid;

use crate::clock::Timestamp;

/// A source of unpredictable bytes.
pub trait Entropy: Send + Sync {
    /// Fills the whole buffer.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator through aws-lc-rs.
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks")]
    fn fill(&self, bytes: &mut [u8]) {
        if rand::fill(bytes).is_err() {
            // A process without randomness must not go on with predictable secrets.
            std::process::abort();
        }
    }
}

/// The same bytes for the same seed: for tests and reproductions alone.
pub struct SeededEntropy {
    seed: u64,
    drawn: AtomicU64,
}

impl SeededEntropy {
    /// Starts at the beginning of the stream that belongs to `seed`.
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: AtomicU64::new(0) }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let count = self.drawn.fetch_add(1, Ordering::SeqCst);
            let block = digest::digest(&digest::SHA256, &[self.seed.to_be_bytes(), count.to_be_bytes()].concat());
            chunk.copy_from_slice(&block.as_ref()[..chunk.len()]);
        }
    }
}

/// `N` fresh bytes.
pub fn bytes<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut drawn = [0; N];
    entropy.fill(&mut drawn);
    drawn
}

/// Two digits that two pages show, for a person to compare.
pub fn match_number(entropy: &dyn Entropy) -> String {
    let drawn = u64::from_be_bytes(bytes(entropy));
    (10 + drawn % 90).to_string()
}

/// A UUIDv7 (RFC 9562 §5.7): sorts by the time it was made.
pub fn uuid_v7(entropy: &dyn Entropy, now: Timestamp) -> Uuid {
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes::<10>(entropy)).into_uuid()
}

/// A UUIDv4 (RFC 9562 §5.4): tells nothing about its time.
pub fn uuid_v4(entropy: &dyn Entropy) -> Uuid {
    uuid::Builder::from_random_bytes(bytes::<16>(entropy)).into_uuid()
}

//! Guesses are counted in the database before anything is hashed, and given back on success.
//!
//! Parallel guesses and every spelling of a user id share one count; an unknown id is counted like a known one. After
//! [`GUESSES`] wrong ones the account rests, each time twice as long. A browser in which the member signed in before
//! has a count of its own, so that a stranger's guesses do not lock the member out.

use std::net::IpAddr;
use std::time::Duration;

use crate::clock::{Timestamp, hours, minutes};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::secret::{BrowserSecret, Hashed, ThrottleSubject};
use crate::store;
use crate::user_id::UserIdNormal;

/// Wrong guesses at one account before it rests.
pub const GUESSES: i64 = 10;
/// Wrong guesses from one network before it rests.
pub const GUESSES_PER_NETWORK: i64 = 100;
const FIRST_HOLD: Duration = minutes(1);
const LONGEST_HOLD: Duration = hours(1);

/// How often somebody guessed wrongly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Guesses that were not right, since the last rest.
    pub failures: i64,
    /// How often it rested.
    pub rounds: i64,
    /// When the rest ends.
    pub held_until: Timestamp,
}

impl Default for Count {
    fn default() -> Self {
        Self { failures: 0, rounds: 0, held_until: Timestamp::from_millis(0) }
    }
}

/// Whether a guess may be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It may, and was counted.
    Taken,
    /// Not before this instant.
    Held {
        /// When the rest ends.
        until: Timestamp,
    },
}

impl Count {
    /// Counts one guess, unless the subject rests.
    pub fn take(&mut self, limit: i64, now: Timestamp) -> Turn {
        if self.held_until <= now && self.failures >= limit {
            self.rest(now);
        }
        if self.held_until > now {
            return Turn::Held { until: self.held_until };
        }
        self.failures += 1;
        Turn::Taken
    }

    /// After a wrong guess: the last one allowed begins the rest at once, so that the page can say so.
    pub fn settle_wrong(&mut self, limit: i64, now: Timestamp) -> Turn {
        if self.held_until <= now && self.failures >= limit {
            self.rest(now);
        }
        if self.held_until > now { Turn::Held { until: self.held_until } } else { Turn::Taken }
    }

    fn rest(&mut self, now: Timestamp) {
        let doublings = u32::try_from(self.rounds.clamp(0, 6)).unwrap_or(0);
        self.held_until = now + (FIRST_HOLD * (1_u32 << doublings)).min(LONGEST_HOLD);
        self.rounds += 1;
        self.failures = 0;
    }
}

/// What guesses at an account are counted under.
pub fn account(ctx: &Ctx, user_id: &UserIdNormal) -> Hashed<ThrottleSubject> {
    ctx.vault.hash_within(b"account", user_id.as_str().as_bytes())
}

/// The same, in a browser that is known to be the member's.
pub fn account_in_browser(
    ctx: &Ctx,
    user_id: &UserIdNormal,
    browser: &Hashed<BrowserSecret>,
) -> Hashed<ThrottleSubject> {
    ctx.vault.hash_within(browser.bytes(), user_id.as_str().as_bytes())
}

/// What guesses from a network are counted under (IPv4 /24, IPv6 /64); loopback is not counted.
pub fn network(ctx: &Ctx) -> Option<Hashed<ThrottleSubject>> {
    let address = ctx.scope.source.address?.to_canonical();
    if address.is_loopback() {
        return None;
    }
    let network = match address {
        IpAddr::V4(four) => four.octets()[..3].to_vec(),
        IpAddr::V6(six) => six.octets()[..8].to_vec(),
    };
    Some(ctx.vault.hash_within(b"network", &network))
}

/// Counts one guess at `subject` before it is looked at.
pub async fn take(ctx: &Ctx, subject: &Hashed<ThrottleSubject>, limit: i64) -> Result<Turn, Fault> {
    let mut count = store::throttle::lock(ctx, subject).await?;
    let turn = count.take(limit, ctx.now);
    store::throttle::save(ctx, subject, &count).await?;
    Ok(turn)
}

/// Says that the guess was wrong.
pub async fn settle_wrong(ctx: &Ctx, subject: &Hashed<ThrottleSubject>, limit: i64) -> Result<Turn, Fault> {
    let mut count = store::throttle::lock(ctx, subject).await?;
    let turn = count.settle_wrong(limit, ctx.now);
    store::throttle::save(ctx, subject, &count).await?;
    Ok(turn)
}

/// Says that the guess was right: the count starts anew.
pub async fn settle_right(ctx: &Ctx, subject: &Hashed<ThrottleSubject>) -> Result<(), Fault> {
    store::throttle::lock(ctx, subject).await?;
    store::throttle::save(ctx, subject, &Count::default()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    #[test]
    fn no_more_than_the_limit_is_looked_at_however_many_come_at_once() {
        let mut count = Count::default();
        let taken = (0..200).filter(|_| count.take(GUESSES, NOW) == Turn::Taken).count();
        assert_eq!(taken, 10);
    }

    #[test]
    fn each_rest_is_twice_as_long_up_to_an_hour() {
        let mut count = Count::default();
        let mut now = NOW;
        let mut rests = Vec::new();
        for _ in 0..8 {
            while count.take(GUESSES, now) == Turn::Taken {
                count.settle_wrong(GUESSES, now);
            }
            rests.push(count.held_until.since(now).as_secs() / 60);
            now = count.held_until;
        }
        assert_eq!(rests, [1, 2, 4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn the_last_wrong_guess_begins_the_rest() {
        let mut count = Count::default();
        for _ in 0..9 {
            count.take(GUESSES, NOW);
            assert_eq!(count.settle_wrong(GUESSES, NOW), Turn::Taken);
        }
        count.take(GUESSES, NOW);
        assert_eq!(count.settle_wrong(GUESSES, NOW), Turn::Held { until: NOW + minutes(1) });
    }
}

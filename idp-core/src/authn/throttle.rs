//! Guesses are counted in the database before anything is hashed, and given back on success.
//!
//! Parallel guesses and every spelling of a user id share one count; an unknown id is counted like a known one. After
//! [`GUESSES`] wrong ones the account rests, each time twice as long. A network rests likewise after more of them, and
//! for the whole realm so many wrong ones are looked at in a minute. A browser in which the member signed in before has
//! a count of its own and no other, so that a stranger's guesses do not lock the member out.

use std::net::IpAddr;
use std::time::Duration;

use crate::clock::{Timestamp, hours, minutes};
use crate::ctx::Ctx;
use crate::fault::Fault;
use crate::id::MemberId;
use crate::member::Member;
use crate::secret::{BrowserSecret, Hashed, ThrottleSubject};
use crate::store;
use crate::user_id::UserIdNormal;

/// Wrong guesses at one account before it rests.
pub const GUESSES: i64 = 10;
/// Wrong guesses from one network before it rests.
pub const GUESSES_PER_NETWORK: i64 = 100;
const FIRST_HOLD: Duration = minutes(1);
const LONGEST_HOLD: Duration = hours(1);
const MINUTE_MILLIS: i64 = 60_000;

/// Whose guesses a count holds, and what it allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Those at one thing: a right guess ends the count.
    Own {
        /// Wrong ones before it rests.
        limit: i64,
    },
    /// Those of many: a right guess gives back itself and nothing else.
    Shared {
        /// Wrong ones before they rest.
        limit: i64,
    },
    /// Those of everybody: so many wrong ones in each minute, and no longer rest than to its end.
    Everybody {
        /// Wrong ones in a minute.
        limit: i64,
    },
}

/// One count that a guess is entered in.
#[derive(Clone)]
pub struct Tally {
    /// What it is kept under.
    pub subject: Hashed<ThrottleSubject>,
    /// What it allows.
    pub scale: Scale,
}

/// How often somebody guessed wrongly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Guesses that were not right, since the last rest.
    pub failures: i64,
    /// How often it rested; for everybody's count the minute that it holds.
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

    /// Counts one guess of the present minute, unless it is full.
    pub fn take_in_minute(&mut self, limit: i64, now: Timestamp) -> Turn {
        let minute = now.millis().div_euclid(MINUTE_MILLIS);
        if self.rounds != minute {
            *self = Self { rounds: minute, ..Self::default() };
        }
        if self.failures >= limit {
            return Turn::Held { until: Timestamp::from_millis((minute + 1) * MINUTE_MILLIS) };
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

    /// One guess was right, or was not looked at after all.
    pub fn give_back(&mut self) {
        self.failures = (self.failures - 1).max(0);
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

/// What guesses at a member's recovery codes are counted under.
pub fn recovery_codes(ctx: &Ctx, member: MemberId) -> Hashed<ThrottleSubject> {
    ctx.vault.hash_within(b"recovery codes", member.uuid().as_bytes())
}

/// What mails about requests of applications from elsewhere are counted under, whichever application asks.
pub fn request_mails(ctx: &Ctx, member: MemberId) -> Hashed<ThrottleSubject> {
    ctx.vault.hash_within(b"request mails", member.uuid().as_bytes())
}

/// What everybody's guesses in this realm are counted under.
pub fn everybody(ctx: &Ctx) -> Hashed<ThrottleSubject> {
    ctx.vault.hash_within(b"everybody", b"")
}

/// What guesses from a network are counted under (IPv4 /24, IPv6 /64); loopback is not counted.
pub fn network(ctx: &Ctx) -> Option<Hashed<ThrottleSubject>> {
    network_for(ctx, b"network")
}

/// The same for something else than guesses.
pub fn network_for(ctx: &Ctx, what: &[u8]) -> Option<Hashed<ThrottleSubject>> {
    let address = ctx.scope.source.address?.to_canonical();
    if address.is_loopback() {
        return None;
    }
    let network = match address {
        IpAddr::V4(four) => four.octets()[..3].to_vec(),
        IpAddr::V6(six) => six.octets()[..8].to_vec(),
    };
    Some(ctx.vault.hash_within(what, &network))
}

/// Enters one guess in every count before it is looked at; where one of them rests it is entered in none.
pub async fn enter(ctx: &Ctx, tallies: &[Tally]) -> Result<Turn, Fault> {
    for (number, tally) in tallies.iter().enumerate() {
        let mut count = store::throttle::lock(ctx, &tally.subject).await?;
        let turn = match tally.scale {
            Scale::Own { limit } | Scale::Shared { limit } => count.take(limit, ctx.now),
            Scale::Everybody { limit } => count.take_in_minute(limit, ctx.now),
        };
        store::throttle::save(ctx, &tally.subject, &count).await?;
        if let held @ Turn::Held { .. } = turn {
            for earlier in &tallies[..number] {
                give_back(ctx, &earlier.subject).await?;
            }
            return Ok(held);
        }
    }
    Ok(Turn::Taken)
}

/// Says that an entered guess was wrong; answers the first rest that began with it.
pub async fn was_wrong(ctx: &Ctx, tallies: &[Tally]) -> Result<Turn, Fault> {
    let mut answer = Turn::Taken;
    for tally in tallies {
        if let Scale::Own { limit } | Scale::Shared { limit } = tally.scale
            && let held @ Turn::Held { .. } = settle_wrong(ctx, &tally.subject, limit).await?
        {
            answer = held;
        }
    }
    Ok(answer)
}

/// Says that an entered guess was right.
pub async fn was_right(ctx: &Ctx, tallies: &[Tally]) -> Result<(), Fault> {
    for tally in tallies {
        match tally.scale {
            Scale::Own { .. } => settle_right(ctx, &tally.subject).await?,
            Scale::Shared { .. } | Scale::Everybody { .. } => give_back(ctx, &tally.subject).await?,
        }
    }
    Ok(())
}

async fn give_back(ctx: &Ctx, subject: &Hashed<ThrottleSubject>) -> Result<(), Fault> {
    let mut count = store::throttle::lock(ctx, subject).await?;
    count.give_back();
    store::throttle::save(ctx, subject, &count).await
}

/// Lets guesses at a member be looked at again: the password, the recovery codes, and apps that only slowed down. Says
/// whether anything was held or counted.
pub async fn release(ctx: &Ctx, member: &Member) -> Result<Released, Fault> {
    let mut released = Released::Nothing;
    for subject in [account(ctx, member.user_id.normal()), recovery_codes(ctx, member.id)] {
        if store::throttle::clear(ctx, &subject).await? {
            released = Released::Something;
        }
    }
    for mut app in store::credential::lock_apps_of(ctx, member.id).await? {
        if app.release() {
            released = Released::Something;
            store::credential::save_app(ctx, member.id, &app).await?;
        }
    }
    Ok(released)
}

/// Whether a release changed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Released {
    /// It did.
    Something,
    /// Nothing was held or counted.
    Nothing,
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
    fn everybody_has_so_many_wrong_guesses_in_a_minute_and_no_longer_rest() {
        let mut count = Count::default();
        let taken = |count: &mut Count, now| (0..200).filter(|_| count.take_in_minute(60, now) == Turn::Taken).count();
        assert_eq!(taken(&mut count, NOW), 60);
        let until = Timestamp::from_millis(1_020_000);
        assert_eq!(count.take_in_minute(60, NOW), Turn::Held { until });
        count.give_back();
        assert_eq!(taken(&mut count, NOW), 1);
        assert_eq!(taken(&mut count, until), 60);
    }

    #[test]
    fn a_right_guess_gives_back_itself_and_nothing_else() {
        let mut count = Count { failures: 7, ..Count::default() };
        count.give_back();
        assert_eq!(count.failures, 6);
        let mut empty = Count::default();
        empty.give_back();
        assert_eq!(empty.failures, 0);
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

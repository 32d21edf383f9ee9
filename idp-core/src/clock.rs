//! Time. The one place that asks the system clock; everybody else is told the instant by [`crate::ctx::Ctx`].

use std::fmt;
use std::ops::{Add, Sub};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Milliseconds since the epoch, UTC: the form in which every table holds time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch (`NumericDate`, RFC 7519 §2).
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// How long ago `earlier` was; zero when it lies ahead (a clock that jumped back never yields a negative age).
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The calendar date in Japan at this instant.
    pub fn date_in_japan(self) -> jiff::civil::Date {
        self.in_japan().map_or(jiff::civil::Date::ZERO, |zoned| zoned.date())
    }

    /// Midnight in Japan at the beginning of a day.
    pub fn start_of(date: jiff::civil::Date) -> Self {
        let japan = jiff::tz::TimeZone::fixed(jiff::tz::offset(9));
        date.to_zoned(japan).map_or(Self(0), |zoned| Self(zoned.timestamp().as_millisecond()))
    }

    /// Date and time in Japan, as people read it (`2026-11-23 19:04`).
    pub fn for_people(self) -> String {
        self.in_japan().map_or_else(|| self.0.to_string(), |zoned| zoned.strftime("%Y-%m-%d %H:%M").to_string())
    }

    /// Hour and minute in Japan (`19:04`).
    pub fn time_for_people(self) -> String {
        self.in_japan().map_or_else(|| self.0.to_string(), |zoned| zoned.strftime("%H:%M").to_string())
    }

    /// RFC 3339 in UTC.
    pub fn rfc3339(self) -> String {
        jiff::Timestamp::from_millisecond(self.0).map_or_else(|_| self.0.to_string(), |instant| instant.to_string())
    }

    /// Reads RFC 3339.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|instant| Self(instant.as_millisecond()))
    }

    fn in_japan(self) -> Option<jiff::Zoned> {
        // Japan has kept +09:00 without daylight saving since 1952.
        let japan = jiff::tz::TimeZone::fixed(jiff::tz::offset(9));
        Some(jiff::Timestamp::from_millisecond(self.0).ok()?.to_zoned(japan))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Timestamp;

    fn add(self, length: Duration) -> Timestamp {
        Timestamp(self.0.saturating_add(i64::try_from(length.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Timestamp;

    fn sub(self, length: Duration) -> Timestamp {
        Timestamp(self.0.saturating_sub(i64::try_from(length.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.rfc3339())
    }
}

/// So many minutes.
pub const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

/// So many hours.
pub const fn hours(count: u64) -> Duration {
    Duration::from_secs(count * 3600)
}

/// So many days of 24 hours.
pub const fn days(count: u64) -> Duration {
    Duration::from_secs(count * 86_400)
}

/// Something that tells the time.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks")]
    fn now(&self) -> Timestamp {
        Timestamp(jiff::Timestamp::now().as_millisecond())
    }
}

/// A clock that stands still until it is told to move.
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// Stands at `start`.
    pub fn at(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.0))
    }

    /// Moves forward.
    pub fn advance(&self, length: Duration) {
        self.0.fetch_add(i64::try_from(length.as_millis()).unwrap_or(0), Ordering::SeqCst);
    }

    /// Jumps anywhere, also back.
    pub fn set(&self, instant: Timestamp) {
        self.0.store(instant.0, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_jumped_back_yields_no_negative_age() {
        assert_eq!(Timestamp(1_000).since(Timestamp(5_000)), Duration::ZERO);
        assert_eq!(Timestamp(5_000).since(Timestamp(1_000)), Duration::from_secs(4));
    }

    #[test]
    fn the_date_is_that_of_japan() {
        let late_evening_utc = Timestamp(1_763_850_000_000);
        assert_eq!(late_evening_utc.rfc3339(), "2025-11-22T22:20:00Z");
        assert_eq!(late_evening_utc.date_in_japan().to_string(), "2025-11-23");
        assert_eq!(late_evening_utc.for_people(), "2025-11-23 07:20");
        assert_eq!(Timestamp::start_of(late_evening_utc.date_in_japan()).for_people(), "2025-11-23 00:00");
    }
}

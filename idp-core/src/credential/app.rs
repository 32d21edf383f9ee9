//! An authenticator app: its secret, and the rules of guessing at it.
//!
//! Five wrong codes in a row slow it down, a hundred without success stop it; a right code counts once.

use std::time::Duration;

use crate::clock::{Timestamp, minutes};
use crate::credential::totp::{TotpSecret, TotpVerdict};
use crate::id::CredentialId;
use crate::one_time_code::OneTimeCode;
use crate::secret::{AppSecret, Sealed};

/// Wrong codes in a row before it slows down.
const FREE_GUESSES: i64 = 5;
/// Wrong codes without a success before it stops.
const GUESSES_EVER: i64 = 100;
const LONGEST_HOLD: Duration = minutes(30);

/// One app of a member.
#[derive(Debug, Clone)]
pub struct App {
    /// Its identifier.
    pub id: CredentialId,
    /// What the member calls the device.
    pub name: String,
    /// The shared secret, sealed under the credential's id.
    pub secret: Sealed<AppSecret>,
    /// The last time step whose code was accepted (RFC 6238 §5.2: once only).
    pub last_step: i64,
    /// Wrong codes since the last hold or success.
    pub wrong_in_a_row: i64,
    /// Wrong codes since the last success.
    pub wrong_since_success: i64,
    /// No code is looked at before this instant.
    pub held_until: Timestamp,
    /// When it was set up.
    pub created_at: Timestamp,
    /// When a code of it was last accepted.
    pub last_used_at: Option<Timestamp>,
}

/// What became of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppAnswer {
    /// Right, and spent.
    Accepted,
    /// Wrong.
    Wrong,
    /// Right, but its time step was spent before.
    Replayed,
    /// Not looked at: too many wrong ones.
    Held {
        /// When codes are looked at again.
        until: Timestamp,
    },
    /// Not looked at: the app was guessed at too often and has to be set up anew.
    Stopped,
}

impl App {
    /// Whether codes of it are still looked at, now or after a while.
    pub fn is_working(&self) -> bool {
        self.wrong_since_success < GUESSES_EVER
    }

    /// Judges a code and counts it.
    pub fn answer(&mut self, secret: &TotpSecret, code: &OneTimeCode, now: Timestamp) -> AppAnswer {
        if self.wrong_since_success >= GUESSES_EVER {
            return AppAnswer::Stopped;
        }
        if now < self.held_until {
            return AppAnswer::Held { until: self.held_until };
        }
        match secret.check(code, now.seconds(), Some(self.last_step)) {
            TotpVerdict::Accepted { step } => {
                self.last_step = step;
                self.wrong_in_a_row = 0;
                self.wrong_since_success = 0;
                self.last_used_at = Some(now);
                AppAnswer::Accepted
            }
            TotpVerdict::Replayed => AppAnswer::Replayed,
            TotpVerdict::Wrong => {
                self.wrong_in_a_row += 1;
                self.wrong_since_success += 1;
                self.hold(now);
                AppAnswer::Wrong
            }
        }
    }

    /// Looks at codes again at once; what was guessed without success stays counted. Says whether it rested.
    pub fn release(&mut self) -> bool {
        let rested = self.wrong_in_a_row > 0;
        self.wrong_in_a_row = 0;
        self.held_until = Timestamp::from_millis(0);
        rested
    }

    /// The same after an operator made sure who asks: an app that was stopped works again, too.
    pub fn forgive(&mut self) -> bool {
        let counted = self.wrong_since_success > 0;
        self.wrong_since_success = 0;
        self.release() || counted
    }

    fn hold(&mut self, now: Timestamp) {
        let beyond = self.wrong_in_a_row - FREE_GUESSES;
        if let Ok(doublings @ 0..) = u32::try_from(beyond) {
            self.held_until = now + minutes(1_u64 << doublings.min(5)).min(LONGEST_HOLD);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app() -> (App, TotpSecret) {
        let app = App {
            id: CredentialId::from_uuid(uuid::Uuid::nil()),
            name: String::new(),
            secret: Sealed::from_bytes(Vec::new()),
            last_step: 0,
            wrong_in_a_row: 0,
            wrong_since_success: 0,
            held_until: Timestamp::from_millis(0),
            created_at: Timestamp::from_millis(0),
            last_used_at: None,
        };
        (app, TotpSecret::from_bytes(*b"12345678901234567890"))
    }

    /// RFC 6238, appendix B: at 59 s the code ends in 287082.
    const AT: Timestamp = Timestamp::from_millis(59_000);

    #[test]
    fn a_right_code_counts_once() {
        let (mut app, secret) = app();
        let code = OneTimeCode::parse("287082").unwrap();
        assert_eq!(app.answer(&secret, &code, AT), AppAnswer::Accepted);
        assert_eq!(app.answer(&secret, &code, AT), AppAnswer::Replayed);
    }

    #[test]
    fn five_wrong_codes_in_a_row_slow_it_down_and_a_hundred_stop_it() {
        let (mut app, secret) = app();
        let wrong = OneTimeCode::parse("000000").unwrap();
        for _ in 0..5 {
            assert_eq!(app.answer(&secret, &wrong, AT), AppAnswer::Wrong);
        }
        assert_eq!(app.answer(&secret, &wrong, AT), AppAnswer::Held { until: AT + minutes(1) });
        for _ in 5..100 {
            let later = app.held_until;
            assert_eq!(app.answer(&secret, &wrong, later), AppAnswer::Wrong);
        }
        let later = app.held_until;
        assert_eq!(app.answer(&secret, &OneTimeCode::parse("287082").unwrap(), later), AppAnswer::Stopped);
    }
}

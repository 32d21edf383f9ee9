//! One-time passwords by app (RFC 6238 with SHA-1, six digits, thirty seconds, the one form every app knows).

use std::fmt;

use subtle::ConstantTimeEq;
use totp_rs::{Algorithm, Builder, Secret};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::one_time_code::OneTimeCode;

/// Length of the shared secret in bytes (RFC 4226 §4, R6).
pub const TOTP_SECRET_BYTES: usize = 20;

/// Seconds that a code is shown.
pub const TOTP_STEP_SECONDS: i64 = 30;

/// Steps a phone's clock may be off in either direction (RFC 6238 §5.2).
const DRIFT_STEPS: i64 = 1;

/// The secret that a member's app shares with us; wiped when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct TotpSecret([u8; TOTP_SECRET_BYTES]);

/// What a code is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TotpVerdict {
    /// Right, and newer than every code used before. Save `step` in the same transaction: it is spent.
    Accepted {
        /// Thirty-second steps since the epoch.
        step: i64,
    },
    /// Right, but this code or a newer one was used already.
    Replayed,
    /// Not a code of this moment.
    Wrong,
}

impl TotpSecret {
    /// Takes twenty random bytes, or the bytes stored before.
    pub fn from_bytes(bytes: [u8; TOTP_SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    /// The bytes to seal.
    pub fn as_bytes(&self) -> &[u8; TOTP_SECRET_BYTES] {
        &self.0
    }

    /// The key to type into an app that cannot scan: base32 (RFC 4648 §6) in groups of four, `ABCD EFGH …`.
    pub fn grouped_key(&self) -> Zeroizing<String> {
        let key = Zeroizing::new(Secret::from(self.0).to_base32());
        let mut grouped = Zeroizing::new(String::with_capacity(key.len() + key.len() / 4));
        for (index, c) in key.chars().enumerate() {
            if index > 0 && index % 4 == 0 {
                grouped.push(' ');
            }
            grouped.push(c);
        }
        grouped
    }

    /// The text of the QR code: `otpauth://totp/ISSUER:ACCOUNT?secret=…&issuer=ISSUER`, percent-encoded.
    ///
    /// Colons separate in this form, so they are taken out of both names. Algorithm, digits and period are the
    /// defaults of every app and are left out, because some apps refuse what they do not know.
    ///
    /// # Errors
    /// `None` if nothing is left of the account's name.
    pub fn otpauth_uri(&self, issuer: &str, account: &str) -> Option<Zeroizing<String>> {
        let issuer = without_colons(issuer);
        let builder = self.builder().with_account_name(without_colons(account));
        let builder = if issuer.is_empty() { builder } else { builder.with_issuer(Some(issuer)) };

        builder.build().ok()?.to_url().ok().map(Zeroizing::new)
    }

    /// Judges a code at `unix_seconds`; `last_step` is the step of the newest code accepted before.
    ///
    /// All three codes of the moment are always computed and compared in constant time.
    pub fn check(&self, code: &OneTimeCode, unix_seconds: i64, last_step: Option<i64>) -> TotpVerdict {
        let now = unix_seconds.div_euclid(TOTP_STEP_SECONDS);
        let totp = self.builder().build_noncompliant();

        let mut verdict = TotpVerdict::Wrong;
        for step in now.saturating_sub(DRIFT_STEPS)..=now.saturating_add(DRIFT_STEPS) {
            let Some(seconds) = step.checked_mul(TOTP_STEP_SECONDS).and_then(|at| u64::try_from(at).ok()) else {
                continue;
            };
            let shown = Zeroizing::new(totp.generate(seconds).to_string());
            if !bool::from(shown.as_bytes().ct_eq(code.as_str().as_bytes())) {
                continue;
            }
            verdict = match verdict {
                TotpVerdict::Accepted { step } => TotpVerdict::Accepted { step },
                TotpVerdict::Wrong | TotpVerdict::Replayed if last_step.is_some_and(|last| step <= last) => {
                    TotpVerdict::Replayed
                }
                TotpVerdict::Wrong | TotpVerdict::Replayed => TotpVerdict::Accepted { step },
            };
        }
        verdict
    }

    fn builder(&self) -> Builder {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_step_duration(TOTP_STEP_SECONDS.unsigned_abs())
            .with_secret(self.0)
    }
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret([REDACTED])")
    }
}

fn without_colons(name: &str) -> String {
    name.replace([':', '：'], "").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};

    use super::*;

    /// The secret of RFC 6238, appendix B.
    fn of_the_standard() -> TotpSecret {
        TotpSecret::from_bytes(*b"12345678901234567890")
    }

    fn code(text: &str) -> OneTimeCode {
        OneTimeCode::parse(text).unwrap()
    }

    #[test]
    fn the_vectors_of_the_standard_are_accepted() {
        for (seconds, eight_digits) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            let verdict = of_the_standard().check(&code(&eight_digits[2..]), seconds, None);
            assert_eq!(verdict, TotpVerdict::Accepted { step: seconds / 30 }, "{seconds}");
        }
    }

    #[test]
    fn a_clock_may_be_off_by_one_step_and_no_more() {
        let secret = of_the_standard();
        let code = code("050471");
        let step = 1_111_111_111 / 30;
        for (moment, verdict) in [
            (step - 2, TotpVerdict::Wrong),
            (step - 1, TotpVerdict::Accepted { step }),
            (step, TotpVerdict::Accepted { step }),
            (step + 1, TotpVerdict::Accepted { step }),
            (step + 2, TotpVerdict::Wrong),
        ] {
            assert_eq!(secret.check(&code, moment * 30, None), verdict, "{moment}");
            assert_eq!(secret.check(&code, moment * 30 + 29, None), verdict, "{moment}");
        }
    }

    #[test]
    fn a_code_works_once_and_an_older_one_no_more() {
        let secret = of_the_standard();
        let step = 1_111_111_111 / 30;
        let older = code("081804");
        let newer = code("050471");
        assert_eq!(secret.check(&newer, 1_111_111_111, Some(step)), TotpVerdict::Replayed);
        assert_eq!(secret.check(&older, 1_111_111_111, Some(step)), TotpVerdict::Replayed);
        assert_eq!(secret.check(&newer, 1_111_111_111, Some(step - 1)), TotpVerdict::Accepted { step });
        assert_eq!(secret.check(&code("000000"), 1_111_111_111, Some(step)), TotpVerdict::Wrong);
    }

    #[test]
    fn the_key_is_shown_in_groups_of_four() {
        assert_eq!(of_the_standard().grouped_key().as_str(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }

    #[test]
    fn the_uri_encodes_japanese_names_and_holds_no_stray_colon() {
        let uri = of_the_standard().otpauth_uri("例:健保", "K-00：12 a").unwrap();
        assert_eq!(
            uri.as_str(),
            "otpauth://totp/%E4%BE%8B%E5%81%A5%E4%BF%9D:K-0012%20a\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%E4%BE%8B%E5%81%A5%E4%BF%9D"
        );
    }

    #[test]
    fn the_uri_needs_an_account_but_no_issuer() {
        assert!(of_the_standard().otpauth_uri("例", " : ").is_none());
        assert!(of_the_standard().otpauth_uri("", "K-0012").unwrap().starts_with("otpauth://totp/K-0012?secret="));
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", of_the_standard()), "TotpSecret([REDACTED])");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_moment_gives_a_verdict(seconds in any::<i64>(), last in any::<Option<i64>>(), number in any::<[u8; 8]>()) {
            if let TotpVerdict::Accepted { step } =
                of_the_standard().check(&OneTimeCode::from_entropy(&number), seconds, last)
            {
                prop_assert!(last.is_none_or(|last| step > last));
            }
        }

        #[test]
        fn the_uri_is_read_back_by_the_library(issuer in "[^\\p{C}:：]{1,20}", account in "[^\\p{C}:：]{1,20}") {
            if let Some(uri) = of_the_standard().otpauth_uri(&issuer, &account) {
                let read = totp_rs::Totp::from_url(uri.as_str()).unwrap();
                prop_assert_eq!(read.account_name(), account.trim());
                prop_assert_eq!(read.secret().as_bytes(), b"12345678901234567890");
            }
        }
    }
}

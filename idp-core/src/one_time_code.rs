//! Six digits that work once: the code in a mail and the code an authenticator app shows (RFC 4226 §5.3).

use std::fmt;

use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::typed::{folded, is_hyphen_like};

const DIGITS: usize = 6;

/// Outside text longer than this is not folded.
const TYPED_MAX_BYTES: usize = 128;

/// A code of six digits; wiped when dropped, compared in constant time.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct OneTimeCode([u8; DIGITS]);

/// Why a text is not a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OneTimeCodeError {
    /// Nothing was given.
    Missing,
    /// Something besides digits, spaces and hyphens.
    NotDigits,
    /// Not six digits.
    WrongLength,
}

impl OneTimeCode {
    /// Makes a code from 64 random bits, taken modulo a million: no code is likelier than another by more than
    /// 2^-44 of its chance.
    pub fn from_entropy(entropy: &[u8; 8]) -> Self {
        let mut number = u64::from_be_bytes(*entropy);
        let mut digits = [b'0'; DIGITS];
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
            number /= 10;
        }
        let code = Self(digits);
        digits.zeroize();
        number.zeroize();
        code
    }

    /// Reads a code as typed: full width, with spaces and dashes anywhere.
    ///
    /// # Errors
    /// [`OneTimeCodeError`] says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, OneTimeCodeError> {
        if text.len() > TYPED_MAX_BYTES {
            return Err(OneTimeCodeError::WrongLength);
        }
        let mut code = Self([0; DIGITS]);
        let mut count = 0;
        for c in folded(text).filter(|c| !c.is_whitespace() && !is_hyphen_like(*c)) {
            if !c.is_ascii_digit() {
                return Err(OneTimeCodeError::NotDigits);
            }
            if let Some(digit) = code.0.get_mut(count) {
                *digit = u8::try_from(c).unwrap_or_default();
            }
            count += 1;
        }
        match count {
            0 => Err(OneTimeCodeError::Missing),
            DIGITS => Ok(code),
            _ => Err(OneTimeCodeError::WrongLength),
        }
    }

    /// The six digits: `123456`.
    pub fn as_str(&self) -> &str {
        // The bytes are ASCII digits by construction, so the empty text never occurs.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// For reading: `123 456`.
    pub fn grouped(&self) -> Zeroizing<String> {
        let (first, second) = self.as_str().split_at(DIGITS / 2);
        Zeroizing::new(format!("{first} {second}"))
    }
}

impl ConstantTimeEq for OneTimeCode {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl PartialEq for OneTimeCode {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other).into()
    }
}

impl Eq for OneTimeCode {}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode([REDACTED])")
    }
}

impl OneTimeCodeError {
    /// The stable name by which pages and reports find their text.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "one_time_code_missing",
            Self::NotDigits => "one_time_code_not_digits",
            Self::WrongLength => "one_time_code_wrong_length",
        }
    }
}

impl fmt::Display for OneTimeCodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "the code is missing",
            Self::NotDigits => "the code has something besides digits",
            Self::WrongLength => "the code has not six digits",
        })
    }
}

impl std::error::Error for OneTimeCodeError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};

    use super::*;

    #[test]
    fn width_spaces_and_dashes_do_not_matter() {
        for text in [
            "123456",
            "１２３４５６",
            "１２３　４５６",
            " 123 456\n",
            "123-456",
            "１２３ー４５６",
            "1 2 3 4 5 6",
            "123\u{200B}456",
        ] {
            assert_eq!(OneTimeCode::parse(text).unwrap().as_str(), "123456", "{text}");
        }
    }

    #[test]
    fn what_is_not_a_code_is_refused_by_name() {
        assert_eq!(OneTimeCode::parse(""), Err(OneTimeCodeError::Missing));
        assert_eq!(OneTimeCode::parse(" 　-"), Err(OneTimeCodeError::Missing));
        assert_eq!(OneTimeCode::parse("12345"), Err(OneTimeCodeError::WrongLength));
        assert_eq!(OneTimeCode::parse("1234567"), Err(OneTimeCodeError::WrongLength));
        assert_eq!(OneTimeCode::parse(&"1".repeat(1_000_000)), Err(OneTimeCodeError::WrongLength));
        for text in ["12345a", "一二三四五六", "12345\0", "١٢٣٤٥٦", "+12345", "1.2345"] {
            assert_eq!(OneTimeCode::parse(text), Err(OneTimeCodeError::NotDigits), "{text}");
        }
    }

    #[test]
    fn leading_zeros_stay() {
        assert_eq!(OneTimeCode::from_entropy(&7_u64.to_be_bytes()).as_str(), "000007");
        assert_eq!(OneTimeCode::from_entropy(&1_000_000_u64.to_be_bytes()).grouped().as_str(), "000 000");
        assert_eq!(OneTimeCode::from_entropy(&999_123_456_u64.to_be_bytes()).grouped().as_str(), "123 456");
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", OneTimeCode::parse("123456").unwrap()), "OneTimeCode([REDACTED])");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_code_round_trips(entropy in any::<[u8; 8]>()) {
            let code = OneTimeCode::from_entropy(&entropy);
            let read = OneTimeCode::parse(code.as_str());
            prop_assert_eq!(read.as_ref(), Ok(&code));
            prop_assert_eq!(OneTimeCode::parse(&code.grouped()), Ok(code));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(?s).{0,40}") {
            let _read_or_refused = OneTimeCode::parse(&text);
        }
    }
}

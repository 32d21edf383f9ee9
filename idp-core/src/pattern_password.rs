//! The initial password of the old system: insurance symbol + insurance number + birth date (記号+番号+生年月日).
//!
//! It is made from the member's own attributes each time it is compared and is never stored. The tuple leaks in
//! bulk, so it may start a journey and nothing more.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::birth_date::BirthDate;
use crate::typed::{folded, is_hyphen_like};

/// The longest spelling compared, in bytes after folding; symbols and numbers are far shorter.
const SPELLING_MAX_BYTES: usize = 256;

/// The rule of the pattern; there is no value of it to keep.
#[derive(Clone, Copy, Debug)]
pub enum PatternPassword {}

impl PatternPassword {
    /// Whether `typed` is the symbol, the number and the birth date (`YYYYMMDD`) of a member.
    ///
    /// Width, case, spaces, dashes and plus signs between and inside the parts do not matter; the symbol may be
    /// kanji or kana. All spellings fold to one, so one comparison in constant time covers them. A member without a
    /// number has no pattern: birth dates alone never match.
    pub fn matches(typed: &str, symbol: &str, number: &str, birth_date: &BirthDate) -> bool {
        let typed = Spelling::of(&[typed]);
        let expected = Spelling::of(&[symbol, number, &Zeroizing::new(birth_date.compact())]);
        let has_number = Spelling::of(&[number]).length > 0;

        // Bytes and lengths are compared over the whole buffers, so time tells nothing about where they differ.
        let same = typed.bytes.ct_eq(&*expected.bytes) & typed.length.ct_eq(&expected.length);
        bool::from(same) && has_number && !typed.overflowed && !expected.overflowed
    }
}

/// Text folded to the one spelling that is compared, in a buffer of fixed size.
struct Spelling {
    bytes: Zeroizing<[u8; SPELLING_MAX_BYTES]>,
    length: usize,
    overflowed: bool,
}

impl Spelling {
    fn of(parts: &[&str]) -> Self {
        let mut spelling = Self { bytes: Zeroizing::new([0; SPELLING_MAX_BYTES]), length: 0, overflowed: false };
        for part in parts {
            if part.len() > SPELLING_MAX_BYTES {
                spelling.overflowed = true;
                continue;
            }
            for c in folded(part).filter(|c| !is_between(*c)).flat_map(char::to_lowercase) {
                spelling.push(c);
            }
        }
        spelling
    }

    fn push(&mut self, c: char) {
        let end = self.length + c.len_utf8();
        match self.bytes.get_mut(self.length..end) {
            Some(place) => {
                c.encode_utf8(place);
                self.length = end;
            }
            None => self.overflowed = true,
        }
    }
}

/// What people put between the parts, or inside them as their card prints it.
fn is_between(c: char) -> bool {
    c.is_whitespace() || is_hyphen_like(c) || matches!(c, '+' | '/' | '.' | '・')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, prop_assert, proptest};

    use super::*;

    fn born() -> BirthDate {
        BirthDate::from_iso("1980-01-01").unwrap()
    }

    #[test]
    fn every_spelling_of_the_pattern_matches() {
        for typed in [
            "1234567890119800101",
            "123+45678901+19800101",
            "１２３＋４５６７８９０１＋１９８００１０１",
            "123-45678901-19800101",
            "123−45678901ー19800101",
            " 123 45678901 19800101 ",
            "123　45678901　1980-01-01",
            "123/45678901/1980.01.01",
        ] {
            assert!(PatternPassword::matches(typed, "123", "45678901", &born()), "{typed}");
            assert!(PatternPassword::matches(typed, "１２３", "４５６７ー８９０１", &born()), "{typed}");
        }
    }

    #[test]
    fn symbols_may_be_kanji_or_kana() {
        for typed in ["健保い12345619800101", "健保い＋123456＋19800101", "健保 い 123456 19800101"] {
            assert!(PatternPassword::matches(typed, "健保い", "123456", &born()), "{typed}");
        }
        assert!(PatternPassword::matches("ﾔﾏａ119800101", "ヤマA", "1", &born()));
    }

    #[test]
    fn a_member_without_a_symbol_still_has_a_pattern_but_not_without_a_number() {
        assert!(PatternPassword::matches("12345619800101", "", "123456", &born()));
        assert!(!PatternPassword::matches("19800101", "", "", &born()));
        assert!(!PatternPassword::matches("12319800101", "123", " - ", &born()));
    }

    #[test]
    fn anything_else_does_not_match() {
        for typed in [
            "",
            "123",
            "19800101",
            "12345678901",
            "1234567890119800102",
            "12345678901198001010",
            "01234567890119800101",
            "12345678901S550101",
            "1234567890119800101\0",
        ] {
            assert!(!PatternPassword::matches(typed, "123", "45678901", &born()), "{typed:?}");
        }
    }

    #[test]
    fn endless_text_never_matches() {
        let long = "1".repeat(SPELLING_MAX_BYTES - 8);
        assert!(PatternPassword::matches(&format!("{long}19800101"), "", &long, &born()));
        let longer = format!("{long}1");
        assert!(!PatternPassword::matches(&format!("{longer}19800101"), "", &longer, &born()));
        assert!(!PatternPassword::matches(&"\u{FDFA}".repeat(80), "1", "2", &born()));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_compared_without_a_panic(typed in "(?s).{0,40}", symbol in ".{0,8}", number in ".{0,8}") {
            let _either = PatternPassword::matches(&typed, &symbol, &number, &born());
        }

        #[test]
        fn the_parts_in_order_always_match(symbol in "[0-9あ-ん一-龠]{0,6}", number in "[0-9]{1,8}", mark in "[-+ ＋　ー]?") {
            let typed = format!("{symbol}{mark}{number}{mark}19800101");
            prop_assert!(PatternPassword::matches(&typed, &symbol, &number, &born()));
        }
    }
}

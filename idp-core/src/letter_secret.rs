//! The initial password on a society's letter: random, easy to read aloud and to type, with a check symbol.
//!
//! Sixteen symbols of an alphabet of 23 that share no shape: fifteen are random (67.8 bits), the last one makes the
//! weighted sum zero modulo 23. Because 23 is prime and the weights 1 to 16 differ, any single wrong symbol and any
//! swap of two symbols is found, so a slip is told apart from a wrong letter without asking the database.

use std::fmt;

use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::typed::{folded, is_hyphen_like};

/// Digits and capitals without 0 O Q D, 1 I L, U V, and without those that look like a digit kept (B G S Z).
const ALPHABET: &[u8; 23] = b"23456789ACEFHJKMNPRTWXY";

/// Symbols without the check symbol.
const RANDOM_SYMBOLS: usize = 15;

/// Symbols with the check symbol.
const SYMBOLS: usize = RANDOM_SYMBOLS + 1;

/// The inverse of the check symbol's weight: 16 × 13 = 208 = 9 × 23 + 1.
const INVERSE_OF_LAST_WEIGHT: usize = 13;

/// Outside text longer than this is not folded; sixteen full-width symbols with generous spacing are shorter.
const TYPED_MAX_BYTES: usize = 256;

/// A letter secret in memory; wiped when dropped, never printed except by [`LetterSecret::grouped`].
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct LetterSecret([u8; SYMBOLS]);

/// Why a text is not a letter secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterSecretError {
    /// Nothing was given.
    Missing,
    /// Not sixteen symbols.
    WrongLength,
    /// A symbol that no letter prints.
    UnknownSymbol,
    /// Sixteen good symbols that do not belong together: a slip of one symbol or two changed places.
    BadCheckSymbol,
}

impl LetterSecret {
    /// Makes a secret from 128 random bits, taken modulo 23^15: no secret is likelier than another by more than
    /// 2^-60 of its chance, so nothing needs to be drawn again.
    pub fn from_entropy(entropy: &[u8; 16]) -> Self {
        let mut number = u128::from_be_bytes(*entropy);
        let mut ranks = [0_usize; SYMBOLS];
        for rank in ranks.iter_mut().take(RANDOM_SYMBOLS) {
            *rank = usize::try_from(number % ALPHABET.len() as u128).unwrap_or_default();
            number /= ALPHABET.len() as u128;
        }
        let owed = ALPHABET.len() - weighted_sum(&ranks);
        ranks[RANDOM_SYMBOLS] = owed * INVERSE_OF_LAST_WEIGHT % ALPHABET.len();

        let secret = Self(ranks.map(|rank| ALPHABET.get(rank).copied().unwrap_or_default()));
        ranks.zeroize();
        number.zeroize();
        secret
    }

    /// Reads a secret as typed: any case and width, spaces and dashes anywhere, and B, G, S, Z for the 8, 6, 5, 2
    /// that they were misread from.
    ///
    /// # Errors
    /// [`LetterSecretError`] says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, LetterSecretError> {
        let symbols = symbols(text)?;
        let secret = Self(*symbols);
        let mut ranks = [0_usize; SYMBOLS];
        for (rank, symbol) in ranks.iter_mut().zip(secret.0) {
            *rank = ALPHABET.iter().position(|known| *known == symbol).unwrap_or_default();
        }
        let sum = weighted_sum(&ranks);
        ranks.zeroize();

        if sum == 0 { Ok(secret) } else { Err(LetterSecretError::BadCheckSymbol) }
    }

    /// Whether the text has the shape of a letter secret, right or with a slip in it: what was typed as a first
    /// password is then compared with the letter and not with a password.
    ///
    /// A symbol, number and birth date never have this shape: every year of birth contains a 0 or a 1.
    pub fn looks_like(text: &str) -> bool {
        symbols(text).is_ok()
    }

    /// The sixteen symbols without spaces: what is hashed.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// For the letter: `7K3M-XW9A-42HP-TC8R`.
    pub fn grouped(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(SYMBOLS + SYMBOLS / 4));
        for (index, symbol) in self.0.iter().enumerate() {
            if index > 0 && index % 4 == 0 {
                text.push('-');
            }
            text.push(char::from(*symbol));
        }
        text
    }
}

impl ConstantTimeEq for LetterSecret {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl PartialEq for LetterSecret {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other).into()
    }
}

impl Eq for LetterSecret {}

impl fmt::Debug for LetterSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LetterSecret([REDACTED])")
    }
}

impl LetterSecretError {
    /// The stable name by which pages and reports find their text.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "letter_secret_missing",
            Self::WrongLength => "letter_secret_wrong_length",
            Self::UnknownSymbol => "letter_secret_unknown_symbol",
            Self::BadCheckSymbol => "letter_secret_bad_check_symbol",
        }
    }
}

impl fmt::Display for LetterSecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "the letter secret is missing",
            Self::WrongLength => "the letter secret has not sixteen symbols",
            Self::UnknownSymbol => "the letter secret has a symbol that no letter prints",
            Self::BadCheckSymbol => "the check symbol of the letter secret does not match",
        })
    }
}

impl std::error::Error for LetterSecretError {}

/// The sum of rank × place, the first place counting 1, modulo the size of the alphabet.
fn weighted_sum(ranks: &[usize; SYMBOLS]) -> usize {
    ranks.iter().zip(1..).map(|(rank, weight)| rank * weight).sum::<usize>() % ALPHABET.len()
}

fn symbols(text: &str) -> Result<Zeroizing<[u8; SYMBOLS]>, LetterSecretError> {
    if text.len() > TYPED_MAX_BYTES {
        return Err(LetterSecretError::WrongLength);
    }
    let mut symbols = Zeroizing::new([0_u8; SYMBOLS]);
    let mut count = 0;
    for c in folded(text).filter(|c| !c.is_whitespace() && !is_hyphen_like(*c)) {
        let symbol = match c.to_ascii_uppercase() {
            'B' => b'8',
            'G' => b'6',
            'S' => b'5',
            'Z' => b'2',
            c => u8::try_from(c).unwrap_or_default(),
        };
        if !ALPHABET.contains(&symbol) {
            return Err(LetterSecretError::UnknownSymbol);
        }
        *symbols.get_mut(count).ok_or(LetterSecretError::WrongLength)? = symbol;
        count += 1;
    }
    match count {
        0 => Err(LetterSecretError::Missing),
        SYMBOLS => Ok(symbols),
        _ => Err(LetterSecretError::WrongLength),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};

    use super::*;

    fn secret() -> LetterSecret {
        LetterSecret::from_entropy(&[0x5A; 16])
    }

    fn text(secret: &LetterSecret) -> String {
        String::from_utf8(secret.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn it_is_printed_in_groups_of_four() {
        let printed = secret().grouped();
        assert_eq!(printed.len(), 19);
        assert!(printed.split('-').all(|group| group.len() == 4));
        assert!(printed.bytes().all(|b| b == b'-' || ALPHABET.contains(&b)));
    }

    #[test]
    fn it_holds_more_than_sixty_bits() {
        assert!((ALPHABET.len() as f64).log2() * RANDOM_SYMBOLS as f64 > 60.0);
    }

    #[test]
    fn case_width_spaces_and_dashes_do_not_matter() {
        let secret = secret();
        let plain = text(&secret);
        let full_width: String = plain.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect();
        for typed in [
            plain.clone(),
            plain.to_lowercase(),
            full_width,
            secret.grouped().replace('-', " "),
            secret.grouped().replace('-', "−"),
            secret.grouped().replace('-', "ー"),
            format!("　{}\n", secret.grouped().as_str()),
        ] {
            assert_eq!(LetterSecret::parse(&typed), Ok(LetterSecret::parse(&plain).unwrap()), "{typed}");
        }
    }

    #[test]
    fn letters_misread_for_digits_are_understood() {
        let misread = |plain: &str| plain.replace('8', "B").replace('6', "g").replace('5', "S").replace('2', "z");
        for seed in 0..32 {
            let plain = text(&LetterSecret::from_entropy(&[seed * 7; 16]));
            assert_eq!(text(&LetterSecret::parse(&misread(&plain)).unwrap()), plain);
        }
    }

    #[test]
    fn what_is_not_a_letter_secret_is_refused_by_name() {
        let plain = text(&secret());
        assert_eq!(LetterSecret::parse(""), Err(LetterSecretError::Missing));
        assert_eq!(LetterSecret::parse(" - "), Err(LetterSecretError::Missing));
        assert_eq!(LetterSecret::parse(&plain[1..]), Err(LetterSecretError::WrongLength));
        assert_eq!(LetterSecret::parse(&format!("{plain}2")), Err(LetterSecretError::WrongLength));
        assert_eq!(LetterSecret::parse(&"2".repeat(10_000)), Err(LetterSecretError::WrongLength));
        for odd in ["0", "O", "1", "I", "L", "U", "V", "Q", "D", "あ", "\0", "é"] {
            let wrong = format!("{odd}{}", &plain[1..]);
            assert_eq!(LetterSecret::parse(&wrong), Err(LetterSecretError::UnknownSymbol), "{odd}");
        }
    }

    #[test]
    fn a_slip_still_looks_like_a_letter_secret_and_passwords_do_not() {
        let mut plain = text(&secret());
        assert!(LetterSecret::looks_like(&plain));
        let last = plain.pop().unwrap();
        plain.push(if last == 'A' { 'C' } else { 'A' });
        assert_eq!(LetterSecret::parse(&plain), Err(LetterSecretError::BadCheckSymbol));
        assert!(LetterSecret::looks_like(&plain));

        assert!(!LetterSecret::looks_like("correct horse battery staple"));
        assert!(!LetterSecret::looks_like("1234567819800101"));
        assert!(!LetterSecret::looks_like("12-34567+20020202"));
        assert!(!LetterSecret::looks_like(""));
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", secret()), "LetterSecret([REDACTED])");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_secret_round_trips(entropy in any::<[u8; 16]>()) {
            let secret = LetterSecret::from_entropy(&entropy);
            let read = LetterSecret::parse(&secret.grouped());
            prop_assert_eq!(read.as_ref(), Ok(&secret));
            prop_assert!(LetterSecret::looks_like(&secret.grouped()));
        }

        #[test]
        fn any_single_wrong_symbol_is_found(entropy in any::<[u8; 16]>(), place in 0..SYMBOLS, step in 1..ALPHABET.len()) {
            let mut symbols = LetterSecret::from_entropy(&entropy).as_bytes().to_vec();
            let rank = ALPHABET.iter().position(|known| *known == symbols[place]).unwrap();
            symbols[place] = ALPHABET[(rank + step) % ALPHABET.len()];
            let typed = String::from_utf8(symbols).unwrap();
            prop_assert_eq!(LetterSecret::parse(&typed), Err(LetterSecretError::BadCheckSymbol));
        }

        #[test]
        fn any_two_swapped_symbols_are_found(entropy in any::<[u8; 16]>(), one in 0..SYMBOLS, other in 0..SYMBOLS) {
            let mut symbols = LetterSecret::from_entropy(&entropy).as_bytes().to_vec();
            if symbols[one] != symbols[other] {
                symbols.swap(one, other);
                let typed = String::from_utf8(symbols).unwrap();
                prop_assert_eq!(LetterSecret::parse(&typed), Err(LetterSecretError::BadCheckSymbol));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(?s).{0,40}|[2-9A-Za-z -]{0,24}") {
            if LetterSecret::parse(&text).is_ok() {
                prop_assert!(LetterSecret::looks_like(&text));
            }
        }
    }
}

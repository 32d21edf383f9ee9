//! The code a member types for a device: eight letters without vowels, so that no word comes out (RFC 8628 §6.1).

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::entropy::{self, Entropy};
use crate::typed::{folded, is_hyphen_like};

const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;
/// Outside text longer than this is not folded.
const TYPED_MAX_BYTES: usize = 128;

/// A user code; 34 bits, guessed at by members alone.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct UserCodeText(String);

impl UserCodeText {
    /// Draws a code. Each letter takes 32 bits, so that none is likelier than another by more than 2^-27.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        let drawn = entropy::bytes::<{ LENGTH * 4 }>(entropy);
        let letter = |bytes: &[u8]| {
            let number = bytes.iter().fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
            char::from(LETTERS[number % LETTERS.len()])
        };
        Self(drawn.chunks(4).map(letter).collect())
    }

    /// Reads a code as typed: in any case and width, with spaces and hyphens anywhere.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > TYPED_MAX_BYTES {
            return None;
        }
        let kept = folded(text).filter(|c| !c.is_whitespace() && !is_hyphen_like(*c));
        let code: String = kept.map(|c| c.to_ascii_uppercase()).collect();
        let good = code.len() == LENGTH && code.bytes().all(|byte| LETTERS.contains(&byte));
        good.then_some(Self(code))
    }

    /// The letters alone.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// In two groups, as devices show it.
    pub fn shown(&self) -> String {
        format!("{}-{}", &self.0[..LENGTH / 2], &self.0[LENGTH / 2..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = UserCodeText::draw(&SeededEntropy::new(1));
        let shown = code.shown();
        assert_eq!(shown.len(), 9);
        let wide: String = shown.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
        for typed in [&shown, &shown.to_lowercase(), &shown.replace('-', " "), &format!(" {} ", code.as_str()), &wide] {
            assert_eq!(UserCodeText::parse(typed).unwrap().as_str(), code.as_str(), "{typed}");
        }
    }

    #[test]
    fn other_texts_are_no_code() {
        for wrong in ["", "BCDF", "BCDFGHJKL", "ABCDFGHJ", "BCDF1234", "ＢＣＤＦ", &"B".repeat(200), "BCDFGHJあ"] {
            assert!(UserCodeText::parse(wrong).is_none(), "{wrong}");
        }
    }
}

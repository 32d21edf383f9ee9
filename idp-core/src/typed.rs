//! What Japanese keyboards and paste buffers do to text: full width, many hyphens, invisible characters.
//!
//! Unicode Standard Annex #15 (NFKC) folds full width to ASCII and unites compatibility signs, but it leaves the
//! minus sign, the long-vowel mark and most dashes alone: they look like a hyphen, so they are typed as one.

use unicode_normalization::UnicodeNormalization;

/// The characters of `text` in NFKC, without those that nobody can see.
///
/// Cap the length of outside text first: one character may become eighteen.
pub(crate) fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
    text.nfkc().filter(|c| !is_invisible(*c))
}

/// Whether a person who typed `c` meant a hyphen.
///
/// `ー` is among them: with the input method on, the hyphen key writes the long-vowel mark.
pub(crate) fn is_hyphen_like(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{02D7}' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2043}'
                | '\u{207B}'
                | '\u{208B}'
                | '\u{2212}'
                | '\u{2500}'
                | '\u{2501}'
                | '\u{2796}'
                | '\u{30FC}'
                | '\u{FE58}'
                | '\u{FE63}'
                | '\u{FF0D}'
                | '\u{FF70}'
    )
}

/// Whether `c` takes no place and means nothing in an identifier: soft hyphen, zero-width characters, byte order mark.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}')
}

/// Whether `c` may never stand in a value: controls, and the marks that reorder text on the screen
/// (Unicode Standard Annex #9), with which one identifier can be made to look like another.
pub(crate) fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_text_folds_to_ascii_and_invisible_characters_go() {
        assert_eq!(folded("１２\u{200B}３　Ａ＠\u{FEFF}").collect::<String>(), "123 A@");
    }

    #[test]
    fn everything_that_looks_like_a_hyphen_is_one() {
        for c in "-‐‑‒–—―−ー－﹣ｰ─".chars() {
            assert!(is_hyphen_like(c), "{c:?}");
        }
        for c in "一_~〜.1a".chars() {
            assert!(!is_hyphen_like(c), "{c:?}");
        }
    }

    #[test]
    fn controls_and_reordering_marks_are_forbidden() {
        for c in ['\0', '\n', '\r', '\u{7F}', '\u{85}', '\u{202E}', '\u{2066}'] {
            assert!(is_forbidden(c), "{c:?}");
        }
        assert!(!is_forbidden(' '));
        assert!(!is_forbidden('山'));
    }
}

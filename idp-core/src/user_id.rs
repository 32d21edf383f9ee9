//! The user id of a member, as the society printed it on the letter, and the one form by which it is found.
//!
//! People type it in full width, with spaces, in another case, or with whichever dash their keyboard offers; all
//! of that is the same id. Hyphens stay significant: `12-3` and `123` may be two members.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use crate::typed::{folded, is_forbidden, is_hyphen_like};

/// The longest user id, in characters after trimming.
pub const USER_ID_MAX_CHARS: usize = 64;

/// The longest normal form, in characters: a compatibility character may unfold to several.
const NORMAL_MAX_CHARS: usize = 128;

/// A user id as it stands on the letter: 1 to 64 characters, trimmed, nothing invisible that could deceive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserId {
    given: String,
    normal: UserIdNormal,
}

/// The one spelling by which a user id is stored, compared and counted: NFKC, lower case, no white space, every
/// dash a `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserIdNormal(String);

/// Why a text is not a user id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserIdError {
    /// Nothing, or nothing visible, was given.
    Missing,
    /// More than [`USER_ID_MAX_CHARS`] characters.
    TooLong,
    /// A control character or a mark that reorders text.
    ForbiddenCharacter,
}

impl UserId {
    /// Reads a user id; white space around it is dropped.
    ///
    /// # Errors
    /// [`UserIdError`] says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, UserIdError> {
        let given = text.trim();
        if given.chars().take(USER_ID_MAX_CHARS + 1).count() > USER_ID_MAX_CHARS {
            return Err(UserIdError::TooLong);
        }
        if given.chars().any(is_forbidden) {
            return Err(UserIdError::ForbiddenCharacter);
        }

        let normal = normal_form(given);
        if normal.is_empty() {
            return Err(UserIdError::Missing);
        }
        if normal.chars().count() > NORMAL_MAX_CHARS {
            return Err(UserIdError::TooLong);
        }
        Ok(Self { given: given.to_owned(), normal: UserIdNormal(normal) })
    }

    /// As given, for showing.
    pub fn as_str(&self) -> &str {
        &self.given
    }

    /// The form to look up, to compare and to count guesses by.
    pub fn normal(&self) -> &UserIdNormal {
        &self.normal
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.given)
    }
}

impl UserIdNormal {
    /// The text as it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserIdNormal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl UserIdError {
    /// The stable name by which pages and reports find their text.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "user_id_missing",
            Self::TooLong => "user_id_too_long",
            Self::ForbiddenCharacter => "user_id_forbidden_character",
        }
    }
}

impl fmt::Display for UserIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "the user id is missing",
            Self::TooLong => "the user id is longer than 64 characters",
            Self::ForbiddenCharacter => "the user id contains a control character",
        })
    }
}

impl std::error::Error for UserIdError {}

fn normal_form(given: &str) -> String {
    // Lower case is taken character by character: the context rule for the final sigma would make the form of a
    // part differ from the form of the whole. NFKC is applied again because dropping white space can bring a
    // combining mark next to a letter.
    folded(given)
        .flat_map(char::to_lowercase)
        .filter(|c| !c.is_whitespace())
        .map(|c| if is_hyphen_like(c) { '-' } else { c })
        .nfkc()
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};

    use super::*;

    fn normal(text: &str) -> String {
        UserId::parse(text).unwrap().normal().as_str().to_owned()
    }

    #[test]
    fn it_is_shown_as_given() {
        assert_eq!(UserId::parse("  Ｋ－0012 ").unwrap().as_str(), "Ｋ－0012");
        assert_eq!(UserId::parse("K-0012").unwrap().to_string(), "K-0012");
    }

    #[test]
    fn width_case_spaces_and_dashes_do_not_matter() {
        for text in ["k-0012", "K-0012", "Ｋ－００１２", " k - 00 12 ", "K−0012", "kー0012", "k–0012", "K\u{3000}‐0012"]
        {
            assert_eq!(normal(text), "k-0012", "{text}");
        }
        assert_eq!(normal("ﾔﾏﾀﾞ１"), "ヤマダ1");
    }

    #[test]
    fn hyphens_are_significant() {
        assert_ne!(normal("12-3"), normal("123"));
    }

    #[test]
    fn deceiving_or_endless_text_is_refused() {
        assert_eq!(UserId::parse(""), Err(UserIdError::Missing));
        assert_eq!(UserId::parse(" \u{3000}\n"), Err(UserIdError::Missing));
        assert_eq!(UserId::parse("\u{200B}"), Err(UserIdError::Missing));
        assert_eq!(UserId::parse("a\0b"), Err(UserIdError::ForbiddenCharacter));
        assert_eq!(UserId::parse("a\nb"), Err(UserIdError::ForbiddenCharacter));
        assert_eq!(UserId::parse("a\u{202E}b"), Err(UserIdError::ForbiddenCharacter));
        assert!(UserId::parse(&"x".repeat(64)).is_ok());
        assert_eq!(UserId::parse(&"x".repeat(65)), Err(UserIdError::TooLong));
        assert_eq!(UserId::parse(&"山".repeat(65)), Err(UserIdError::TooLong));
        assert_eq!(UserId::parse(&"\u{FDFA}".repeat(64)), Err(UserIdError::TooLong));
    }

    #[test]
    fn codes_are_stable() {
        assert_eq!(UserIdError::Missing.code(), "user_id_missing");
        assert_eq!(UserIdError::TooLong.code(), "user_id_too_long");
        assert_eq!(UserIdError::ForbiddenCharacter.code(), "user_id_forbidden_character");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_read_or_refused_and_the_forms_are_stable(text in "\\PC{0,80}|(?s).{0,80}") {
            if let Ok(id) = UserId::parse(&text) {
                let again = UserId::parse(id.as_str());
                prop_assert_eq!(again.as_ref(), Ok(&id));
                if let Ok(of_normal) = UserId::parse(id.normal().as_str()) {
                    prop_assert_eq!(of_normal.normal(), id.normal());
                }
            }
        }
    }
}

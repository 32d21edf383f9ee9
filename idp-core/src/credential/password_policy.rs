//! Which passwords a member may choose (NIST SP 800-63B-4 §3.1.1.2), and the one form in which all are compared.
//!
//! Length first; no composition unless a realm asks for it; refused is what a guesser tries first. Passwords are
//! folded once by NFKC, so that full width and composed kana mean the same on every keyboard.

use std::fmt;

use subtle::ConstantTimeEq;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::credential::guessability::weakness;
use crate::credential::password_context::{ContextWords, PasswordContext, squeezed};
use crate::letter_secret::LetterSecret;
use crate::pattern_password::PatternPassword;

/// The longest password in bytes after folding; every byte of it is verified.
pub const PASSWORD_MAX_BYTES: usize = 1024;

/// Outside text longer than this is not folded: folding shrinks no character by more than this factor.
const TYPED_MAX_BYTES: usize = 4 * PASSWORD_MAX_BYTES;

/// The longest unit whose repetition makes a password, in characters.
const REPEATED_UNIT_MAX_CHARS: usize = 8;

/// What a password must be worth in bits when it is made of known pieces.
const MINIMUM_BITS: u32 = 36;

/// What a realm asks of a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// Characters after folding.
    pub minimum: usize,
    /// Kinds of characters.
    pub composition: Composition,
}

/// Whether a password needs several kinds of characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Composition {
    /// Any characters will do.
    #[default]
    Free,
    /// Three of: capitals, small letters, digits, others. Some Japanese guidelines still ask for it.
    ThreeOfFour,
}

/// A password as typed, folded once; wiped when dropped.
pub struct TypedPassword(Zeroizing<String>);

/// A password that the policy lets a member choose; wiped when dropped.
#[derive(Debug)]
pub struct NewPassword(TypedPassword);

/// Why a password may not be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordRefusal {
    /// Nothing was given.
    Missing,
    /// Fewer characters than the policy asks for.
    TooShort {
        /// What it asks for.
        minimum: usize,
    },
    /// More than [`PASSWORD_MAX_BYTES`].
    TooLong,
    /// A control character, which a member could hardly type a second time.
    ControlCharacter,
    /// The second field is not the same.
    ConfirmationDiffers,
    /// On the list of common passwords, or little more than its words.
    Common,
    /// Holds the user id.
    UserId,
    /// Holds the member's name.
    Name,
    /// Holds the society's name.
    Society,
    /// Holds the birth date.
    BirthDate,
    /// Holds the mail address.
    Mail,
    /// Is the initial password, or another letter secret.
    Initial,
    /// One character or a short unit again and again.
    Repeated,
    /// Counting, the alphabet, or a walk over the keyboard.
    Sequence,
    /// Fewer than three kinds of characters, where the realm asks for them.
    FewKinds,
}

/// Folds a password as typed, for choosing one and for signing in: NFKC, once.
///
/// # Errors
/// [`PasswordRefusal::Missing`] and [`PasswordRefusal::TooLong`]; when signing in, both mean a wrong password.
pub fn normalise_password(typed: &str) -> Result<TypedPassword, PasswordRefusal> {
    if typed.is_empty() {
        return Err(PasswordRefusal::Missing);
    }
    if typed.len() > TYPED_MAX_BYTES {
        return Err(PasswordRefusal::TooLong);
    }
    // Room for the longest text from the start: growing would leave copies behind.
    let mut text = Zeroizing::new(String::with_capacity(PASSWORD_MAX_BYTES + 4));
    for c in typed.nfkc() {
        text.push(c);
        if text.len() > PASSWORD_MAX_BYTES {
            return Err(PasswordRefusal::TooLong);
        }
    }
    Ok(TypedPassword(text))
}

impl TypedPassword {
    /// The bytes to hash: UTF-8 in NFKC.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The folded text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TypedPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TypedPassword([REDACTED])")
    }
}

impl NewPassword {
    /// Judges a password and its repetition.
    ///
    /// # Errors
    /// Everything that is wrong at once, so that the member need not find out one by one.
    pub fn parse(
        typed: &str,
        confirm: &str,
        policy: &PasswordPolicy,
        context: &PasswordContext,
    ) -> Result<Self, Vec<PasswordRefusal>> {
        let password = normalise_password(typed).map_err(|refusal| vec![refusal])?;

        let mut refusals = policy.refusals(&password, context);
        let repeated = normalise_password(confirm);
        if !repeated.is_ok_and(|repeated| repeated.as_bytes().ct_eq(password.as_bytes()).into()) {
            refusals.push(PasswordRefusal::ConfirmationDiffers);
        }

        if refusals.is_empty() { Ok(Self(password)) } else { Err(refusals) }
    }

    /// The bytes to hash: UTF-8 in NFKC.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The password as sign-in would read it.
    pub fn into_typed(self) -> TypedPassword {
        self.0
    }
}

impl PasswordPolicy {
    fn refusals(&self, password: &TypedPassword, context: &PasswordContext) -> Vec<PasswordRefusal> {
        let text = password.as_str();
        let mut refusals = Vec::new();
        if text.chars().count() < self.minimum {
            refusals.push(PasswordRefusal::TooShort { minimum: self.minimum });
        }
        if text.chars().any(char::is_control) {
            refusals.push(PasswordRefusal::ControlCharacter);
        }
        match self.composition {
            Composition::Free => {}
            Composition::ThreeOfFour if kinds(text) >= 3 => {}
            Composition::ThreeOfFour => refusals.push(PasswordRefusal::FewKinds),
        }
        if is_initial(text, context) {
            refusals.push(PasswordRefusal::Initial);
        }

        let words = context.words();
        let squeezed = squeezed(text);
        for refusal in forbidden(&squeezed, &words) {
            if !refusals.contains(&refusal) {
                refusals.push(refusal);
            }
        }
        if is_repetition(text) {
            refusals.push(PasswordRefusal::Repeated);
        }
        let ContextWords { forbidden, mut known } = words;
        known.extend(forbidden);
        if let Some(refusal) = weakness(&squeezed, &known, self.bits()).filter(|found| !refusals.contains(found)) {
            refusals.push(refusal);
        }
        refusals
    }

    /// A short password beside a strong factor can't be worth more than its digits.
    fn bits(&self) -> u32 {
        u32::try_from(self.minimum.saturating_mul(3)).unwrap_or(u32::MAX).min(MINIMUM_BITS)
    }
}

impl PasswordRefusal {
    /// The stable name by which pages and reports find their text.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "password_missing",
            Self::TooShort { .. } => "password_too_short",
            Self::TooLong => "password_too_long",
            Self::ControlCharacter => "password_control_character",
            Self::ConfirmationDiffers => "password_confirmation_differs",
            Self::Common => "password_common",
            Self::UserId => "password_user_id",
            Self::Name => "password_name",
            Self::Society => "password_society",
            Self::BirthDate => "password_birth_date",
            Self::Mail => "password_mail",
            Self::Initial => "password_initial",
            Self::Repeated => "password_repeated",
            Self::Sequence => "password_sequence",
            Self::FewKinds => "password_few_kinds",
        }
    }
}

impl fmt::Display for PasswordRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("the password is missing"),
            Self::TooShort { minimum } => write!(f, "the password has fewer than {minimum} characters"),
            Self::TooLong => write!(f, "the password has more than {PASSWORD_MAX_BYTES} bytes"),
            Self::ControlCharacter => f.write_str("the password holds a control character"),
            Self::ConfirmationDiffers => f.write_str("the repeated password differs"),
            Self::Common => f.write_str("the password is a common one"),
            Self::UserId => f.write_str("the password holds the user id"),
            Self::Name => f.write_str("the password holds the member's name"),
            Self::Society => f.write_str("the password holds the society's name"),
            Self::BirthDate => f.write_str("the password holds the birth date"),
            Self::Mail => f.write_str("the password holds the mail address"),
            Self::Initial => f.write_str("the password is the initial one"),
            Self::Repeated => f.write_str("the password repeats a short unit"),
            Self::Sequence => f.write_str("the password is a simple sequence"),
            Self::FewKinds => f.write_str("the password has fewer than three kinds of characters"),
        }
    }
}

impl std::error::Error for PasswordRefusal {}

/// How many of the four kinds there are: capitals, small letters, digits, others.
fn kinds(text: &str) -> usize {
    let kinds: [fn(char) -> bool; 4] = [
        |c| c.is_ascii_uppercase(),
        |c| c.is_ascii_lowercase(),
        |c| c.is_ascii_digit(),
        |c| !c.is_ascii_alphanumeric(),
    ];
    kinds.into_iter().filter(|kind| text.chars().any(kind)).count()
}

fn is_initial(text: &str, context: &PasswordContext) -> bool {
    let from_letter = LetterSecret::parse(text).is_ok();
    let from_pattern = context
        .birth_date
        .as_ref()
        .zip(context.initial.as_ref())
        .is_some_and(|(born, initial)| PatternPassword::matches(text, &initial.symbol, &initial.number, born));
    from_letter || from_pattern
}

/// The refusals of the words that stand in the password, forwards or backwards.
fn forbidden(squeezed: &[char], words: &ContextWords) -> Vec<PasswordRefusal> {
    let without_units: Zeroizing<Vec<char>> =
        Zeroizing::new(squeezed.iter().copied().filter(|c| !matches!(c, '年' | '月' | '日')).collect());
    let holds = |text: &[char], word: &[char]| {
        text.windows(word.len()).any(|part| part == word || part.iter().rev().eq(word.iter()))
    };
    let mut refusals = Vec::new();
    for word in &words.forbidden {
        if (holds(squeezed, &word.word) || holds(&without_units, &word.word)) && !refusals.contains(&word.refusal) {
            refusals.push(word.refusal);
        }
    }
    refusals
}

/// Whether the whole text is one short unit again and again, the last time possibly cut.
fn is_repetition(text: &str) -> bool {
    let mut characters = Zeroizing::new(Vec::with_capacity(text.len()));
    characters.extend(text.chars().flat_map(char::to_lowercase));
    let repeats = |unit: usize| {
        characters.len() >= 2 * unit
            && characters.iter().zip(characters.iter().skip(unit)).all(|(one, next)| one == next)
    };
    (1..=REPEATED_UNIT_MAX_CHARS).any(repeats)
}

#[cfg(test)]
mod tests;

//! What a guesser who knows the member would try first: their ids, names, society, birth date and mail address.

use zeroize::Zeroizing;

use crate::birth_date::BirthDate;
use crate::credential::guessability::KnownWord;
use crate::credential::password_policy::PasswordRefusal;
use crate::credential::romaji::{hiragana, spellings};
use crate::mail_address::MailAddress;
use crate::typed::{folded, is_hyphen_like};
use crate::user_id::UserId;

/// Words of so many letters may not stand anywhere in a password; shorter ones count as a piece that is known.
const FORBIDDEN_FROM_LETTERS: usize = 4;

/// Readings are shorter than what they are read for: `mari` stands inside too many other words.
const FORBIDDEN_FROM_LETTERS_OF_A_READING: usize = 5;

/// Kanji and kana say more with fewer characters.
const FORBIDDEN_FROM_JAPANESE_CHARACTERS: usize = 2;

/// Birth dates are forbidden anywhere in this many digits.
const FORBIDDEN_FROM_DIGITS: usize = 6;

/// What is known about the member who chooses a password.
pub struct PasswordContext {
    /// The id they sign in with.
    pub user_id: UserId,
    /// Family and given names, in kanji, kana or Latin letters; readings in kana are compared as romaji too.
    pub names: Vec<String>,
    /// The society's names and abbreviations.
    pub society: Vec<String>,
    /// The birth date, if the society told us.
    pub birth_date: Option<BirthDate>,
    /// The mail address, if there is one.
    pub mail: Option<MailAddress>,
    /// The password they came with, if the realm makes it from a pattern. Letter secrets are known by their shape.
    pub initial: Option<InitialPattern>,
}

/// The insurance symbol and number of which the pattern password is made.
pub struct InitialPattern {
    /// 記号, possibly empty.
    pub symbol: String,
    /// 番号.
    pub number: String,
}

/// The words of a context, by what they do to a password.
pub(super) struct ContextWords {
    /// May not stand anywhere in a password, forwards or backwards.
    pub(super) forbidden: Vec<KnownWord>,
    /// Count as nearly free pieces.
    pub(super) known: Vec<KnownWord>,
}

impl PasswordContext {
    /// Folds and sorts everything that is known.
    pub(super) fn words(&self) -> ContextWords {
        let mut words = ContextWords { forbidden: Vec::new(), known: Vec::new() };
        words.add(self.user_id.as_str(), PasswordRefusal::UserId);
        for name in &self.names {
            words.add_with_parts(name, PasswordRefusal::Name);
        }
        for name in &self.society {
            words.add_with_parts(name, PasswordRefusal::Society);
        }
        if let Some(mail) = &self.mail {
            words.add(mail.as_typed(), PasswordRefusal::Mail);
            words.add(mail.local_part(), PasswordRefusal::Mail);
            for part in mail.local_part().split(|c: char| !c.is_ascii_alphanumeric()) {
                words.add(part, PasswordRefusal::Mail);
            }
        }
        for spelling in self.birth_date.iter().flat_map(digits_of) {
            words.add_from(&spelling, PasswordRefusal::BirthDate, FORBIDDEN_FROM_DIGITS);
        }
        if let Some(InitialPattern { symbol, number }) = &self.initial {
            words.add_from(symbol, PasswordRefusal::Initial, usize::MAX);
            words.add_from(number, PasswordRefusal::Initial, usize::MAX);
        }
        words
    }
}

impl ContextWords {
    fn add_with_parts(&mut self, name: &str, refusal: PasswordRefusal) {
        self.add(name, refusal);
        for part in name.split(|c: char| c.is_whitespace() || matches!(c, '・' | ',')) {
            self.add(part, refusal);
            let reading: String = folded(part).map(hiragana).collect();
            for spelling in spellings(&reading) {
                self.add_from(&spelling, refusal, FORBIDDEN_FROM_LETTERS_OF_A_READING);
            }
        }
    }

    fn add(&mut self, text: &str, refusal: PasswordRefusal) {
        let enough = if text.is_ascii() { FORBIDDEN_FROM_LETTERS } else { FORBIDDEN_FROM_JAPANESE_CHARACTERS };
        self.add_from(text, refusal, enough);
    }

    fn add_from(&mut self, text: &str, refusal: PasswordRefusal, forbidden_from: usize) {
        let word = squeezed(text).to_vec();
        if word.len() >= forbidden_from {
            self.forbidden.push(KnownWord { word, refusal });
        } else if word.len() >= 2 {
            self.known.push(KnownWord { word, refusal });
        }
    }
}

/// Text as it is compared: NFKC, lower case, katakana as hiragana, without what only separates.
pub(super) fn squeezed(text: &str) -> Zeroizing<Vec<char>> {
    let separates = |c: char| c.is_whitespace() || is_hyphen_like(c) || matches!(c, '_' | '.' | ',' | '/' | '・');
    let mut squeezed = Zeroizing::new(Vec::with_capacity(text.len()));
    squeezed.extend(folded(text).flat_map(char::to_lowercase).map(hiragana).filter(|c| !separates(*c)));
    squeezed
}

/// All the ways in which a birth date is written in digits alone.
fn digits_of(born: &BirthDate) -> Vec<String> {
    let date = born.date();
    let (year, month, day, era) = (date.year(), date.month(), date.day(), born.year_of_era());
    let short = year % 100;
    vec![
        format!("{year:04}{month:02}{day:02}"),
        format!("{year}{month}{day}"),
        format!("{month:02}{day:02}{year:04}"),
        format!("{day:02}{month:02}{year:04}"),
        format!("{short:02}{month:02}{day:02}"),
        format!("{month:02}{day:02}{short:02}"),
        format!("{day:02}{month:02}{short:02}"),
        format!("{era:02}{month:02}{day:02}"),
        format!("{year:04}{month:02}"),
        format!("{year:04}"),
        format!("{month:02}{day:02}"),
    ]
}

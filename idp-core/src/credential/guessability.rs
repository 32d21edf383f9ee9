//! How soon a guesser would reach a password that is made of known pieces.
//!
//! The text is cut into the cheapest row of pieces: common words (also reversed or with symbols for letters), words
//! about the member, keyboard walks and counting, repetitions, years, and loose characters. NIST SP 800-63B-4
//! §3.1.1.2 asks to compare the whole password with a list; cutting it finds the list's words with digits and
//! symbols around them as well, without refusing a long phrase for one word in it.

use std::collections::HashSet;
use std::sync::LazyLock;

use zeroize::Zeroizing;

use crate::credential::password_policy::PasswordRefusal;

/// Later characters can only make a password better.
const CHARS_LOOKED_AT: usize = 128;

const LONGEST_WORD: usize = 32;
const SHORTEST_WALK: usize = 4;
const SHORTEST_REPETITION: usize = 3;

// Costs are tenths of a bit.
const WORD: u32 = 100;
const CONTEXT_WORD: u32 = 30;
const WALK: u32 = 50;
const REPETITION: u32 = 20;
const YEAR: u32 = 60;

static COMMON_WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let lines = include_str!("common_passwords.txt").lines().filter(|line| !line.starts_with('#'));
    // Shorter words stand inside other words too often to say anything.
    lines.flat_map(str::split_whitespace).filter(|word| word.len() >= 3).collect()
});

/// Each is walked in both directions.
const WALKS: [&str; 16] = [
    "1234567890123456789012345678901234567890",
    "0000111122223333444455556666777788889999",
    "24680246802468013579135791357913579",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    "qwertyuiop[]asdfghjkl;:zxcvbnm",
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "1q2w3e4r5t6y7u8i9o0p",
    "!@#$%^&*()+!@#$%^&*()",
    "!\"#$%&'()=~|!\"#$%&'()",
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん",
    "いろはにほへとちりぬるをわかよたれそつねならむうゐのおくやま",
    "一二三四五六七八九十",
];

static WALKS_BOTH_WAYS: LazyLock<Vec<Vec<char>>> =
    LazyLock::new(|| WALKS.iter().flat_map(|walk| [walk.chars().collect(), walk.chars().rev().collect()]).collect());

/// A word about the member, folded like the password, and how it is called when it is found.
pub(super) struct KnownWord {
    pub(super) word: Vec<char>,
    pub(super) refusal: PasswordRefusal,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    Loose,
    Year,
    Repetition,
    Walk,
    Word,
    Known(PasswordRefusal),
}

/// The cheapest way found to cover the text up to some place.
#[derive(Clone, Copy)]
struct Cover {
    cost: u32,
    start: usize,
    piece: Piece,
}

/// The reason to refuse `text` (folded) if its pieces are worth fewer than `bits`, else `None`.
pub(super) fn weakness(text: &[char], known: &[KnownWord], bits: u32) -> Option<PasswordRefusal> {
    let text = text.get(..CHARS_LOOKED_AT).unwrap_or(text);
    let covers = cheapest_covers(text, known);
    if covers.last()?.cost >= bits * 10 {
        return None;
    }

    let mut pieces = Vec::new();
    let mut end = text.len();
    while let Some(cover) = covers.get(end).filter(|_| end > 0) {
        pieces.push(cover.piece);
        end = cover.start;
    }
    let known = pieces.iter().find_map(|piece| match piece {
        Piece::Known(refusal) => Some(*refusal),
        Piece::Loose | Piece::Year | Piece::Repetition | Piece::Walk | Piece::Word => None,
    });
    known.or_else(|| {
        [
            (Piece::Word, PasswordRefusal::Common),
            (Piece::Walk, PasswordRefusal::Sequence),
            (Piece::Repetition, PasswordRefusal::Repeated),
        ]
        .into_iter()
        .find_map(|(piece, refusal)| pieces.contains(&piece).then_some(refusal))
    })
}

fn cheapest_covers(text: &[char], known: &[KnownWord]) -> Vec<Cover> {
    let unreached = Cover { cost: u32::MAX, start: 0, piece: Piece::Loose };
    let mut covers = vec![unreached; text.len() + 1];
    if let Some(first) = covers.first_mut() {
        first.cost = 0;
    }
    let lookalikes = [letters_meant(text, 'i'), letters_meant(text, 'l')];

    for start in 0..text.len() {
        let so_far = covers.get(start).map_or(u32::MAX, |cover| cover.cost);
        let mut offer = |length: usize, cost: u32, piece: Piece| {
            let cost = so_far.saturating_add(cost);
            if let Some(cover) = covers.get_mut(start + length).filter(|cover| cost < cover.cost) {
                *cover = Cover { cost, start, piece };
            }
        };
        let rest = text.get(start..).unwrap_or_default();

        offer(1, loose(rest), Piece::Loose);
        for length in SHORTEST_REPETITION..=repetition(rest) {
            offer(length, loose(rest) + REPETITION, Piece::Repetition);
        }
        for length in SHORTEST_WALK..=walk(rest) {
            offer(length, WALK, Piece::Walk);
        }
        if is_year(rest) {
            offer(4, YEAR, Piece::Year);
        }
        for word in known {
            let backwards = rest.iter().take(word.word.len()).rev();
            if rest.starts_with(&word.word) || (rest.len() >= word.word.len() && backwards.eq(&word.word)) {
                offer(word.word.len(), CONTEXT_WORD, Piece::Known(word.refusal));
            }
        }
        let lookalikes = lookalikes.iter().map(|letters| letters.get(start..).unwrap_or_default());
        for letters in lookalikes.chain([rest]) {
            for length in common_words(letters) {
                offer(length, WORD, Piece::Word);
            }
        }
    }
    covers
}

/// What a guesser pays for the first character when nothing is known about it.
fn loose(rest: &[char]) -> u32 {
    match rest.first() {
        Some('0'..='9') => 33,
        Some('a'..='z') => 47,
        Some('ぁ'..='ゖ') => 55,
        Some(c) if c.is_ascii() => 50,
        Some(_) => 90,
        None => 0,
    }
}

/// The length of the run of one character at the start.
fn repetition(rest: &[char]) -> usize {
    rest.iter().take_while(|c| rest.first() == Some(c)).count()
}

/// The length of the longest walk at the start.
fn walk(rest: &[char]) -> usize {
    let along = |walk: &Vec<char>| {
        let from =
            |place: usize| rest.iter().zip(walk.iter().skip(place)).take_while(|(typed, key)| typed == key).count();
        (0..walk.len()).map(from).max().unwrap_or(0)
    };
    WALKS_BOTH_WAYS.iter().map(along).max().unwrap_or(0)
}

fn is_year(rest: &[char]) -> bool {
    matches!(rest, ['1', '9', a, b, ..] | ['2', '0', a, b, ..] if a.is_ascii_digit() && b.is_ascii_digit())
}

/// The lengths of the common words at the start, forwards or backwards.
fn common_words(rest: &[char]) -> Vec<usize> {
    let mut forwards = Zeroizing::new(String::with_capacity(4 * LONGEST_WORD));
    let mut backwards = Zeroizing::new(String::with_capacity(4 * LONGEST_WORD));
    let mut lengths = Vec::new();
    for (c, length) in rest.iter().take(LONGEST_WORD).zip(1..) {
        forwards.push(*c);
        backwards.insert(0, *c);
        if COMMON_WORDS.contains(forwards.as_str()) || COMMON_WORDS.contains(backwards.as_str()) {
            lengths.push(length);
        }
    }
    lengths
}

/// The letters that digits and symbols stand for in `p@ssw0rd`; `one` is what 1 and ! stand for.
fn letters_meant(text: &[char], one: char) -> Zeroizing<Vec<char>> {
    let letter = |c: &char| match c {
        '0' => 'o',
        '1' | '!' | '|' => one,
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        '8' => 'b',
        c => *c,
    };
    Zeroizing::new(text.iter().map(letter).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weak(text: &str) -> Option<PasswordRefusal> {
        let known = [KnownWord { word: "kenpo".chars().collect(), refusal: PasswordRefusal::Society }];
        weakness(&text.chars().collect::<Vec<_>>(), &known, 36)
    }

    #[test]
    fn the_list_holds_thousands_of_words_in_their_folded_form() {
        assert!(COMMON_WORDS.len() > 1_900, "{}", COMMON_WORDS.len());
        for word in COMMON_WORDS.iter() {
            assert_eq!(**word, word.to_lowercase());
            assert!(word.chars().all(char::is_alphanumeric) || *word == "pasuwa-do", "{word}");
            assert!(word.chars().count() <= LONGEST_WORD, "{word}");
        }
    }

    #[test]
    fn the_most_telling_piece_names_the_weakness() {
        assert_eq!(weak("password2024"), Some(PasswordRefusal::Common));
        assert_eq!(weak("drowssap9999"), Some(PasswordRefusal::Common));
        assert_eq!(weak("p@$$w0rd!!!!"), Some(PasswordRefusal::Common));
        assert_eq!(weak("qwertyuiop12345"), Some(PasswordRefusal::Sequence));
        assert_eq!(weak("aaaabbbbccccdddd"), Some(PasswordRefusal::Repeated));
        assert_eq!(weak("kenpo-sakura1"), Some(PasswordRefusal::Society));
        assert_eq!(weak("opnek12345678"), Some(PasswordRefusal::Society));
    }

    #[test]
    fn text_without_known_pieces_is_not_weak() {
        assert_eq!(weak("tv9qmzr7kd2w"), None);
        assert_eq!(weak("mukashi kenpo no tonari ni hatake"), None);
        assert_eq!(weak(""), None);
    }

    #[test]
    fn a_word_in_a_long_text_does_no_harm() {
        assert_eq!(weak("sakura tv9qmzr7"), None);
    }
}

//! Finds era, year, month and day in a text, before the calendar is asked.

use super::{BirthDateError, Era};
use crate::typed::{folded, is_hyphen_like};

/// No way of writing a date is longer than this, in bytes.
const WRITTEN_MAX_BYTES: usize = 160;

const MONTHS: [&str; 12] = [
    "JANUARY",
    "FEBRUARY",
    "MARCH",
    "APRIL",
    "MAY",
    "JUNE",
    "JULY",
    "AUGUST",
    "SEPTEMBER",
    "OCTOBER",
    "NOVEMBER",
    "DECEMBER",
];

/// The numbers of a date as they were written; nothing says yet that such a day exists.
pub(super) struct Written {
    /// The era before the year; without one the year is of the common era.
    pub(super) era: Option<Era>,
    /// The era and year in brackets after the year, as in `1980年（昭和55年）1月1日`: they must agree.
    pub(super) also: Option<(Era, i16)>,
    pub(super) year: i16,
    pub(super) month: i16,
    pub(super) day: i16,
}

/// A run of digits or a separator.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Number { value: i32, digits: usize },
    FirstYear,
    Year,
    Month,
    Day,
    Mark,
}

impl Written {
    /// Finds the numbers of a date.
    pub(super) fn read(text: &str) -> Result<Self, BirthDateError> {
        if text.len() > WRITTEN_MAX_BYTES {
            return Err(BirthDateError::Unreadable);
        }
        let folded: String = folded(text.trim()).flat_map(char::to_uppercase).collect();
        let dense: String = folded.chars().filter(|c| !c.is_whitespace()).collect();
        if dense.is_empty() {
            return Err(BirthDateError::Missing);
        }

        // Spaces mean nothing in "1980年 1月 1日" and separate in "1980 1 1": the second reading is tried when the
        // first makes no sense.
        let read = read_dense(&dense);
        if !matches!(read, Err(BirthDateError::Unreadable | BirthDateError::YearWithoutEra)) {
            return read;
        }
        let words = folded.split_whitespace().collect::<Vec<_>>();
        let spaced = read_english(&words.join(" ")).map_or_else(|| read_dense(&words.join("/")), Ok);
        if matches!(spaced, Err(BirthDateError::Unreadable)) { read } else { spaced }
    }
}

fn read_dense(text: &str) -> Result<Written, BirthDateError> {
    let (text, also) = take_brackets(text)?;
    let text = text.strip_suffix("生まれ").or(text.strip_suffix('生')).unwrap_or(&text);
    let (era, rest) = take_era(text);
    let rest = if era.is_none() { rest.strip_prefix("西暦").unwrap_or(rest) } else { rest };

    let mut written = numbers(&tokens(rest)?, era)?;
    written.also = also;
    match (era, also) {
        (Some(_), Some(_)) => Err(BirthDateError::Unreadable),
        (None | Some(_), None) | (None, Some(_)) => Ok(written),
    }
}

/// Takes `(昭和55年)` out of `1980年(昭和55年)1月1日`.
fn take_brackets(text: &str) -> Result<(String, Option<(Era, i16)>), BirthDateError> {
    let Some((before, rest)) = text.split_once('(') else {
        return Ok((text.to_owned(), None));
    };
    let (inside, after) = rest.split_once(')').ok_or(BirthDateError::Unreadable)?;
    let (Some(era), year) = take_era(inside) else {
        return Err(BirthDateError::Unreadable);
    };
    let year = match *tokens(year)?.as_slice() {
        [Token::Number { value, digits: 1..=2 }] | [Token::Number { value, digits: 1..=2 }, Token::Year] => value,
        [Token::FirstYear] | [Token::FirstYear, Token::Year] => 1,
        _ => return Err(BirthDateError::Unreadable),
    };
    Ok((format!("{before}{after}"), Some((era, i16::try_from(year).map_err(|_| BirthDateError::Unreadable)?))))
}

fn take_era(text: &str) -> (Option<Era>, &str) {
    for era in Era::NEWEST_FIRST {
        for spelling in era.spellings() {
            if let Some(rest) = text.strip_prefix(spelling) {
                return (Some(era), rest.strip_prefix(is_mark).unwrap_or(rest));
            }
        }
    }
    (None, text)
}

/// Puts the tokens to their places: separated numbers, or one run of digits.
fn numbers(tokens: &[Token], era: Option<Era>) -> Result<Written, BirthDateError> {
    use Token::{Day, FirstYear, Mark, Month, Number, Year};

    let tokens = tokens.strip_suffix(&[Day]).unwrap_or(tokens);
    let (year, year_digits, month, day) = match *tokens {
        [Number { value, digits: 8 }] => (value / 10_000, 4, value / 100 % 100, value % 100),
        [Number { value, digits: 6 }] => (value / 10_000, 2, value / 100 % 100, value % 100),
        [
            Number { value: year, digits: year_digits },
            Year | Mark,
            Number { value: month, digits: 1..=2 },
            Month | Mark,
            Number { value: day, digits: 1..=2 },
        ] => (year, year_digits, month, day),
        [
            FirstYear,
            Year | Mark,
            Number { value: month, digits: 1..=2 },
            Month | Mark,
            Number { value: day, digits: 1..=2 },
        ] if era.is_some() => (1, 1, month, day),
        _ => return Err(BirthDateError::Unreadable),
    };

    match (era, year_digits) {
        (Some(_), 1..=2) | (None, 4) => {}
        (None, 1..=2) => return Err(BirthDateError::YearWithoutEra),
        (Some(_) | None, _) => return Err(BirthDateError::Unreadable),
    }
    let small = |number: i32| i16::try_from(number).map_err(|_| BirthDateError::Unreadable);
    Ok(Written { era, also: None, year: small(year)?, month: small(month)?, day: small(day)? })
}

fn tokens(text: &str) -> Result<Vec<Token>, BirthDateError> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let is_digit: fn(char) -> bool = if c.is_ascii_digit() { |c| c.is_ascii_digit() } else { is_kanji_digit };
        let end = rest.find(|c| !is_digit(c)).unwrap_or(rest.len());
        let (run, after) = if end > 0 { rest.split_at(end) } else { rest.split_at(c.len_utf8()) };
        let token = match c {
            '0'..='9' => ascii_number(run),
            '元' => Some(Token::FirstYear),
            '年' => Some(Token::Year),
            '月' => Some(Token::Month),
            '日' => Some(Token::Day),
            c if is_mark(c) => Some(Token::Mark),
            c if is_kanji_digit(c) => kanji_number(run),
            _ => None,
        };
        tokens.push(token.ok_or(BirthDateError::Unreadable)?);
        rest = after;
    }
    Ok(tokens)
}

fn is_mark(c: char) -> bool {
    is_hyphen_like(c) || matches!(c, '/' | '\u{2044}' | '\u{2215}' | '.' | ',' | '、' | '。' | '・' | '·')
}

fn ascii_number(run: &str) -> Option<Token> {
    let value = run.parse().ok().filter(|_| run.len() <= 8)?;
    Some(Token::Number { value, digits: run.len() })
}

fn is_kanji_digit(c: char) -> bool {
    kanji_value(c).is_some()
}

/// The value of a kanji numeral, those of official documents (壱弐参拾) included.
fn kanji_value(c: char) -> Option<i32> {
    Some(match c {
        '〇' | '零' | '○' | '◯' => 0,
        '一' | '壱' | '壹' => 1,
        '二' | '弐' | '貳' => 2,
        '三' | '参' | '參' => 3,
        '四' => 4,
        '五' | '伍' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        '十' | '拾' => 10,
        '廿' => 20,
        '卅' => 30,
        '百' => 100,
        '千' => 1000,
        _ => return None,
    })
}

/// `五十五`, `千九百八十` by rank, or `一九八〇` digit by digit.
fn kanji_number(run: &str) -> Option<Token> {
    let values: Vec<i32> = run.chars().filter_map(kanji_value).collect();
    if values.len() > 8 {
        return None;
    }
    if values.iter().all(|value| *value < 10) {
        let value = values.iter().fold(0, |number, value| number * 10 + value);
        return Some(Token::Number { value, digits: values.len() });
    }

    let (mut total, mut pending, mut last_rank) = (0, None, i32::MAX);
    for value in values {
        if value < 10 {
            if value == 0 || pending.replace(value).is_some() {
                return None;
            }
            continue;
        }
        let rank = if value < 100 { 10 } else { value };
        if rank >= last_rank || (pending.is_some() && value != rank) {
            return None;
        }
        total += pending.take().unwrap_or(1) * value;
        last_rank = rank;
    }
    total += pending.unwrap_or(0);
    let digits = total.to_string().len();
    Some(Token::Number { value: total, digits })
}

/// `1 JANUARY 1980`, `JAN 1, 1980`, `1ST JAN. 1980`: what the English pages show.
fn read_english(text: &str) -> Option<Written> {
    let words: Vec<&str> = text.split([' ', ',', '.', '-', '/']).filter(|word| !word.is_empty()).collect();
    let (day, month, year) = match *words.as_slice() {
        [first, second, year] if first.starts_with(|c: char| c.is_ascii_digit()) => (first, second, year),
        [first, second, year] => (second, first, year),
        _ => return None,
    };

    let month = MONTHS.iter().position(|name| month.len() >= 3 && name.starts_with(month))? + 1;
    let ordinal = ["ST", "ND", "RD", "TH"].iter().find_map(|ending| day.strip_suffix(ending)).unwrap_or(day);
    if year.len() != 4 || ordinal.len() > 2 || !year.bytes().chain(ordinal.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(Written {
        era: None,
        also: None,
        year: year.parse().ok()?,
        month: i16::try_from(month).ok()?,
        day: ordinal.parse().ok()?,
    })
}

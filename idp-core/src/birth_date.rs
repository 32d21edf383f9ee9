//! Dates of birth, read in every way a Japanese person writes one.
//!
//! Eras follow the edicts that changed them: 1868-10-23 Meiji, 1912-07-30 Taishō, 1926-12-25 Shōwa, 1989-01-08
//! Heisei, 2019-05-01 Reiwa. The file `written.rs` finds the numbers in the text; this one asks the calendar and the eras.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::birth_date::written::Written;
use crate::language::Language;

mod written;

/// Nobody alive is older than this, in years.
const OLDEST_YEARS: i16 = 130;

/// A day on which a person was born: between 1868-10-23 and the day it was read on.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct BirthDate(Date);

/// Why a text is not a date of birth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BirthDateError {
    /// Nothing was given.
    Missing,
    /// Not written in any way we know.
    Unreadable,
    /// A year of two digits without an era: 55 may be 1955 or 昭和55年.
    YearWithoutEra,
    /// A day that the calendar does not have, such as 30 February.
    NoSuchDay,
    /// A year or a day that the era written before it does not have, such as 昭和64年1月8日.
    OutsideEra,
    /// After today.
    InTheFuture,
    /// Before the Meiji era, or more than 130 years ago.
    TooLongAgo,
}

/// A Japanese era since Meiji.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Era {
    Meiji,
    Taisho,
    Showa,
    Heisei,
    Reiwa,
}

impl BirthDate {
    /// Reads a date as a person writes it: `1980-01-01`, `1980年1月1日`, `19800101`, `昭和55年1月1日`, `S55.1.1`,
    /// `昭和五十五年一月一日`, `㍼55.1.1`, `1 January 1980`, in full width, with spaces and with any dash.
    ///
    /// # Errors
    /// [`BirthDateError`] says what is wrong with the text; `today` is the member's calendar day.
    pub fn parse(text: &str, today: Date) -> Result<Self, BirthDateError> {
        let date = resolve(&Written::read(text)?)?;
        if date > today {
            return Err(BirthDateError::InTheFuture);
        }

        let oldest = (today.year() - OLDEST_YEARS, today.month(), today.day());
        if date < Era::Meiji.first_day() || (date.year(), date.month(), date.day()) < oldest {
            return Err(BirthDateError::TooLongAgo);
        }
        Ok(Self(date))
    }

    /// Reads back what [`BirthDate::iso`] wrote, for the store: the day is not judged again against today.
    ///
    /// # Errors
    /// [`BirthDateError::Unreadable`] for anything but `YYYY-MM-DD`, [`BirthDateError::TooLongAgo`] before Meiji.
    pub fn from_iso(text: &str) -> Result<Self, BirthDateError> {
        let plain = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let Some(date) = text.parse::<Date>().ok().filter(|_| plain) else {
            return Err(BirthDateError::Unreadable);
        };
        if date < Era::Meiji.first_day() {
            return Err(BirthDateError::TooLongAgo);
        }
        Ok(Self(date))
    }

    /// The calendar day.
    pub fn date(&self) -> Date {
        self.0
    }

    /// `1980-01-01` (ISO 8601; the `birthdate` claim of OpenID Connect Core §5.1).
    pub fn iso(&self) -> String {
        format!("{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }

    /// `19800101`, as in the passwords of the old system.
    pub fn compact(&self) -> String {
        format!("{:04}{:02}{:02}", self.0.year(), self.0.month(), self.0.day())
    }

    /// `昭和55年1月1日`.
    pub fn wareki(&self) -> String {
        format!("{}{}月{}日", self.wareki_year(), self.0.month(), self.0.day())
    }

    /// The year within its era, counted from 1: 55 for 1980.
    pub fn year_of_era(&self) -> i16 {
        self.0.year() - Era::of(self.0).first_day().year() + 1
    }

    /// The date in full, for the member to confirm: `1980年（昭和55年）1月1日` or `1 January 1980`.
    pub fn reading_back(&self, language: Language) -> String {
        let (year, month, day) = (self.0.year(), self.0.month(), self.0.day());
        match language {
            Language::Ja => format!("{year}年（{}）{month}月{day}日", self.wareki_year()),
            Language::En => format!("{day} {} {year}", self.0.strftime("%B")),
        }
    }

    fn wareki_year(&self) -> String {
        let era = Era::of(self.0).name();
        match self.year_of_era() {
            1 => format!("{era}元年"),
            year => format!("{era}{year}年"),
        }
    }
}

impl fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BirthDate([REDACTED])")
    }
}

impl Serialize for BirthDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.iso())
    }
}

impl<'de> Deserialize<'de> for BirthDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_iso(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl BirthDateError {
    /// The stable name by which pages and reports find their text.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "birth_date_missing",
            Self::Unreadable => "birth_date_unreadable",
            Self::YearWithoutEra => "birth_date_year_without_era",
            Self::NoSuchDay => "birth_date_no_such_day",
            Self::OutsideEra => "birth_date_outside_era",
            Self::InTheFuture => "birth_date_in_the_future",
            Self::TooLongAgo => "birth_date_too_long_ago",
        }
    }
}

impl fmt::Display for BirthDateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "the date of birth is missing",
            Self::Unreadable => "the date of birth is not written in a known way",
            Self::YearWithoutEra => "the year of birth needs four digits or an era",
            Self::NoSuchDay => "the date of birth is not a day of the calendar",
            Self::OutsideEra => "the date of birth does not lie within the era given",
            Self::InTheFuture => "the date of birth is in the future",
            Self::TooLongAgo => "the date of birth is too long ago",
        })
    }
}

impl std::error::Error for BirthDateError {}

impl Era {
    const NEWEST_FIRST: [Self; 5] = [Self::Reiwa, Self::Heisei, Self::Showa, Self::Taisho, Self::Meiji];

    fn of(date: Date) -> Self {
        Self::NEWEST_FIRST.into_iter().find(|era| date >= era.first_day()).unwrap_or(Self::Meiji)
    }

    const fn first_day(self) -> Date {
        match self {
            Self::Meiji => Date::constant(1868, 10, 23),
            Self::Taisho => Date::constant(1912, 7, 30),
            Self::Showa => Date::constant(1926, 12, 25),
            Self::Heisei => Date::constant(1989, 1, 8),
            Self::Reiwa => Date::constant(2019, 5, 1),
        }
    }

    /// The days on which Meiji and Taishō ended belong to both eras, for the edicts took effect on the day itself,
    /// and family registers use either name. Later eras ended at midnight.
    const fn last_day(self) -> Option<Date> {
        match self {
            Self::Meiji => Some(Self::Taisho.first_day()),
            Self::Taisho => Some(Self::Showa.first_day()),
            Self::Showa => Some(Date::constant(1989, 1, 7)),
            Self::Heisei => Some(Date::constant(2019, 4, 30)),
            Self::Reiwa => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Meiji => "明治",
            Self::Taisho => "大正",
            Self::Showa => "昭和",
            Self::Heisei => "平成",
            Self::Reiwa => "令和",
        }
    }

    /// The era's name, its first character, and its letter on Japanese forms.
    const fn spellings(self) -> [&'static str; 3] {
        match self {
            Self::Meiji => ["明治", "明", "M"],
            Self::Taisho => ["大正", "大", "T"],
            Self::Showa => ["昭和", "昭", "S"],
            Self::Heisei => ["平成", "平", "H"],
            Self::Reiwa => ["令和", "令", "R"],
        }
    }

    fn contains(self, date: Date) -> bool {
        date >= self.first_day() && self.last_day().is_none_or(|last| date <= last)
    }
}

fn resolve(written: &Written) -> Result<Date, BirthDateError> {
    let year = match written.era {
        Some(era) => era.first_day().year() + written.year - 1,
        None => written.year,
    };
    let month = i8::try_from(written.month).map_err(|_| BirthDateError::NoSuchDay)?;
    let day = i8::try_from(written.day).map_err(|_| BirthDateError::NoSuchDay)?;
    let date = Date::new(year, month, day).map_err(|_| BirthDateError::NoSuchDay)?;

    if written.era.is_some_and(|era| written.year < 1 || !era.contains(date)) {
        return Err(BirthDateError::OutsideEra);
    }
    match written.also {
        Some((era, year_of_era)) if era.first_day().year() + year_of_era - 1 != date.year() || !era.contains(date) => {
            Err(BirthDateError::OutsideEra)
        }
        Some(_) | None => Ok(date),
    }
}

#[cfg(test)]
mod tests;

//! How dates of birth are read, written and refused.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::{ProptestConfig, Strategy, prop_assert_eq, proptest};

use super::{BirthDate, BirthDateError};
use crate::language::Language;

const TODAY: Date = date(2026, 11, 23);

#[track_caller]
fn read(text: &str) -> String {
    BirthDate::parse(text, TODAY).unwrap_or_else(|error| panic!("{text}: {error}")).iso()
}

#[track_caller]
fn refused(text: &str, error: BirthDateError) {
    assert_eq!(BirthDate::parse(text, TODAY), Err(error), "{text:?}");
}

#[test]
fn every_usual_spelling_is_read() {
    for text in [
        "1980-01-01",
        "1980/1/1",
        "1980.1.1",
        "1980年1月1日",
        "1980年1月1",
        "1980年01月01日生",
        "西暦1980年1月1日生まれ",
        "19800101",
        "1980 1 1",
        "1980 01 01",
        "1980　1　1",
        " 1980 年 1 月 1 日 ",
        "1980, 1, 1",
        "1980・1・1",
        "1980−1−1",
        "1980ー1ー1",
        "1980‐01‐01",
        "1980–1–1",
        "１９８０－０１－０１",
        "１９８０／１／１",
        "１９８００１０１",
        "1 9 8 0 0 1 0 1",
        "昭和55年1月1日",
        "昭和５５年１月１日",
        "昭和 55 年 1 月 1 日",
        "昭55.1.1",
        "S55.1.1",
        "S55/01/01",
        "S.55.1.1",
        "S-55-1-1",
        "s550101",
        "Ｓ５５０１０１",
        "S55 1 1",
        "S 55 1 1",
        "昭和550101",
        "昭和五十五年一月一日",
        "昭和五五年一月一日",
        "昭和伍拾五年壱月壱日",
        "一九八〇年一月一日",
        "千九百八十年一月一日",
        "㍼55年1月1日",
        "㍼55.1.1",
        "1980年㋀㏠",
        "1980年（昭和55年）1月1日",
        "1980(S55)年1月1日",
        "1 January 1980",
        "Jan 1, 1980",
        "1st Jan. 1980",
        "01-JAN-1980",
        "\u{FEFF}1980-01-01",
    ] {
        assert_eq!(read(text), "1980-01-01", "{text}");
    }
}

#[test]
fn every_era_is_known_by_name_sign_and_letter() {
    for (text, iso) in [
        ("明治45年7月1日", "1912-07-01"),
        ("M45.7.1", "1912-07-01"),
        ("㍾45.7.1", "1912-07-01"),
        ("大正元年8月1日", "1912-08-01"),
        ("T15.12.24", "1926-12-24"),
        ("㍽15.12.24", "1926-12-24"),
        ("昭和元年12月26日", "1926-12-26"),
        ("平成元年1月8日", "1989-01-08"),
        ("㍻1.1.8", "1989-01-08"),
        ("H310430", "2019-04-30"),
        ("平31.4.30", "2019-04-30"),
        ("令和元年5月1日", "2019-05-01"),
        ("㋿元年五月一日", "2019-05-01"),
        ("R元.5.1", "2019-05-01"),
        ("R1.5.1", "2019-05-01"),
        ("r010501", "2019-05-01"),
    ] {
        assert_eq!(read(text), iso, "{text}");
    }
}

#[test]
fn kanji_numerals_are_read_by_rank() {
    for (text, iso) in [
        ("昭和二十年十月三十一日", "1945-10-31"),
        ("昭和十年十一月十日", "1935-11-10"),
        ("昭和廿年卅月卅日", ""),
        ("平成三十一年四月三十日", "2019-04-30"),
        ("昭和六十四年一月七日", "1989-01-07"),
        ("二千二年十二月二十二日", "2002-12-22"),
    ] {
        assert_eq!(BirthDate::parse(text, TODAY).map(|born| born.iso()).unwrap_or_default(), iso, "{text}");
    }
}

#[test]
fn eras_begin_and_end_on_their_day() {
    for text in
        ["昭和64年1月7日", "平成元年1月8日", "平成31年4月30日", "令和元年5月1日", "昭和元年12月25日", "大正元年7月30日"]
    {
        assert!(BirthDate::parse(text, TODAY).is_ok(), "{text}");
    }
    for text in [
        "昭和64年1月8日",
        "平成元年1月7日",
        "平成31年5月1日",
        "令和元年4月30日",
        "昭和元年12月24日",
        "大正元年7月29日",
        "大正15年12月26日",
        "明治45年7月31日",
        "昭和65年1月1日",
        "平成99年1月1日",
        "昭和0年1月1日",
        "1980年（平成55年）1月1日",
        "1981年（昭和55年）1月1日",
    ] {
        refused(text, BirthDateError::OutsideEra);
    }
}

#[test]
fn the_day_on_which_an_edict_took_effect_has_two_names() {
    assert_eq!(read("大正15年12月25日"), read("昭和元年12月25日"));
    assert_eq!(read("明治45年7月30日"), read("大正元年7月30日"));
}

#[test]
fn days_that_do_not_exist_are_refused() {
    for text in
        ["1980年2月30日", "1981-02-29", "19801301", "1980/0/1", "1980/1/0", "1980-04-31", "S55.13.1", "昭和55年2月30日"]
    {
        refused(text, BirthDateError::NoSuchDay);
    }
    assert_eq!(read("1980-02-29"), "1980-02-29");
}

#[test]
fn years_of_two_digits_need_an_era() {
    for text in ["55.1.1", "80/01/01", "55年1月1日", "800101", "550101", "55 1 1", "五十五年一月一日"] {
        assert!(
            matches!(BirthDate::parse(text, TODAY), Err(BirthDateError::YearWithoutEra | BirthDateError::Unreadable)),
            "{text}"
        );
    }
    refused("55.1.1", BirthDateError::YearWithoutEra);
    refused("55 1 1", BirthDateError::YearWithoutEra);
}

#[test]
fn the_future_and_the_distant_past_are_refused() {
    assert_eq!(read("2026-11-23"), "2026-11-23");
    refused("2026-11-24", BirthDateError::InTheFuture);
    refused("令和99年1月1日", BirthDateError::InTheFuture);
    assert_eq!(read("1896-11-23"), "1896-11-23");
    refused("1896-11-22", BirthDateError::TooLongAgo);
    refused("0001-01-01", BirthDateError::TooLongAgo);
    assert_eq!(BirthDate::parse("1868-10-22", date(1900, 1, 1)), Err(BirthDateError::TooLongAgo));
    assert!(BirthDate::parse("明治1年10月23日", date(1900, 1, 1)).is_ok());
}

#[test]
fn anything_else_is_unreadable() {
    refused("", BirthDateError::Missing);
    refused(" \u{3000}\n", BirthDateError::Missing);
    for text in [
        "昨日",
        "1980",
        "1980年",
        "1980-01",
        "1980-01-01-01",
        "1980--01-01",
        "1/1/1980",
        "1980月1年1日",
        "1980年元月1日",
        "元年1月1日",
        "昭和1980年1月1日",
        "昭和昭和55年1月1日",
        "X55.1.1",
        "1980-01-01T00:00:00Z",
        "1980-01-01'; --",
        "-1980-01-01",
        "+1980-01-01",
        "99999999999999999999",
        "1980年(昭和55年1月1日",
        "昭和55年(昭和55年)1月1日",
        "五十十年一月一日",
        "1980\0-01-01",
        "Smarch 1, 1980",
    ] {
        refused(text, BirthDateError::Unreadable);
    }
    refused(&"1".repeat(1_000_000), BirthDateError::Unreadable);
}

#[test]
fn it_is_read_back_in_the_reader_s_language() {
    let born = BirthDate::parse("S55.1.1", TODAY).unwrap();
    assert_eq!(born.reading_back(Language::Ja), "1980年（昭和55年）1月1日");
    assert_eq!(born.reading_back(Language::En), "1 January 1980");
    assert_eq!(born.wareki(), "昭和55年1月1日");
    assert_eq!(born.compact(), "19800101");
    assert_eq!(born.year_of_era(), 55);
    assert_eq!(BirthDate::from_iso("1989-01-08").unwrap().wareki(), "平成元年1月8日");
    assert_eq!(BirthDate::from_iso("1989-01-07").unwrap().wareki(), "昭和64年1月7日");
}

#[test]
fn stored_dates_are_read_back_strictly() {
    assert_eq!(serde_json::to_string(&BirthDate::from_iso("1980-01-01").unwrap()).unwrap(), "\"1980-01-01\"");
    let stored: BirthDate = serde_json::from_str("\"1980-01-01\"").unwrap();
    assert_eq!(stored.date(), date(1980, 1, 1));
    for text in ["1980-1-1", "19800101", "1980-02-30", "1980-01-01T00:00", "", "0980-01-01"] {
        assert!(BirthDate::from_iso(text).is_err(), "{text}");
    }
}

#[test]
fn debug_shows_nothing() {
    assert_eq!(format!("{:?}", BirthDate::from_iso("1980-01-01").unwrap()), "BirthDate([REDACTED])");
}

fn any_day() -> impl Strategy<Value = BirthDate> {
    (0..47_480_i32).prop_map(|days| BirthDate(TODAY.checked_sub(days.days()).unwrap()))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,40}|[0-9年月日元昭和平成令SHR./ー十一百(（）) -]{0,16}") {
        if let Ok(born) = BirthDate::parse(&text, TODAY) {
            prop_assert_eq!(BirthDate::parse(&born.iso(), TODAY), Ok(born));
        }
    }

    #[test]
    fn every_way_of_printing_is_read_back(born in any_day()) {
        prop_assert_eq!(BirthDate::from_iso(&born.iso()), Ok(born));
        for text in [born.iso(), born.compact(), born.wareki(), born.reading_back(Language::Ja), born.reading_back(Language::En)] {
            prop_assert_eq!(BirthDate::parse(&text, TODAY), Ok(born));
        }
    }
}

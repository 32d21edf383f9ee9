//! Which passwords are let through and which are refused, by name.

use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};

use super::*;
use crate::birth_date::BirthDate;
use crate::credential::password_context::InitialPattern;
use crate::mail_address::MailAddress;
use crate::user_id::UserId;

const POLICY: PasswordPolicy = PasswordPolicy { minimum: 12, composition: Composition::Free };

fn context() -> PasswordContext {
    PasswordContext {
        user_id: UserId::parse("K-0012").unwrap(),
        names: vec!["山田 花世".to_owned(), "ヤマダ ハナヨ".to_owned(), "Miller Hannah".to_owned()],
        society: vec!["例示健康保険組合".to_owned(), "mgc".to_owned(), "Reiji Kenpo".to_owned()],
        birth_date: Some(BirthDate::from_iso("1980-05-17").unwrap()),
        mail: Some(MailAddress::parse("hana.papa1980x@example.jp").unwrap()),
        initial: Some(InitialPattern { symbol: "123".to_owned(), number: "45678901".to_owned() }),
    }
}

fn judged(text: &str) -> Vec<PasswordRefusal> {
    NewPassword::parse(text, text, &POLICY, &context()).err().unwrap_or_default()
}

#[track_caller]
fn refused(text: &str, refusal: PasswordRefusal) {
    assert!(judged(text).contains(&refusal), "{text}: {:?}", judged(text));
}

#[test]
fn long_or_odd_passwords_are_let_through() {
    for text in [
        "tv9qmzr7kd2w",
        "Frühling über Kreuzberg",
        "orange walrus sings at midnight",
        "むかしむかしあるところにおばけ",
        "雨の日は縁側で将棋を指す人々",
        "kx 73 lantern mossy 92",
        "Iw2l1xqB0ftwo!",
        "🦀🐙🦑 crab dance party",
    ] {
        assert_eq!(judged(text), [], "{text}");
    }
}

#[test]
fn common_passwords_are_refused_with_digits_symbols_and_other_spellings() {
    for text in [
        "passwordpassword",
        "password2024!",
        "Password12345678",
        "P@ssw0rd2024!!",
        "2024password",
        "MyPassword!2025",
        "iloveyouforever",
        "correct horse battery staple",
        "Correct-Horse-Battery-Staple",
        "sakurasakura",
        "Sakura-Tokyo-2024",
        "daisukidayo1234",
        "otsukaresamadesu",
        "ohayougozaimasu",
        "yoroshikuonegaishimasu",
        "administrator1",
        "drowssap123456",
        "letmeinplease!",
        "ありがとうございます１２３",
        "アリガトウゴザイマス",
        "健康保険組合2024",
        "1loveyouforever",
        "hanshintigers2003",
        "ｐａｓｓｗｏｒｄ２０２４",
    ] {
        assert!(!judged(text).is_empty(), "{text}");
    }
    refused("password2024!", PasswordRefusal::Common);
    refused("ohayougozaimasu", PasswordRefusal::Common);
    refused("アリガトウゴザイマス", PasswordRefusal::Common);
}

#[test]
fn repetitions_and_sequences_are_refused() {
    for text in [
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "x7Gkx7Gkx7Gk",
        "ああああああああああああ",
        "12121212121212",
        "Ab1!Ab1!Ab1!Ab1",
    ] {
        refused(text, PasswordRefusal::Repeated);
    }
    for text in [
        "123456789012",
        "abcdefghijklmn",
        "zyxwvutsrqpon",
        "qwertyuiopasdf",
        "QWERTYUIOP12",
        "1qaz2wsx3edc4rfv",
        "1q2w3e4r5t6y",
        "987654321098",
        "あいうえおかきくけこさし",
        "いろはにほへとちりぬるを",
        "asdfghjkl1234",
    ] {
        refused(text, PasswordRefusal::Sequence);
    }
}

#[test]
fn words_about_the_member_are_refused_in_any_dress() {
    refused("tv9qm K-0012 zr7kd", PasswordRefusal::UserId);
    refused("tv9qmk0012zr7kd", PasswordRefusal::UserId);
    refused("tv9qm2100kzr7kd", PasswordRefusal::UserId);
    refused("庭で山田が唄う春の夜の夢の跡", PasswordRefusal::Name);
    refused("yamadatv9qmzr7", PasswordRefusal::Name);
    refused("tv9qm-ADAMAY-zr7", PasswordRefusal::Name);
    refused("hanayo83729!", PasswordRefusal::Name);
    refused("やまだtv9qmzr7kd", PasswordRefusal::Name);
    refused("tv9qmMiller7kd2", PasswordRefusal::Name);
    refused("reijikenpo-tv9q", PasswordRefusal::Society);
    refused("tv9例示健康保険組合qz", PasswordRefusal::Society);
    refused("mgc-mgc-83729", PasswordRefusal::Society);
    refused("tv9qm papa1980x kd", PasswordRefusal::Mail);
    refused("hana.papa1980x@example.jp", PasswordRefusal::Mail);
}

#[test]
fn the_birth_date_is_refused_in_every_form_of_digits() {
    for text in [
        "tv9qm19800517zr",
        "tv9qm1980-05-17zr",
        "tv9qm1980/5/17zr",
        "tv9qm800517zrxk",
        "tv9qm17051980zr",
        "tv9qm05171980zr",
        "tv9qmS55.05.17zr",
        "tv9qm昭和55年05月17日",
        "tv9qm1980年5月17日zr",
        "tv9qm71500891zr",
        "tv9qm１９８００５１７zr",
    ] {
        refused(text, PasswordRefusal::BirthDate);
    }
}

#[test]
fn the_initial_password_is_refused_in_every_spelling() {
    refused("1234567890119800517", PasswordRefusal::Initial);
    refused("１２３＋４５６７８９０１＋１９８００５１７", PasswordRefusal::Initial);
    let letter = LetterSecret::from_entropy(&[0x3C; 16]);
    refused(&letter.grouped(), PasswordRefusal::Initial);
    refused(&letter.grouped().to_lowercase().replace('-', " "), PasswordRefusal::Initial);
}

#[test]
fn length_is_counted_in_folded_characters() {
    refused("tv9qmzr7kd2", PasswordRefusal::TooShort { minimum: 12 });
    refused("ﾀﾞﾂﾞﾁﾞﾃﾞﾄﾞﾊﾞﾋﾞ", PasswordRefusal::TooShort { minimum: 12 });
    assert_eq!(judged(""), [PasswordRefusal::Missing]);
    assert_eq!(judged(&"tv9qmzr7kd2w".repeat(100)), [PasswordRefusal::TooLong]);
    assert_eq!(judged(&"あ".repeat(1_000_000)), [PasswordRefusal::TooLong]);
    refused("tv9qm\0zr7kd2w", PasswordRefusal::ControlCharacter);
    let longest: String =
        (0..PASSWORD_MAX_BYTES).map(|i| char::from(b'!' + u8::try_from(i * i % 89).unwrap())).collect();
    assert_eq!(judged(&longest), []);
}

#[test]
fn the_repeated_password_must_be_the_same_in_any_width() {
    let with = |confirm: &str| NewPassword::parse("tv9qmzr7kd2w", confirm, &POLICY, &context()).err();
    assert_eq!(with("tv9qmzr7kd2w"), None);
    assert_eq!(with("ｔｖ９ｑｍｚｒ７ｋｄ２ｗ"), None);
    for confirm in ["", "tv9qmzr7kd2W", "tv9qmzr7kd2", "tv9qmzr7kd2w "] {
        assert_eq!(with(confirm), Some(vec![PasswordRefusal::ConfirmationDiffers]), "{confirm}");
    }
}

#[test]
fn everything_wrong_is_told_at_once() {
    let refusals = NewPassword::parse("password", "different", &POLICY, &context()).unwrap_err();
    assert_eq!(
        refusals,
        [PasswordRefusal::TooShort { minimum: 12 }, PasswordRefusal::Common, PasswordRefusal::ConfirmationDiffers]
    );
}

#[test]
fn kinds_of_characters_count_only_where_a_realm_asks() {
    let strict = PasswordPolicy { minimum: 8, composition: Composition::ThreeOfFour };
    let judged = |text: &str| NewPassword::parse(text, text, &strict, &context()).err().unwrap_or_default();
    assert_eq!(judged("tvxqmzrykdgw"), [PasswordRefusal::FewKinds]);
    assert_eq!(judged("tv9qmzr7kd2w"), [PasswordRefusal::FewKinds]);
    assert_eq!(judged("Tv9qmzr7kd2w"), []);
    assert_eq!(judged("tv9qmz-r7kd2"), []);
    assert_eq!(judged("Tv-qmz"), [PasswordRefusal::TooShort { minimum: 8 }]);
}

#[test]
fn sign_in_reads_a_password_as_it_was_chosen() {
    let chosen = NewPassword::parse("ｔｖ９　ガギグゲゴxk7", "tv9 ｶﾞｷﾞｸﾞｹﾞｺﾞxk7", &POLICY, &context()).unwrap();
    assert_eq!(chosen.as_bytes(), normalise_password("tv9 ガギグゲゴxk7").unwrap().as_bytes());
    assert_eq!(normalise_password("").err(), Some(PasswordRefusal::Missing));
    assert_eq!(normalise_password(&"x".repeat(1025)).err(), Some(PasswordRefusal::TooLong));
    assert_eq!(normalise_password(&"\u{FDFA}".repeat(1000)).err(), Some(PasswordRefusal::TooLong));
    assert!(normalise_password(&"x".repeat(1024)).is_ok());
    assert_eq!(chosen.into_typed().as_str(), "tv9 ガギグゲゴxk7");
}

#[test]
fn debug_shows_nothing() {
    assert_eq!(format!("{:?}", normalise_password("tv9qmzr7kd2w").unwrap()), "TypedPassword([REDACTED])");
    let chosen = NewPassword::parse("tv9qmzr7kd2w", "tv9qmzr7kd2w", &POLICY, &context()).unwrap();
    assert_eq!(format!("{chosen:?}"), "NewPassword(TypedPassword([REDACTED]))");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_judged_without_a_panic(typed in "(?s).{0,60}", confirm in "(?s).{0,60}") {
        if let Ok(chosen) = NewPassword::parse(&typed, &confirm, &POLICY, &context()) {
            prop_assert!(chosen.as_bytes().len() <= PASSWORD_MAX_BYTES);
        }
    }

    #[test]
    fn folding_twice_changes_nothing(typed in "(?s).{1,60}") {
        let once = normalise_password(&typed).unwrap();
        let twice = normalise_password(once.as_str()).unwrap();
        prop_assert_eq!(once.as_str(), twice.as_str());
    }
}

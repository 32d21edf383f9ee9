//! The people of the demo: one fictional society, its members in every state, and the applications they sign in to.
//!
//! Only data. Nobody here exists; every mail address is under a domain that is reserved for examples.

use serde::{Deserialize, Serialize};

use super::document::ClientProfile;

/// The society that the demo's realm is.
pub const SOCIETY: Society = Society {
    slug: "minato",
    name_ja: "みなと健康保険組合",
    name_en: "Minato Health Insurance Society",
    primary_colour: "#00577c",
    help_line: "03-0000-1234",
    help_hours_ja: "平日 9:00～17:00（土日祝日・年末年始を除く）",
    help_hours_en: "Weekdays 9:00-17:00 (closed on public holidays)",
    mail_sender: "no-reply@minato-kenpo.example.jp",
    terms_version: 1,
    terms_ja: include_str!("society/terms.ja.txt"),
    terms_en: include_str!("society/terms.en.txt"),
};

/// How a society appears to its members.
#[derive(Clone, Copy, Debug)]
pub struct Society {
    /// The realm's name for machines.
    pub slug: &'static str,
    /// Its name in Japanese.
    pub name_ja: &'static str,
    /// Its name in English.
    pub name_en: &'static str,
    /// `#rrggbb`; white text on it has a contrast above 4.5:1.
    pub primary_colour: &'static str,
    /// The telephone number members call.
    pub help_line: &'static str,
    /// When somebody answers, in Japanese.
    pub help_hours_ja: &'static str,
    /// When somebody answers, in English.
    pub help_hours_en: &'static str,
    /// The address its mails come from.
    pub mail_sender: &'static str,
    /// The version of the terms of use.
    pub terms_version: i64,
    /// The terms of use in Japanese, plain text.
    pub terms_ja: &'static str,
    /// The terms of use in English, plain text.
    pub terms_en: &'static str,
}

/// Where a seeded member stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberState {
    /// Holds an unused letter.
    New,
    /// Was a member before; the password was reset to symbol + number + birth date.
    Pattern,
    /// Chose a passkey, which no seed can put into a browser: sets it up at the next sign-in.
    Passkey,
    /// Past everything, signs in with an authenticator app.
    Totp,
    /// Past everything, signs in with mailed codes.
    Mail,
    /// Finished the first login and owes the set-up of the chosen method.
    PendingEnrolment,
    /// Guessed wrong too often.
    Locked,
    /// Switched off by an operator.
    Disabled,
}

/// One member as the society's list has them.
#[derive(Clone, Copy, Debug)]
pub struct DemoMember {
    /// The user id on the letter.
    pub user_id: &'static str,
    /// Family name and given name in kanji.
    pub name: [&'static str; 2],
    /// Family name and given name in katakana.
    pub kana: [&'static str; 2],
    /// The symbol (記号) of the household's insurance card.
    pub symbol: &'static str,
    /// The number (番号) of the household's insurance card.
    pub number: &'static str,
    /// `YYYY-MM-DD`.
    pub birth_date: &'static str,
    /// The mail address the society holds.
    pub mail: &'static str,
    /// Where the member stands when the demo starts.
    pub state: MemberState,
    /// The own password, at least 15 characters; `None` before one was chosen.
    pub password: Option<&'static str>,
}

/// One application that members sign in to.
#[derive(Clone, Copy, Debug)]
pub struct DemoClient {
    /// Its client id.
    pub client_id: &'static str,
    /// The name that members read, in Japanese.
    pub name_ja: &'static str,
    /// The name that members read, in English.
    pub name_en: &'static str,
    /// Whether it keeps a secret.
    pub profile: ClientProfile,
    /// Who runs it: consent is not asked for the society's own.
    pub party: Party,
    /// Where it may be redirected to; the portal's own addresses follow from its port.
    pub redirect_uris: &'static [&'static str],
}

/// Who runs an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// The society itself.
    First,
    /// Somebody else.
    Third,
}

/// The client id of the portal.
pub const PORTAL_CLIENT_ID: &str = "portal";

/// The members, in the order in which they are printed; the first is the one the newcomer plays.
pub const MEMBERS: &[DemoMember] = &[
    DemoMember {
        user_id: "MN100101",
        name: ["田中", "花子"],
        kana: ["タナカ", "ハナコ"],
        symbol: "1001",
        number: "101",
        birth_date: "1980-01-01",
        mail: "hanako.tanaka@example.jp",
        state: MemberState::New,
        password: None,
    },
    DemoMember {
        user_id: "MN100102",
        name: ["鈴木", "一郎"],
        kana: ["スズキ", "イチロウ"],
        symbol: "1001",
        number: "102",
        birth_date: "1948-11-03",
        mail: "ichiro.suzuki@example.jp",
        state: MemberState::New,
        password: None,
    },
    DemoMember {
        // An address as a carrier once gave out: no mail server takes it unquoted.
        user_id: "MN100103",
        name: ["髙橋", "さくら"],
        kana: ["タカハシ", "サクラ"],
        symbol: "1001",
        number: "103",
        birth_date: "2004-04-08",
        mail: "sa.ku.ra..@example.jp",
        state: MemberState::New,
        password: None,
    },
    DemoMember {
        user_id: "MN100201",
        name: ["佐藤", "健"],
        kana: ["サトウ", "ケン"],
        symbol: "1002",
        number: "201",
        birth_date: "1975-06-15",
        mail: "ken.sato@example.jp",
        state: MemberState::Totp,
        password: Some("asagao-to-umi-no-machi"),
    },
    DemoMember {
        user_id: "MN100202",
        name: ["伊藤", "美咲"],
        kana: ["イトウ", "ミサキ"],
        symbol: "1002",
        number: "202",
        birth_date: "1991-09-23",
        mail: "misaki.ito@example.jp",
        state: MemberState::Mail,
        password: Some("yama-no-kissaten-no-neko"),
    },
    DemoMember {
        user_id: "MN100203",
        name: ["渡辺", "誠"],
        kana: ["ワタナベ", "マコト"],
        symbol: "1002",
        number: "203",
        birth_date: "1962-02-28",
        mail: "makoto.watanabe@example.jp",
        state: MemberState::Pattern,
        password: None,
    },
    // Twins: one household, one birth date, two people. Only the user id tells them apart.
    DemoMember {
        user_id: "MN100301",
        name: ["小林", "葵"],
        kana: ["コバヤシ", "アオイ"],
        symbol: "1003",
        number: "301",
        birth_date: "2001-05-05",
        mail: "aoi.kobayashi@example.jp",
        state: MemberState::New,
        password: None,
    },
    DemoMember {
        user_id: "MN100302",
        name: ["小林", "蓮"],
        kana: ["コバヤシ", "レン"],
        symbol: "1003",
        number: "301",
        birth_date: "2001-05-05",
        mail: "ren.kobayashi@example.jp",
        state: MemberState::New,
        password: None,
    },
    DemoMember {
        user_id: "MN100303",
        name: ["渡辺", "直樹"],
        kana: ["ワタナベ", "ナオキ"],
        symbol: "1003",
        number: "303",
        birth_date: "1991-04-16",
        mail: "naoki.watanabe@example.jp",
        state: MemberState::Passkey,
        password: Some("minato-no-kamome-ga-tobu"),
    },
    DemoMember {
        user_id: "MN100401",
        name: ["山本", "由美子"],
        kana: ["ヤマモト", "ユミコ"],
        symbol: "1004",
        number: "401",
        birth_date: "1969-12-31",
        mail: "yumiko.yamamoto@example.jp",
        state: MemberState::PendingEnrolment,
        password: Some("kawabe-de-hiroi-mono-wo"),
    },
    DemoMember {
        user_id: "MN100402",
        name: ["中村", "大輔"],
        kana: ["ナカムラ", "ダイスケ"],
        symbol: "1004",
        number: "402",
        birth_date: "1985-07-20",
        mail: "daisuke.nakamura@example.jp",
        state: MemberState::Locked,
        password: Some("hoshi-wo-kazoeru-yoru-ni"),
    },
    DemoMember {
        user_id: "MN100403",
        name: ["加藤", "恵"],
        kana: ["カトウ", "メグミ"],
        symbol: "1004",
        number: "403",
        birth_date: "1957-03-10",
        mail: "megumi.kato@example.jp",
        state: MemberState::Disabled,
        password: Some("fuyu-no-asa-no-kocha-ya"),
    },
];

/// The applications.
pub const CLIENTS: &[DemoClient] = &[
    DemoClient {
        client_id: PORTAL_CLIENT_ID,
        name_ja: "けんぽポータル（デモ）",
        name_en: "Kenpo portal (demo)",
        profile: ClientProfile::Confidential,
        party: Party::First,
        redirect_uris: &[],
    },
    DemoClient {
        client_id: "demo-confidential",
        name_ja: "健診予約（デモ）",
        name_en: "Check-up booking (demo)",
        profile: ClientProfile::Confidential,
        party: Party::First,
        redirect_uris: &["http://127.0.0.1/cb", "http://localhost/cb"],
    },
    DemoClient {
        client_id: "demo-public",
        name_ja: "おくすりアプリ（デモ）",
        name_en: "Medicine app (demo)",
        profile: ClientProfile::Public,
        party: Party::First,
        redirect_uris: &["http://127.0.0.1/cb", "http://localhost/cb"],
    },
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use idp_core::birth_date::BirthDate;
    use idp_core::mail_address::MailAddress;
    use idp_core::user_id::UserId;

    use super::*;

    fn count(state: MemberState) -> usize {
        MEMBERS.iter().filter(|member| member.state == state).count()
    }

    #[test]
    fn every_state_has_a_member_and_letters_wait_for_three_and_the_twins() {
        assert_eq!(count(MemberState::New), 5);
        for state in [
            MemberState::Pattern,
            MemberState::Passkey,
            MemberState::Totp,
            MemberState::Mail,
            MemberState::PendingEnrolment,
            MemberState::Locked,
            MemberState::Disabled,
        ] {
            assert_eq!(count(state), 1, "{state:?}");
        }
    }

    #[test]
    fn the_newcomer_plays_a_member_with_a_letter() {
        assert_eq!(MEMBERS[0].state, MemberState::New);
    }

    #[test]
    fn only_those_past_the_first_login_have_a_password_of_their_own() {
        for member in MEMBERS {
            match member.state {
                MemberState::New | MemberState::Pattern => assert!(member.password.is_none(), "{}", member.user_id),
                MemberState::Passkey
                | MemberState::Totp
                | MemberState::Mail
                | MemberState::PendingEnrolment
                | MemberState::Locked
                | MemberState::Disabled => {
                    assert!(member.password.is_some_and(|password| password.len() >= 15), "{}", member.user_id);
                }
            }
        }
    }

    #[test]
    fn user_ids_and_addresses_are_distinct_and_what_core_accepts() {
        let mut seen = HashSet::new();
        for member in MEMBERS {
            assert!(UserId::parse(member.user_id).is_ok(), "{}", member.user_id);
            assert!(MailAddress::parse(member.mail).is_ok(), "{}", member.mail);
            assert!(member.mail.ends_with("@example.jp"));
            assert!(seen.insert(member.user_id) && seen.insert(member.mail));
            assert!(BirthDate::from_iso(member.birth_date).is_ok(), "{}", member.birth_date);
        }
    }

    #[test]
    fn one_pair_differs_in_nothing_but_the_person() {
        let pairs =
            MEMBERS.iter().enumerate().flat_map(|(at, one)| MEMBERS[at + 1..].iter().map(move |two| (one, two)));
        let twins: Vec<_> = pairs
            .filter(|(one, two)| (one.symbol, one.number, one.birth_date) == (two.symbol, two.number, two.birth_date))
            .collect();

        assert_eq!(twins.len(), 1);
        assert_ne!(twins[0].0.user_id, twins[0].1.user_id);
    }
}

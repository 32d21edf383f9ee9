//! Monthly files: columns of any name, addresses, leavers, user ids given again, and imports that break off.

use std::os::unix::fs::PermissionsExt;

use idp_core::store::import_lock;
use insta::{allow_duplicates, assert_snapshot};

use super::desk::{Desk, desks_with_realm};

fn members(desk: &Desk) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let listed = desk.json("member list --limit 1000");
    listed.as_array().unwrap().iter().map(|member| (text(&member["user_id"]), text(&member["state"]))).collect()
}

#[tokio::test]
async fn a_column_file_explains_headings_and_positions() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        desk.has_file("columns.toml", "[columns]\nuser_id = \"加入者\"\nname = 2\npostal_code = \"送付先〒\"\naddress1 = \"送付先\"\n");
        desk.has_file("members.csv", "加入者,X,送付先〒,送付先,備考\nA1,健保 花子,１５３−００６１,東京都目黒区中目黒1-1,y\n");
        assert_snapshot!(desk.run("member import --columns columns.toml members.csv").succeeds(), @r"
        Columns not read: 備考
        1 new, 0 changed, 0 unchanged, 0 refused (UTF-8).
        ");
        assert_eq!(desk.json("member show a1")["given_name"], "花子");

        desk.has_file("columns.toml", "headings = false\n[columns]\nuser_id = 1\nkana = 2\nnumber = 3\n");
        desk.has_file("members.csv", "A1,ｹﾝﾎﾟ ﾊﾅｺ,１２\nA2,ケンポ ジロウ,13\n");
        assert_snapshot!(desk.run("member import --columns columns.toml members.csv").succeeds(), @"1 new, 1 changed, 0 unchanged, 0 refused (UTF-8).");
        desk.has_file("members.csv", "A1,ケンポ　ハナコ,12\nA2,ケンポ ジロウ,13\n");
        assert_snapshot!(desk.run("member import --columns columns.toml members.csv").succeeds(), @"0 new, 0 changed, 2 unchanged, 0 refused (UTF-8).");

        desk.has_file("columns.toml", "[columns]\nuser = \"x\"\n");
        assert_snapshot!(desk.run("member import --columns columns.toml members.csv").fails(), @r"
        columns.toml is not used:
          columns.user is not known; the columns are user_id, symbol, number, branch, name, family_name, given_name, kana, family_kana, given_kana, birth_date, mail, language, postal_code, address1, address2, address3
          columns.user_id is missing
        ");
        desk.has_file("columns.toml", "[columns]\nuser_id = \"社員番号\"\n");
        assert_snapshot!(desk.run("member import --columns columns.toml members.csv").fails(), @"The file has no column “社員番号”, which the column file names as user_id.");
        desk.has_file("members.csv", "user_id,郵便番号\nA9,12345\n");
        assert_snapshot!(desk.run("member import members.csv").stdout, @r"
        line 2, 郵便番号: a postal code has seven digits
        0 new, 0 changed, 0 unchanged, 1 refused (UTF-8).
        ");
    } }
}

#[tokio::test]
async fn leavers_are_those_on_a_list_or_those_who_are_absent_and_a_wrong_file_is_stopped() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        let rows = |ids: std::ops::Range<u32>| ids.map(|id| format!("m{id},名前{id}\n")).collect::<String>();
        desk.has_file("members.csv", format!("user_id,name\n{}", rows(0..20)));
        desk.run("member import --letters-later members.csv").succeeds();

        desk.has_file("part.csv", format!("user_id,name\n{}", rows(0..10)));
        assert_snapshot!(desk.run("member import --absent-left part.csv").fails(), @"10 of 20 members are not in the file: is it the right one, and whole? Nothing was written. If so many have left: --max-leavers 10");
        desk.has_file("next.csv", format!("user_id,name\n{}", rows(2..20)));
        assert_snapshot!(desk.run("member import --dry-run --absent-left next.csv").succeeds(), @r"
        m0: left
        m1: left
        0 new, 0 changed, 18 unchanged, 2 left, 0 refused (UTF-8). Nothing was written (dry run).
        ");
        desk.has_file("bad.csv", format!("user_id,name\n{}m1\n", rows(2..20)));
        assert!(desk.run("member import --absent-left bad.csv").stdout.contains("1 members are not in the file. None was taken for a leaver"));
        assert!(members(desk).iter().all(|(_, state)| state == "active"));

        assert_snapshot!(desk.run("member import --absent-left next.csv").succeeds(), @"0 new, 0 changed, 18 unchanged, 2 left, 0 refused (UTF-8).");
        assert_eq!(members(desk).iter().filter(|(_, state)| state == "disabled").count(), 2);
        assert_eq!(desk.json("letter status m0")[0]["reason"], "left");
        assert_snapshot!(desk.run("member import --absent-left next.csv").succeeds(), @"0 new, 0 changed, 18 unchanged, 0 refused (UTF-8).");

        desk.has_file("left.csv", "user_id\nm2\nunknown\n");
        assert_snapshot!(desk.run("member import --leavers left.csv next.csv").fails(), @"“m2” stands in the file and in the list of those who left. Correct one of them.");
        desk.has_file("next.csv", format!("user_id,name\n{}", rows(3..20)));
        assert_snapshot!(desk.run("member import --leavers left.csv next.csv").succeeds(), @"0 new, 0 changed, 17 unchanged, 1 left, 0 refused (UTF-8).");
        assert_eq!(desk.run("member import --absent-left --max-leavers many next.csv").code, 64);
        assert_eq!(desk.run("member import --absent-left --leavers left.csv next.csv").code, 64);
    } }
}

#[tokio::test]
async fn a_user_id_given_to_somebody_else_inherits_nothing() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        desk.has_file("members.csv", "user_id,name,birth_date\nA1,健保 花子,1980-01-01\nA2,佐藤 次郎,1975-05-05\n");
        desk.run("member import members.csv").succeeds();
        let subject = |id: &str| desk.json(&format!("member show {id}"))["sub"].clone();
        let (first, second) = (subject("a1"), subject("a2"));

        desk.has_file("members.csv", "user_id,name,birth_date\nA1,山田 太郎,1990-02-02\nA2,佐藤 次郎,1975-05-05\n");
        assert_snapshot!(desk.run("member import members.csv").stdout, @r"
        line 2, user_id: name and birth date both differ from those stored: if the user id is somebody else's now, import with --recycled replace
        0 new, 0 changed, 1 unchanged, 1 refused (UTF-8).
        ");
        assert_eq!(subject("a1"), first);
        assert_snapshot!(desk.run("member import --recycled replace members.csv").succeeds(), @"1 new, 0 changed, 1 unchanged, 0 refused (UTF-8).");
        assert_ne!(subject("a1"), first);

        desk.has_file("left.csv", "user_id\nA2\n");
        desk.has_file("members.csv", "user_id,name,birth_date\nA1,山田 太郎,1990-02-02\n");
        desk.run("member import --leavers left.csv members.csv").succeeds();
        desk.has_file("members.csv", "user_id,name,birth_date\nA1,山田 太郎,1990-02-02\nA2,佐藤 次郎,1975-05-05\n");
        assert_snapshot!(desk.run("member import members.csv").succeeds(), @r"
        line 3, A2: new (the user id was that of a member who left; nothing of theirs is kept)
        1 new, 0 changed, 1 unchanged, 0 refused (UTF-8).
        ");
        assert_ne!(subject("a2"), second);
        assert_eq!(desk.json("member show a2")["state"], "active");
    } }
}

/// A file as an insurance system writes it: Shift_JIS, half-width kana, dates of Japanese eras, quoted line breaks, and the
/// mistakes that such files have.
fn shift_jis_file() -> Vec<u8> {
    let eras = [
        "S55.1.1",
        "昭和60年2月3日",
        "平成元年1月8日",
        "H1/1/8",
        "令和2年12月31日",
        "19991231",
        "1999/12/31",
        "R2.2.29",
    ];
    let mut text = "ユーザID,氏名,カナ,生年月日,記号,番号,枝番,備考\r\n".to_owned();
    for number in 0..80 {
        let era = eras[number % eras.len()];
        text.push_str(&format!(
            "m{number:03},髙橋 太郎{number},ﾀｶﾊｼ ﾀﾛｳ,{era},１２,{number},0{},\"一行目\r\n二行目\"\r\n",
            number % 5
        ));
    }
    text.push_str("m080,二重 一,ﾆｼﾞﾕｳ ﾊｼﾞﾒ,S1.12.25,12,1,01,\r\nＭ０８０,二重 二,,S1.12.25,12,1,02,\r\n");
    for impossible in ["S65.1.1", "昭和55年2月30日", "平成元年1月7日", "R99.1.1", "19800230"] {
        text.push_str(&format!("x{},不可 能,,{impossible},,,,\r\n", impossible.len()));
    }
    encoding_rs::SHIFT_JIS.encode(&text).0.into_owned()
}

#[tokio::test]
async fn a_shift_jis_file_with_eras_half_width_kana_and_mistakes_goes_in_as_far_as_it_is_right() {
    for desk in desks_with_realm().await {
        desk.has_file("members.csv", shift_jis_file());
        let answer = desk.json("member import members.csv");
        assert_eq!(answer["encoding"], "shift-jis");
        assert_eq!(answer["totals"]["new"], 80, "{answer}");
        let refused = answer["refused"].as_array().unwrap();
        assert_eq!(refused.len(), 7, "{refused:#?}");
        let columns: Vec<&str> = refused.iter().map(|row| row["errors"][0]["column"].as_str().unwrap()).collect();
        assert_eq!(columns.iter().filter(|column| **column == "生年月日").count(), 5, "{refused:#?}");
        // Quoted line breaks count as lines.
        assert_eq!(refused[0]["line"], 2 + 2 * 80);

        let member = desk.json("member show M002");
        assert_eq!(member["family_name"], "髙橋");
        assert_eq!((member["family_kana"].as_str(), member["symbol"].as_str()), (Some("タカハシ"), Some("12")));
        assert_eq!(member["birth_date"], "1989-01-08");
        assert_eq!(desk.json("member show m007")["birth_date"], "2020-02-29");
        assert_eq!(desk.json("member import members.csv")["totals"]["unchanged"], 80);
    }
}

#[tokio::test]
async fn what_happened_to_each_row_is_written_for_the_owner_alone() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        desk.has_file("members.csv", "user_id,name,birth_date\nA1,x,1980-01-01\n=A2,x,\nA3,y,1980-02-30\n");
        assert_eq!(desk.run("member import --results results.csv members.csv").code, 1);
        assert_snapshot!(desk.reads("results.csv").trim_start_matches('\u{FEFF}'), @r"
        line,user_id,result,fields,note
        2,A1,new,,
        3,'=A2,new,,
        4,,refused,,birth_date: the date of birth is not a day of the calendar
        ");
        assert_eq!(std::fs::metadata(desk.path("results.csv")).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(desk.run("member import --results results.csv members.csv").fails().contains("is there already"));
    } }
}

#[tokio::test]
async fn two_imports_at_once_refuse_cleanly() {
    for desk in desks_with_realm().await {
        desk.has_file("members.csv", "user_id,name\nA1,x\n");
        let realm = desk.json("realm show")["id"].as_str().unwrap().parse().unwrap();
        let held = import_lock::take(&desk.database_url(), realm).await.unwrap();
        assert!(held.is_some());

        let refused = desk.run("member import --letters letters.csv members.csv").fails();
        assert_eq!(refused, "Another import of this realm is under way. Wait for its end, then run this again.\n");
        assert!(members(&desk).is_empty() && !desk.path("letters.csv").exists());
        desk.run("realm create two --origin https://two.id.example").succeeds();
        desk.run("--realm two member import members.csv").succeeds();

        drop(held);
        assert!(desk.run("--realm mgc member import members.csv").succeeds().starts_with("1 new"));
    }
}

#[tokio::test]
async fn an_import_that_is_killed_again_and_again_ends_as_the_file_says_without_double_letters() {
    for desk in desks_with_realm().await {
        let total = 6_000;
        let rows: String = (0..total).map(|number| format!("m{number},名前,{}\n", number % 97)).collect();
        desk.has_file("members.csv", format!("user_id,name,number\n{rows}"));
        let present = || desk.json("letter status")["issued"].as_u64().unwrap();
        let mut kills = 0;
        while kills < 5 {
            let before = present();
            let mut import = desk.starts("member import --letters letters.csv members.csv");
            // As soon as something more was committed: in the middle of the next transaction.
            while present() == before && import.try_wait().unwrap().is_none() {}
            if import.try_wait().unwrap().is_some() {
                break;
            }
            import.kill().unwrap();
            import.wait().unwrap();
            kills += 1;
        }
        assert!(kills > 0, "it was never killed");
        if !desk.path("letters.csv").exists() {
            desk.run("member import --letters letters.csv members.csv").succeeds();
        }
        let letters = desk.reads("letters.csv");
        let ids: std::collections::BTreeSet<&str> =
            letters.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
        assert_eq!((letters.lines().count(), ids.len()), (total + 1, total));
        let status = desk.json("letter status");
        assert_eq!(
            (status["printed"].as_u64(), status["issued"].as_u64(), status["void"].as_u64()),
            (Some(total as u64), Some(0), Some(0))
        );
        assert!(!desk.path("letters.csv.partial").exists());
        assert!(desk.run("member import members.csv").succeeds().contains(&format!("{total} unchanged")));
        assert!(desk.run("audit verify").succeeds().contains("good"));
    }
}

//! `idp-admin member import`

use insta::{allow_duplicates, assert_json_snapshot, assert_snapshot};

use super::desk::{Desk, desks_with_realm};

const FILE: &str = "ユーザID,氏名,カナ,生年月日,メールアドレス,備考\r\n\
    A1,健保 花子,ケンポ ハナコ,S60.2.3,hana@example.jp,x\r\n\
    A2,佐藤 次郎,,1980/1/1,,\r\n";

/// How many there are but those that this looking makes.
fn events(desk: &Desk) -> usize {
    let events = desk.json("audit list --limit 1000");
    events.as_array().unwrap().iter().filter(|event| event["kind"] != "audit_read").count()
}

#[tokio::test]
async fn a_file_is_shown_then_written_and_the_second_time_changes_nothing() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        desk.has_file("members.csv", FILE);
        assert_snapshot!(desk.run("member import --dry-run members.csv").succeeds(), @r"
        line 2, A1: new
        line 3, A2: new
        Columns not read: 備考
        2 new, 0 changed, 0 unchanged, 0 refused (UTF-8). Nothing was written (dry run).
        ");
        assert_snapshot!(desk.run("member list").succeeds(), @"There are no members here.");
        assert_snapshot!(desk.run("member import --letters letters.csv members.csv").succeeds(), @r"
        Columns not read: 備考
        2 new, 0 changed, 0 unchanged, 0 refused (UTF-8).
        Letters issued: 2. The initial passwords are in letters.csv and nowhere else.
        ");
        assert_eq!(desk.reads("letters.csv").lines().count(), 3);

        let before = events(desk);
        assert_snapshot!(desk.run("member import members.csv").succeeds(), @r"
        Columns not read: 備考
        0 new, 0 changed, 2 unchanged, 0 refused (UTF-8).
        ");
        assert_eq!(events(desk), before);
        assert_eq!(desk.json("member show a1")["given_kana"], "ハナコ");
        assert_eq!(desk.json("member show a2")["birth_date"], "1980-01-01");

        desk.has_file("changed.csv", FILE.replace("hana@", "hanako@").replace("次郎", ""));
        assert_json_snapshot!(desk.json("member import --dry-run changed.csv")["rows"], @r#"
        [
          {
            "fate": "changed",
            "fields": [
              "mail"
            ],
            "line": 2,
            "note": null,
            "user_id": "A1"
          }
        ]
        "#);
        assert_snapshot!(desk.run("member import changed.csv").succeeds(), @r"
        Columns not read: 備考
        0 new, 1 changed, 1 unchanged, 0 refused (UTF-8).
        ");
        assert_eq!(desk.json("member show a2")["given_name"], "次郎");
    } }
}

#[tokio::test]
async fn files_of_every_encoding_and_separator_are_read_alike() {
    let shift_jis: Vec<u8> =
        [b"\x83\x86\x81[\x83UID,\x8e\x81\x96\xbc\n".as_slice(), b"A1,\x8c\x92\x95\xdb \xfb\xfc\n"].concat();
    let tabs = "user_id\tname\nA1\t健保 髙\n";
    let utf16: Vec<u8> = format!("\u{FEFF}{tabs}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for desk in desks_with_realm().await {
        let files = [
            tabs.as_bytes().to_vec(),
            format!("\u{FEFF}{}", tabs.replace('\t', ",")).into_bytes(),
            shift_jis.clone(),
            utf16.clone(),
        ];
        for (at, bytes) in files.iter().enumerate() {
            desk.has_file("members.csv", bytes);
            let totals = &desk.json("member import members.csv")["totals"];
            assert_eq!(
                (totals["new"].as_i64(), totals["unchanged"].as_i64()),
                if at == 0 { (Some(1), Some(0)) } else { (Some(0), Some(1)) },
                "{at}"
            );
        }
        assert_eq!(desk.json("member show a1")["given_name"], "髙");
    }
}

#[tokio::test]
async fn bad_rows_are_told_by_line_and_column_and_the_others_go_in() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        let file = "user_id,name,birth_date,mail\nA1,x,1980-02-30,nobody\nA2,y,,\n,z,,\nA3,\"a\nb\",,\nA4,y,,\nＡ４,y,,\nA5,y\n1.2E+11,,,\n";
        desk.has_file("members.csv", file);
        let answer = desk.run("member import --letters letters.csv members.csv");
        assert_eq!(answer.code, 1);
        assert_snapshot!(answer.stdout, @r"
        line 2, birth_date: the date of birth is not a day of the calendar
        line 2, mail: the mail address has no @
        line 4, user_id: the user id is missing
        line 5, name: there is a line break in the cell: is a quotation mark not closed?
        line 7, user_id: the user id stands in lines 7 and 8: leave one of them
        line 8, user_id: the user id stands in lines 7 and 8: leave one of them
        line 9: the row has 2 cells, but the first line names 4 columns
        line 10, user_id: a spreadsheet has shortened this number: format the column as text and save again
        1 new, 0 changed, 0 unchanged, 7 refused (UTF-8).
        Letters issued: 1. The initial passwords are in letters.csv and nowhere else.
        ");
        assert_snapshot!(answer.stderr, @"7 rows were refused. Correct them and import the file again.");
        assert_eq!(desk.json("member list").as_array().map(Vec::len), Some(1));
        assert_json_snapshot!(desk.json("member import members.csv")["refused"][0], @r#"
        {
          "errors": [
            {
              "column": "birth_date",
              "sentence": "the date of birth is not a day of the calendar"
            },
            {
              "column": "mail",
              "sentence": "the mail address has no @"
            }
          ],
          "line": 2
        }
        "#);
    } }
}

#[tokio::test]
async fn a_file_that_cannot_be_told_changes_nothing() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        let refused = |bytes: &[u8]| {
            desk.has_file("members.csv", bytes);
            desk.run("member import members.csv").fails()
        };
        assert_snapshot!(refused(b""), @"The file is empty. Its first line must name the columns, one of them user_id.");
        assert_snapshot!(refused(b"name,mail\nx,y\n"), @"No column is called ユーザID or user_id. The first line must name the columns; it names: name, mail.");
        assert_snapshot!(refused(b"user_id,mail,E-mail\n"), @"The columns mail and E-mail mean the same. Leave one of them.");
        assert_snapshot!(refused(b"user_id\nA1\n\xff\xff\n"), @"Line 3 is written neither in UTF-8 nor in Shift_JIS. Save the file as “CSV UTF-8” and import it again.");
        assert_snapshot!(refused(b"user_id,kana\nA1,\xb6\xc5\n"), @"The file could be Shift_JIS or EUC-JP. Say which with --encoding shift-jis or --encoding euc-jp, or save it as “CSV UTF-8”.");
        assert_snapshot!(refused(b"user_id,name\nA1,\x1b$B7rJ]\x1b(B\n"), @"The file is written in ISO-2022-JP. Save it as “CSV UTF-8” and import it again.");
        assert_snapshot!(desk.run("member import missing.csv").fails(), @"missing.csv cannot be read: No such file or directory (os error 2).");
        assert_snapshot!(desk.run("member list").succeeds(), @"There are no members here.");
        desk.has_file("members.csv", b"user_id,kana\nA1,\xb6\xc5\n");
        desk.run("member import --encoding shift-jis members.csv").succeeds();
        assert_eq!(desk.json("member show a1")["family_kana"], "カナ");
        assert_eq!(desk.run("member import --encoding latin members.csv").code, 64);
    } }
}

#[tokio::test]
async fn more_rows_than_one_batch_all_go_in() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        let rows: String = (0..2_345).map(|number| format!("m{number},x,,{number}\n")).collect();
        desk.has_file("members.csv", format!("user_id,name,mail,number\n{rows}"));
        let document = desk.json("member import --letters letters.csv members.csv");
        assert_json_snapshot!(document["totals"], @r#"
        {
          "changed": 0,
          "left": 0,
          "letters": 2345,
          "new": 2345,
          "refused": 0,
          "unchanged": 0
        }
        "#);
        assert_eq!(desk.reads("letters.csv").lines().count(), 2_346);
        assert_snapshot!(desk.run("audit verify").succeeds(), @r"
        REALM         CHAIN  EVENTS
        installation  good   1
        mgc           good   7039
        ");
    } }
}

#[tokio::test]
async fn what_stands_in_a_cell_is_kept_whatever_it_is() {
    for desk in desks_with_realm().await {
        let cells = [r#"a"b"#, r"c\d\", "e,f", "{g}", "NULL", "'h'", "𠮷野家"];
        let quoted = |cell: &&str| cell.replace('"', "\"\"");
        let rows: String =
            cells.iter().enumerate().map(|(at, cell)| format!("m{at},\"{}\",\n", quoted(cell))).collect();
        desk.has_file("members.csv", format!("user_id,family_name,given_name\n{rows}"));
        desk.run("member import --letters-later members.csv").succeeds();
        for (at, cell) in cells.iter().enumerate() {
            let kept = &desk.json(&format!("member show m{at}"))["family_name"];
            assert_eq!(kept.as_str(), Some(*cell), "{:?}", desk.database);
        }
    }
}

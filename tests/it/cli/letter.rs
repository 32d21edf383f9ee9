//! `idp-admin letter`

use std::os::unix::fs::PermissionsExt;

use idp_core::letter_secret::LetterSecret;
use insta::{allow_duplicates, assert_json_snapshot, assert_snapshot};

use super::desk::desks_with_realm;

#[tokio::test]
async fn a_letter_shows_its_secret_once_and_is_replaced_on_demand() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        desk.run("member create a1 --family 健保 --given 花子").succeeds();

        let letter = desk.json("letter issue a1");
        assert!(LetterSecret::parse(letter["initial_password"].as_str().unwrap()).is_ok());
        assert_json_snapshot!(letter, {
            ".id" => "[id]", ".initial_password" => "[secret]", ".expires_at" => "[time]",
        }, @r#"
        {
          "expires_at": "[time]",
          "id": "[id]",
          "initial_password": "[secret]",
          "name": "健保 花子",
          "user_id": "a1"
        }
        "#);
        let refused = desk.run("letter issue a1").fails();
        assert!(refused.ends_with("If it is lost: idp-admin letter reissue a1\n"), "{refused}");
        assert_ne!(desk.json("letter reissue a1")["initial_password"], letter["initial_password"]);
        assert_json_snapshot!(desk.json("letter status a1"), {
            "[].id" => "[id]", "[].since" => "[time]", "[].issued_at" => "[time]", "[].expires_at" => "[time]",
        }, @r#"
        [
          {
            "batch": null,
            "birth_date_guesses": 0,
            "expires_at": "[time]",
            "id": "[id]",
            "issued_at": "[time]",
            "reason": null,
            "since": "[time]",
            "state": "printed",
            "user_id": "a1"
          },
          {
            "batch": null,
            "birth_date_guesses": 0,
            "expires_at": "[time]",
            "id": "[id]",
            "issued_at": "[time]",
            "reason": "reissued",
            "since": "[time]",
            "state": "void",
            "user_id": "a1"
          }
        ]
        "#);
        assert_snapshot!(desk.run("letter status").succeeds(), @r"
        issued   0
        printed  1
        used     0
        done     0
        expired  0
        void     1
        ");
        assert_eq!(desk.json("letter status --list").as_array().map(Vec::len), Some(2));
    } }
}

#[tokio::test]
async fn everybody_without_a_way_in_gets_a_letter_in_a_file_for_the_owner_alone() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        desk.run("member create a1 --family =cmd").succeeds();
        desk.run("member create a2").succeeds();
        desk.run("member create a3").succeeds();
        desk.run("member disable a3").succeeds();

        assert_snapshot!(desk.run("letter issue --all --csv letters.csv").succeeds(), @"2 letters: the initial passwords are in letters.csv and nowhere else.");
        let text = desk.reads("letters.csv");
        let cells: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
        assert_eq!(cells[0], ["\u{FEFF}user_id", "name", "initial_password", "expires_on", "postal_code", "address1", "address2", "address3", "sign_in_url"]);
        assert_eq!((&cells[1][..2], &cells[2][..2]), (&["a1", "'=cmd"][..], &["a2", ""][..]));
        assert_eq!(std::fs::metadata(desk.path("letters.csv")).unwrap().permissions().mode() & 0o777, 0o600);
        assert_snapshot!(desk.run("letter issue --all --csv letters.csv").fails(), @"letters.csv is there already; name another file.");
        assert_snapshot!(desk.run("letter issue --all").succeeds(), @"Nobody needs a letter.");
    } }
}

#[tokio::test]
async fn nobody_else_gets_a_letter() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        desk.run("member create a1").succeeds();
        desk.run("member disable a1").succeeds();
        assert_snapshot!(desk.run("letter issue a1").fails(), @"The member is switched off. Switch them on first: idp-admin member enable a1");
        assert_snapshot!(desk.run("letter reissue a1").fails(), @"The member is switched off. Switch them on first: idp-admin member enable a1");
        assert_snapshot!(desk.run("letter issue b").fails(), @"There is no member “b”. See who is there: idp-admin member list");
        assert_snapshot!(desk.run("letter status b").fails(), @"There is no member “b”. See who is there: idp-admin member list");
        assert_eq!(desk.run("letter issue").code, 64);
        assert_eq!(desk.run("letter issue a1 --all").code, 64);
    } }
}

//! `idp-admin realm`

use insta::{allow_duplicates, assert_json_snapshot, assert_snapshot};

use super::desk::{desks, desks_with_realm};

#[tokio::test]
async fn a_realm_is_created_changed_and_shown() {
    let desks = desks().await;
    allow_duplicates! { for desk in &desks {
        assert!(desk.run("realm list").fails().contains("idp-admin migrate up"));
        desk.run("migrate up").succeeds();
        assert_snapshot!(desk.run("realm list").succeeds(), @"There is no realm yet.");
        assert_snapshot!(desk.run("realm show").fails(), @"There is no realm yet. Create one: idp-admin realm create mgc --origin https://mgc.id.example");

        let created = desk.run("realm create mgc --origin https://mgc.id.example --set display_name.ja=めぐろ健保");
        assert_snapshot!(created.succeeds(), @r"
        Realm mgc answers at https://mgc.id.example.
        Next: idp-admin --realm mgc realm terms --ja terms.ja.txt
        ");
        assert_snapshot!(desk.run("realm set enrol_at=same_sitting methods=mail").succeeds(), @"Changed.");
        assert_snapshot!(desk.run("realm set methods=mail").succeeds(), @"Nothing to change: the settings are so already.");
        assert_snapshot!(desk.run("realm list").succeeds(), @r"
        NAME  ORIGIN                  SOCIETY
        mgc   https://mgc.id.example  めぐろ健保
        ");
        assert_json_snapshot!(desk.json("realm show"), { ".id" => "[id]", ".settings" => "[settings]" }, @r#"
        {
          "id": "[id]",
          "name": "mgc",
          "origin": "https://mgc.id.example",
          "settings": "[settings]"
        }
        "#);
        let settings = &desk.json("realm show")["settings"];
        assert_eq!((settings["enrol_at"].as_str(), settings["letter_days"].as_i64()), (Some("same_sitting"), Some(30)));
        assert_eq!(desk.json("key list").as_array().map(Vec::len), Some(4));
    } }
}

#[tokio::test]
async fn what_cannot_be_a_realm_is_refused_with_a_sentence() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        let refused = |words| desk.run(words).fails();
        assert_snapshot!(refused("realm create mgc --origin https://other.example"), @"There is a realm “mgc” already. Change it: idp-admin --realm mgc realm set …");
        assert_snapshot!(refused("realm create two --origin https://mgc.id.example"), @"The realm “mgc” answers at mgc.id.example already. Choose another host.");
        assert_snapshot!(refused("realm create two --origin http://two.example"), @"The origin must be https (plain http only for localhost).");
        assert_snapshot!(refused("realm create two --origin https://two.example --set methods=sms"), @"Methods cannot be “sms”: write passkey, totp, mail.");
        assert_snapshot!(refused("realm set enrol_at=later"), @"enrol_at cannot be “later”: write same_sitting or next_sign_in.");
        assert_snapshot!(refused("realm set letter_days=400"), @"letter_days cannot be “400”: write 1 to 365.");
        assert_snapshot!(refused("--realm two realm show"), @"There is no realm “two”. The realms are: mgc");
        assert_eq!(desk.run("realm create MGC --origin https://two.example").code, 64);
        assert_eq!(desk.run("realm set enrol_at").code, 64);

        desk.run("realm create two --origin https://two.example").succeeds();
        assert_snapshot!(refused("member list"), @"There are several realms. Say which: --realm mgc or --realm two");
        assert_snapshot!(desk.run("--realm two member list").succeeds(), @"There are no members here.");
    } }
}

#[tokio::test]
async fn terms_get_a_new_version_only_with_a_new_text() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        desk.has_file("ja.txt", "第一条\n\n以上\n");
        desk.has_file("en.txt", "Article 1\r\n");
        desk.has_file("empty.txt", "\n");
        desk.has_file("sjis.txt", b"\x91\xe6\x88\xea\x8f\xf0");

        assert_snapshot!(desk.run("realm terms").succeeds(), @"There are no terms of use yet. Publish them: idp-admin realm terms --ja terms.ja.txt");
        assert_snapshot!(desk.run("realm terms --ja ja.txt --en en.txt").succeeds(), @"Version 1 is in force. Members agree to it at their next sign-in.");
        desk.has_file("en.txt", "Article 1\n");
        assert_snapshot!(desk.run("realm terms --ja ja.txt --en en.txt").succeeds(), @"Nothing to publish: version 1 has these texts already.");
        assert_snapshot!(desk.run("realm terms --ja empty.txt").fails(), @"The text for “ja” is empty.");
        assert_snapshot!(desk.run("realm terms --ja sjis.txt").fails(), @"sjis.txt cannot be read: it is not written in UTF-8.");
        assert_snapshot!(desk.run("realm terms --ja missing.txt").fails(), @"missing.txt cannot be read: No such file or directory (os error 2).");
        desk.has_file("ja.txt", "第二条");
        assert_snapshot!(desk.run("realm terms --ja ja.txt").succeeds(), @"Version 2 is in force. Members agree to it at their next sign-in.");
        assert_json_snapshot!(desk.json("realm terms"), { "[].published_at" => "[time]" }, @r#"
        [
          {
            "language": "ja",
            "published_at": "[time]",
            "sha256": "09aa890b58c67d4b693dab9f135881895129a703c21f77fcf2ff3c8e34a2e7ed",
            "text": "第二条",
            "version": 2
          }
        ]
        "#);
    } }
}

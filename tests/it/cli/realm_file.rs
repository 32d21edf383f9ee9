//! `idp-admin realm apply` and `realm export`

use insta::{allow_duplicates, assert_json_snapshot, assert_snapshot};

use super::desk::desks;

const FILE: &str = r##"
name = "mgc"
origin = "https://mgc.id.example"

[settings]
primary_colour = "#123456"
enrol_at = "same_sitting"
methods = ["mail"]
letter_days = 45
mail_sender = "めぐろ健保 <no-reply@kenpo.example>"

[settings.display_name]
ja = "めぐろ健康保険組合"

[settings.texts.ja]
login-title = "ようこそ"

[terms]
ja = """
第一条

以上
"""

[[clients]]
client_id = "portal"
name = "KOSMO"
redirect_uris = ["https://portal.example/cb"]

[[clients]]
client_id = "phone"
name = "Phone"
profile = "native"
redirect_uris = ["http://127.0.0.1/cb"]
"##;

#[tokio::test]
async fn a_file_makes_a_realm_whole_and_the_second_time_changes_nothing() {
    let desks = desks().await;
    allow_duplicates! { for desk in &desks {
        desk.run("migrate up").succeeds();
        desk.has_file("mgc.toml", FILE);
        assert!(desk.run("realm apply --dry-run mgc.toml").succeeds().ends_with("Nothing was written (dry run).\n"));
        assert_snapshot!(desk.run("realm list").succeeds(), @"There is no realm yet.");

        let made = desk.json("realm apply mgc.toml");
        assert_eq!((made["new"].as_bool(), made["secrets"].as_array().map(Vec::len)), (Some(true), Some(1)));
        assert_eq!(made["secrets"][0]["client_id"], "portal");
        assert_eq!(desk.json("realm show")["settings"]["letter_days"], 45);
        assert_eq!(desk.json("realm terms")[0]["text"], "第一条\n\n以上");
        assert_eq!(desk.json("key list").as_array().map(Vec::len), Some(4));
        assert_eq!(desk.json("client list").as_array().map(Vec::len), Some(2));

        let events = || {
            let events = desk.json("audit list --limit 1000");
            // This looking is an event of its own.
            events.as_array().unwrap().iter().filter(|event| event["kind"] != "audit_read").count()
        };
        let before = events();
        assert_snapshot!(desk.run("realm apply mgc.toml").succeeds(), @"Nothing to change: mgc is as the file says.");
        desk.has_file("export.toml", desk.run("realm export").succeeds());
        assert_snapshot!(desk.run("realm apply export.toml").succeeds(), @"Nothing to change: mgc is as the file says.");
        assert_eq!(events(), before);
        assert!(!desk.reads("export.toml").contains("secret ="));
    } }
}

#[tokio::test]
async fn a_changed_file_shows_its_difference_and_is_made_so_in_one_transaction() {
    let desks = desks().await;
    allow_duplicates! { for desk in &desks {
        desk.run("migrate up").succeeds();
        desk.has_file("mgc.toml", FILE);
        desk.run("realm apply mgc.toml").succeeds();

        let (before, _) = FILE.split_once("[[clients]]\nclient_id = \"phone\"").unwrap();
        let changed = before.replace("letter_days = 45\n", "").replace("以上", "附則").replace("KOSMO", "Kosmo");
        desk.has_file("mgc.toml", &changed);
        assert_snapshot!(desk.run("realm apply --dry-run mgc.toml").succeeds(), @r"
        clients.portal.name: “KOSMO” → “Kosmo”
        settings.letter_days: “45” → “30”
        terms.ja: “第一条  以上” → “第一条  附則”
        clients.phone: not in the file; kept (--delete-clients deletes it)
        Nothing was written (dry run).
        ");
        assert_eq!(desk.json("realm show")["settings"]["letter_days"], 45);
        assert_json_snapshot!(desk.json("realm apply mgc.toml"), @r#"
        {
          "clients_not_in_file": [
            "phone"
          ],
          "differences": [
            {
              "from": "KOSMO",
              "key": "clients.portal.name",
              "to": "Kosmo"
            },
            {
              "from": "45",
              "key": "settings.letter_days",
              "to": "30"
            },
            {
              "from": "第一条\n\n以上",
              "key": "terms.ja",
              "to": "第一条\n\n附則"
            }
          ],
          "dry_run": false,
          "new": false,
          "realm": "mgc",
          "secrets": []
        }
        "#);
        assert_eq!(desk.json("realm terms")[0]["version"], 2);
        assert!(desk.run("realm apply --delete-clients mgc.toml").succeeds().contains("clients.phone.client_id: “phone” → –"));
        assert_eq!(desk.json("client list").as_array().map(Vec::len), Some(1));
        assert!(desk.run("audit verify").succeeds().contains("good"));
    } }
}

#[tokio::test]
async fn a_file_with_problems_changes_nothing_and_tells_them_all() {
    let desks = desks().await;
    allow_duplicates! { for desk in &desks {
        desk.run("migrate up").succeeds();
        desk.has_file("mgc.toml", FILE);
        desk.run("realm apply mgc.toml").succeeds();
        let refused = |text: String| {
            desk.has_file("bad.toml", text);
            desk.run("realm apply bad.toml").fails()
        };
        assert_snapshot!(refused(FILE.replace("same_sitting", "later").replace("letter_days = 45", "letter_dayz = 45")), @r"
        bad.toml is not used:
          settings.enrol_at: write same_sitting or next_sign_in
          settings.letter_dayz: it is not known
        ");
        assert!(refused("name = ".into()).starts_with("bad.toml is not used:\n  the file is not TOML: "));
        assert_snapshot!(refused(FILE.replace("https://mgc.", "https://other.")), @"The realm answers at https://mgc.id.example, and the file says otherwise. Applications and passkeys know it by its origin; if it is to move: --move-origin");
        assert_snapshot!(refused(FILE.replace("\"mgc\"", "\"two\"")), @"The realm “mgc” answers at this host already. Choose another host.");
        assert_snapshot!(desk.run("--realm two realm apply mgc.toml").fails(), @"The file is about the realm “mgc”, not “two”.");
        assert_snapshot!(desk.run("realm apply missing.toml").fails(), @"missing.toml cannot be read: No such file or directory (os error 2).");
        assert_eq!(desk.run("realm apply").code, 64);
        assert_snapshot!(desk.run("realm apply mgc.toml").succeeds(), @"Nothing to change: mgc is as the file says.");

        let moved = FILE.replace("https://mgc.", "https://other.");
        desk.has_file("moved.toml", moved.split("[[clients]]").next().unwrap());
        desk.run("client change portal --resource https://other.id.example/").succeeds();
        assert_snapshot!(desk.run("realm apply --move-origin moved.toml").fails(), @"The client “portal” is the resource at the origin of the file, and the realm's own address is the resource of no client. Take it away first: client change portal --no-resource");
        desk.run("client change portal --no-resource").succeeds();
        desk.run("realm apply --move-origin moved.toml").succeeds();
        assert_eq!(desk.json("realm show")["origin"], "https://other.id.example");
    } }
}

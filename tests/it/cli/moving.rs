//! Moving in and out: `realm import-keycloak`, `member move-in`, `member export`

use std::os::unix::fs::PermissionsExt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use insta::{allow_duplicates, assert_json_snapshot, assert_snapshot};

use super::desk::desks_with_realm;

const EXPORT: &str = include_str!("keycloak-export.json");

#[tokio::test]
async fn a_keycloak_export_comes_in_and_what_cannot_is_told() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        desk.has_file("export.json", EXPORT);
        assert!(desk.run("realm import-keycloak --dry-run export.json").succeeds().ends_with("Clients: 2, members: 4. Nothing was written (dry run).\n"));
        assert_snapshot!(desk.run("member list").succeeds(), @"There are no members here.");

        let report = desk.json("realm import-keycloak export.json");
        assert_eq!(report["secrets"][0]["client_id"], "masked");
        assert_json_snapshot!(report, { ".secrets" => "[secrets]" }, @r#"
        {
          "clients": 2,
          "dry_run": false,
          "left_behind": [
            {
              "of": "realm",
              "what": "realm roles: a portal keeps its own (1)"
            },
            {
              "of": "user k-001",
              "what": "the passkey “key”: nothing says for which host it was made; say it by --passkey-host"
            },
            {
              "of": "user k-001",
              "what": "a passkey: its data cannot be read"
            },
            {
              "of": "user k-003",
              "what": "the required action UPDATE_PROFILE"
            },
            {
              "of": "user k-004",
              "what": "the password hash is of a kind that cannot be compared here (md5): the member needs a letter"
            },
            {
              "of": "user k-004",
              "what": "an authenticator app: it does not use SHA-1, six digits and thirty seconds"
            },
            {
              "of": "user service-account-batch",
              "what": "it is a service account"
            },
            {
              "of": "realm",
              "what": "user attributes that have no place here: department"
            },
            {
              "of": "client portal",
              "what": "the password grant is not taken over"
            },
            {
              "of": "client portal",
              "what": "the redirect URI https://portal.example/* is a pattern: addresses are compared byte for byte here, list each"
            },
            {
              "of": "client masked",
              "what": "its secret is not in the export: it gets a new one"
            },
            {
              "of": "client batch",
              "what": "it does not use the authorization code flow: register it by hand"
            }
          ],
          "members": {
            "came": 4,
            "refused": 0,
            "were_here": 0
          },
          "secrets": "[secrets]"
        }
        "#);
        let member = desk.json("member show k-001");
        assert_eq!((member["sub"].as_str(), member["given_name"].as_str()), (Some("5b6f0d1e-7c1c-4a5e-9d2f-0c2b5f9a1e01"), Some("花子")));
        assert_eq!(desk.json("member show k-004")["state"], "disabled");
        assert_eq!(desk.json("client show portal")["settings"]["redirect_uris"].as_array().map(Vec::len), Some(2));

        assert!(desk.run("realm import-keycloak export.json").succeeds().ends_with("Clients: 0 came. Members: 0 came, 4 were here before, 0 refused.\n"));
        assert_snapshot!(desk.run("realm import-keycloak missing.json").fails(), @"missing.json cannot be read: No such file or directory (os error 2).");
        desk.has_file("other.json", "{}");
        assert_snapshot!(desk.run("realm import-keycloak other.json").fails(), @"other.json is not used: there are neither users nor clients in it: is it a realm export of Keycloak?.");
        desk.has_file("other.json", "[");
        assert!(desk.run("realm import-keycloak other.json").fails().starts_with("other.json is not used: it is not JSON"));
        assert_eq!(desk.run("realm import-keycloak").code, 64);
        assert!(desk.run("audit verify").succeeds().contains("good"));
    } }
}

#[tokio::test]
async fn what_a_society_takes_along_comes_in_elsewhere_as_it_was() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        desk.has_file("export.json", EXPORT);
        desk.run("realm import-keycloak export.json").succeeds();
        assert_snapshot!(desk.run("member export --all all.jsonl").succeeds(), @"Members: 4, in all.jsonl. Password hashes and the keys of apps stand in it.");
        assert_eq!(std::fs::metadata(desk.path("all.jsonl")).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(desk.reads("all.jsonl").lines().count(), 4);

        let own = desk.run("member export k-001").succeeds();
        assert!(own.contains("花子") && !own.contains("pbkdf2") && !own.contains("secret"), "{own}");
        assert!(desk.run("member export nobody").fails().starts_with("There is no member"));
        assert_eq!(desk.run("member export").code, 64);

        assert!(desk.run("member move-in all.jsonl").succeeds().contains("0 came, 4 were here before, 0 refused."));
        desk.run("realm create two --origin https://two.id.example").succeeds();
        let taken = desk.run("--realm two member move-in all.jsonl");
        assert_eq!(taken.code, 1);
        assert!(taken.stdout.contains("user k-001: another member has this sub; nothing was changed"), "{}", taken.stdout);

        let moved = desk.reads("all.jsonl").replace("9d2f-0c2b5f9a1e0", "9d2f-0c2b5f9a2e0");
        desk.has_file("two.jsonl", &moved);
        assert!(desk.run("--realm two member move-in two.jsonl").succeeds().contains("4 came"));
        desk.run("--realm two member export --all again.jsonl").succeeds();
        let without_times = |text: &str| {
            let read = |line: &str| {
                let mut record: serde_json::Value = serde_json::from_str(line).unwrap();
                record.as_object_mut().unwrap().retain(|name, _| !name.ends_with("_at"));
                record
            };
            text.lines().map(read).collect::<Vec<_>>()
        };
        assert_eq!(without_times(&desk.reads("again.jsonl")), without_times(&moved));
    } }
}

#[tokio::test]
async fn passkeys_come_along_where_they_were_made_for_this_host_and_are_told_of_where_not() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        let passkeys = |report: &str| {
            let is_one = |line: &&str| line.contains("passkey");
            report.lines().filter(is_one).map(|line| format!("{line}\n")).collect::<String>()
        };
        desk.has_file("export.json", EXPORT);
        let elsewhere = desk.run("realm import-keycloak --dry-run --passkey-host sso.kenpo.example export.json").succeeds();
        assert_snapshot!(passkeys(&elsewhere), @r"
        user k-001: the passkey “key”: it was made for sso.kenpo.example, and those of this realm are made for mgc.id.example
        user k-001: a passkey: its data cannot be read
        ");
        // What the realm there says of its own passkeys counts before what the operator says of its pages.
        let policy = EXPORT.replacen('{', "{ \"webAuthnPolicyRpId\": \"kenpo.example\",", 1);
        desk.has_file("policy.json", policy);
        let report = desk.run("realm import-keycloak --dry-run --passkey-host mgc.id.example policy.json").succeeds();
        assert!(report.contains("it was made for kenpo.example,"), "{report}");

        desk.run("realm import-keycloak --passkey-host mgc.id.example export.json").succeeds();
        let methods = desk.json("member show k-001")["methods"].clone();
        assert!(methods.to_string().contains("passkey"), "{methods}");
        desk.run("member export --all all.jsonl").succeeds();
        let lines = desk.reads("all.jsonl");
        let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
        let passkey = &first["passkeys"][0];
        assert_eq!((&passkey["rp_id"], &passkey["name"], &passkey["sign_count"]), (&"mgc.id.example".into(), &"key".into(), &7.into()));
        assert_eq!((&passkey["backup"], &passkey["created_at"]), (&"unknown".into(), &"2020-09-13T12:26:40Z".into()));
        assert_eq!(passkey["transports"], serde_json::json!(["internal", "hybrid"]));
        // The key is the one of the export, byte for byte, and so is whose it is.
        for coded in ["public_key", "credential_id"] {
            let bytes = URL_SAFE_NO_PAD.decode(passkey[coded].as_str().unwrap()).unwrap();
            assert!(EXPORT.contains(&URL_SAFE_NO_PAD.encode(&bytes)) || EXPORT.contains(&STANDARD.encode(&bytes)), "{coded}");
        }
        let handle = URL_SAFE_NO_PAD.decode(passkey["user_handle"].as_str().unwrap()).unwrap();
        let digits: String = handle.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digits, "5b6f0d1e7c1c4a5e9d2f0c2b5f9a1e01");

        // Elsewhere with the same host, were it another installation; here another society has them already.
        desk.run("realm create two --origin https://two.id.example").succeeds();
        let moved = lines.replace("9d2f-0c2b5f9a1e0", "9d2f-0c2b5f9a2e0");
        desk.has_file("two.jsonl", &moved);
        let report = desk.run("--realm two member move-in two.jsonl").succeeds();
        assert_snapshot!(passkeys(&report), @"user k-001: the passkey “key”: it was made for mgc.id.example, and those of this realm are made for two.id.example");
        desk.run("realm create three --origin https://three.mgc.id.example --set passkey_rp_id=mgc.id.example").succeeds();
        desk.has_file("three.jsonl", lines.replace("9d2f-0c2b5f9a1e0", "9d2f-0c2b5f9a3e0"));
        let report = desk.run("--realm three member move-in three.jsonl").succeeds();
        assert_snapshot!(passkeys(&report), @"user k-001: the passkey “key”: it is known here already, as another member's");
        let mut line = first.clone();
        line["passkeys"][0]["credential_id"] = URL_SAFE_NO_PAD.encode([7; 32]).into();
        line["user_id"] = "k-009".into();
        line.as_object_mut().unwrap().remove("sub");
        desk.has_file("handle.jsonl", line.to_string());
        let report = desk.run("--realm three member move-in handle.jsonl").succeeds();
        assert_snapshot!(passkeys(&report), @"user k-009: the passkey “key”: another member has its handle, or this member another one");
        // Whoever was refused took no handle along: it is still only its owner's.
        line["user_id"] = "k-010".into();
        line["passkeys"][0]["credential_id"] = first["passkeys"][0]["credential_id"].clone();
        line["passkeys"][0]["user_handle"] = URL_SAFE_NO_PAD.encode([9; 16]).into();
        desk.has_file("refused.jsonl", line.to_string());
        desk.run("--realm three member move-in refused.jsonl").succeeds();
        line["user_id"] = "k-011".into();
        line["passkeys"][0]["credential_id"] = URL_SAFE_NO_PAD.encode([8; 32]).into();
        desk.has_file("owner.jsonl", line.to_string());
        assert_eq!(passkeys(&desk.run("--realm three member move-in owner.jsonl").succeeds()), "");

        for (field, damaged, reason) in [
            ("credential_id", "=", "its credential_id is not base64url"),
            ("public_key", "AAAA", "its key is damaged, or of a kind that is not used here"),
            ("user_handle", "AAAA", "it names its holder in a way that is unknown here"),
        ] {
            let mut line = first.clone();
            line["passkeys"][0][field] = damaged.into();
            line["user_id"] = format!("d-{field}").into();
            line.as_object_mut().unwrap().remove("sub");
            desk.has_file("damaged.jsonl", line.to_string());
            let report = desk.run("--realm mgc member move-in damaged.jsonl").succeeds();
            assert_eq!(passkeys(&report), format!("user d-{field}: the passkey “key”: {reason}\n"));
        }
        assert!(desk.run("--realm mgc audit verify").succeeds().contains("good"));
    } }
}

#[tokio::test]
async fn hashes_of_every_known_kind_come_in_and_bad_lines_are_told_by_number() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        desk.has_file("members.jsonl", concat!(
            r#"{"format":"sekisho-member/1","user_id":"a1","password":{"hash":"$2b$05$EApumbeZR2a7azrYeRy8I.jS78zVsFhfbgL/CnxHXvRq6kfUD/gnC"}}"#, "\n",
            "\n",
            r#"{"format":"sekisho-member/1","user_id":"a2","password":{"hash":"{SSHA}abc"},"apps":[{"name":"x","secret_hex":"00"}]}"#, "\n",
            r#"{"format":"sekisho-member/1","user_id":""}"#, "\n",
            r#"{"format":"other","user_id":"a3"}"#, "\n",
            "not json\n",
        ));
        let answer = desk.run("member move-in members.jsonl");
        assert_eq!(answer.code, 1);
        assert_snapshot!(answer.stdout, @r"
        user a2: the password hash is of a kind that cannot be compared here: the member needs a letter
        user a2: the key of the app “x” has not 20 bytes
        line 4: the user id is missing
        line 5: the format is “other”, not “sekisho-member/1”
        line 6: it cannot be read: expected ident at line 1 column 2
        Members: 2 came, 0 were here before, 3 refused.
        ");
        assert_snapshot!(answer.stderr, @"3 members did not come. Correct them and move them in again.");
        assert!(desk.json("member show a1")["password_set_at"].is_string());
        assert!(desk.json("member show a2")["password_set_at"].is_null());
    } }
}

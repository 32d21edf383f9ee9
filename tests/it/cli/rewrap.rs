//! `idp-admin key rewrap`: another installation key, while nothing that was sealed or hashed is lost

use insta::{allow_duplicates, assert_snapshot};

use super::desk::{self, Desk, desks_with_realm};

const FIRST: &str = "7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a";
const SECOND: &str = "2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b";
const THIRD: &str = "3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c";

fn has_new_key(desk: &Desk, key: &str) {
    let now = desk.reads("key");
    desk.has_key(key);
    std::fs::rename(desk.path("key"), desk.path("new.key")).unwrap();
    desk.has_key(&now);
}

fn finds(desk: &Desk, code: &str) -> bool {
    desk.json("doctor").as_array().unwrap().iter().any(|finding| finding["code"] == code)
}

fn checkpoint_key(desk: &Desk, file: &str) -> String {
    desk.run(&format!("audit checkpoint --output {file}"));
    let checkpoints: serde_json::Value = serde_json::from_str(&desk.reads(file)).unwrap();
    checkpoints[0]["key"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn both_keys_open_until_it_is_finished_and_the_former_never_after() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        desk.has_file("members.csv", "user_id\na1\n");
        desk.run("member import --letters-later members.csv").succeeds();
        let auditor = checkpoint_key(desk, "before.json");
        has_new_key(desk, SECOND);
        assert_snapshot!(desk.run("key rewrap --finish").fails(), @"No change of the key was begun. Begin: idp-admin key rewrap --to FILE");
        assert_snapshot!(desk.run("key rewrap --to key").fails(), @"That is the key in use. Make a new one: openssl rand -base64 32");

        assert_snapshot!(desk.run("key rewrap --to new.key").succeeds(), @"The new key opens the database, and so does the one in use. Give the new one to every node, restart them, then: idp-admin key rewrap --finish");
        assert!(finds(desk, "former_installation_key") && !finds(desk, "wrong_installation_key"));
        assert_snapshot!(desk.run("key rewrap --finish").fails(), @"The configuration still names the key of before. Put the new one there, on every node, then finish.");
        has_new_key(desk, THIRD);
        assert_snapshot!(desk.run("key rewrap --to new.key").fails(), @"An earlier change is not finished. Start every node with that key, then: idp-admin key rewrap --finish");
        desk.has_key(SECOND);
        assert!(!finds(desk, "wrong_installation_key"));
        assert_snapshot!(desk.run("key rewrap --finish").succeeds(), @"The key of before opens this database no more. It still opens backups made until now: make a new backup.");
        assert!(!finds(desk, "former_installation_key"));

        // What was sealed opens, and what was derived is the same.
        assert_eq!(checkpoint_key(desk, "after.json"), auditor);
        desk.run("audit verify --checkpoint before.json").succeeds();
        assert_eq!(desk.run("letter print --csv letters.csv").code, 0);
        assert_eq!(desk.reads("letters.csv").lines().count(), 2);
        for key in [FIRST, THIRD] {
            desk.has_key(key);
            assert!(finds(desk, "wrong_installation_key"));
            assert_eq!(desk.run("key rewrap --to new.key").code, 1);
        }
        desk.has_key(SECOND);
        let stages = desk.json("audit list --installation --kind installation_key_changed");
        assert_eq!(stages.as_array().unwrap().len(), 2);
    } }
}

#[tokio::test]
async fn two_databases_of_one_installation_key_share_no_key() {
    let mut desks = desk::desks().await;
    desks.extend(desk::desks().await);
    for desk in &desks {
        desk.run("migrate up").succeeds();
        desk.run("realm create mgc --origin https://mgc.id.example").succeeds();
    }
    let mut keys: Vec<String> = desks.iter().map(|desk| checkpoint_key(desk, "safe.json")).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), desks.len());
}

#[tokio::test]
async fn a_key_file_that_is_none_changes_nothing() {
    for desk in desks_with_realm().await {
        desk.has_file("open.key", SECOND);
        assert!(desk.run("key rewrap --to open.key").fails().contains("can be read by others"));
        assert!(desk.run("key rewrap --to nowhere.key").fails().contains("is not there"));
        has_new_key(&desk, "too short");
        assert!(desk.run("key rewrap --to new.key").fails().contains("must be 32 random bytes"));
        assert_eq!(desk.run("key rewrap").code, 64);
        assert_eq!(desk.run("key rewrap --to new.key --finish").code, 64);
        assert!(!finds(&desk, "former_installation_key"));
    }
}

//! `idp-admin backup`: made while members sign in, restored elsewhere, and nothing old comes back with it

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use harness::{Database as Fresh, Idp, MemberSeed};
use idp_core::clock::days;

use super::desk::{Database, Desk, desks, desks_with_realm};

/// The installation key of the harness.
const KEY: &str = "0707070707070707070707070707070707070707070707070707070707070707";

async fn sqlite_desk() -> Desk {
    desks().await.into_iter().find(|desk| desk.database == Database::Sqlite).unwrap()
}

fn keypair(desk: &Desk) -> String {
    desk.json("backup keygen --output backup.key")["public_key"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_made_under_load_comes_back_with_its_members_and_without_what_may_have_ended_since() {
    let idp = Idp::start(Fresh::sqlite().await).await;
    let portal = idp.portal().await;
    let desk = sqlite_desk().await;
    desk.has_config(&idp.database().url());
    desk.has_key(KEY);
    let public = keypair(&desk);
    let member = idp.member(MemberSeed::new("B-1")).await;
    let waiting = idp.member(MemberSeed::new("B-2")).await;
    let token_of = async |browser: &harness::Browser| {
        let (asked, arrival) = member.signs_in(browser, &portal).await;
        let tokens = portal.redeems(&asked, arrival.code()).await;
        tokens.json["access_token"].as_str().unwrap().to_owned()
    };
    let (gone, kept) = (idp.browser(), idp.browser());
    let dead_before = token_of(&gone).await;
    let live = token_of(&kept).await;
    let page = gone.get("/logout").await;
    page.submit("logout-confirm").await;
    assert_eq!(portal.userinfo(&dead_before).await.0, 401);

    let (over, made) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let load = {
        let (idp, over, made) = (idp.clone(), Arc::clone(&over), Arc::clone(&made));
        tokio::spawn(async move {
            while !over.load(Ordering::SeqCst) {
                let number = made.fetch_add(1, Ordering::SeqCst);
                idp.member(MemberSeed::new(&format!("L-{number}"))).await;
            }
        })
    };
    let made_before = made.load(Ordering::SeqCst);
    let desk = Arc::new(desk);
    let backing = Arc::clone(&desk);
    let command = format!("backup create --to {public} --output one.age");
    let answer = tokio::task::spawn_blocking(move || backing.run(&command)).await.unwrap();
    answer.succeeds();
    over.store(true, Ordering::SeqCst);
    load.await.unwrap();
    assert!(made.load(Ordering::SeqCst) > made_before, "nothing was written meanwhile");
    assert_eq!(std::fs::metadata(desk.path("one.age")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(desk.json("backup verify one.age --key backup.key")["good"], true);
    assert!(!desk.path("one.verify.tmp").exists());

    // After the backup: the other token is revoked, too.
    kept.get("/logout").await.submit("logout-confirm").await;
    assert_eq!(portal.userinfo(&live).await.0, 401);
    let old = idp.browser();
    let dead_after = token_of(&old).await;

    let said = desk.run("backup restore one.age --key backup.key --output restored.db").succeeds();
    assert!(said.contains("Void now: ") && said.contains("New keys sign."), "{said}");
    assert_eq!(desk.run("backup restore one.age --key backup.key --output restored.db").code, 1);
    idp.advance(days(10));
    let served = idp.database().url().strip_prefix("sqlite://").unwrap().to_owned();
    idp.restart_after(|| {
        for ending in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{served}{ending}"));
        }
        std::fs::rename(desk.path("restored.db"), &served).unwrap();
    })
    .await;
    for token in [&dead_before, &live, &dead_after] {
        assert_eq!(portal.userinfo(token).await.0, 401);
    }
    assert_eq!(kept.get("/account").await.path(), "/login");
    let page = idp.browser().get("/login").await;
    let page = waiting.types_password(&page, &waiting.present_password()).await;
    assert!(page.error_code().is_some(), "a letter came back: {}", page.summary());
    assert_eq!(portal.userinfo(&token_of(&idp.browser()).await).await.0, 200);
}

#[tokio::test]
async fn a_damaged_a_foreign_and_a_cut_backup_are_refused_and_leave_nothing_behind() {
    for desk in desks_with_realm().await {
        let public = keypair(&desk);
        if desk.database == Database::Postgres {
            let refusal = desk.run(&format!("backup create --to {public} --output one.age")).fails();
            assert!(refusal.starts_with("This is for SQLite."), "{refusal}");
            assert!(desk.run("backup void").fails().starts_with("Nothing was voided."));
            assert_eq!(desk.json("backup void --yes")["sessions"], 0);
            continue;
        }
        assert!(desk.run("backup keygen --output backup.key").fails().contains("is there already"));
        assert!(desk.run("backup create --to age1nobody --output bad.age").fails().contains("is no public key"));
        assert!(!desk.path("bad.age").exists() && !desk.path("sekisho.backup.tmp").exists());
        desk.run(&format!("backup create --to {public} --output one.age")).succeeds();
        assert!(
            desk.run(&format!("backup create --to {public} --output one.age")).fails().contains("is there already")
        );
        let whole = std::fs::read(desk.path("one.age")).unwrap();
        assert!(!whole.windows(6).any(|bytes| bytes == b"SQLite"), "the backup is readable");
        let mut damaged = whole.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 1;
        desk.has_file("damaged.age", damaged);
        desk.has_file("cut.age", &whole[..whole.len() - 70_000]);
        desk.has_file("other.age", "nothing of the kind");
        let refused = |file: &str, key: &str| {
            let said = desk.run(&format!("backup verify {file} --key {key}")).fails();
            assert!(desk.run(&format!("backup restore {file} --key {key} --output new.db")).code == 1);
            assert!(!desk.path("new.db").exists() && !desk.path("new.restoring").exists());
            said
        };
        assert!(refused("damaged.age", "backup.key").contains("it is damaged or was cut off"));
        assert!(refused("cut.age", "backup.key").contains("it is damaged or was cut off"));
        assert!(refused("other.age", "backup.key").contains("it is no backup"));
        desk.json("backup keygen --output other.key");
        assert!(refused("one.age", "other.key").contains("it was encrypted to another key"));
        assert!(refused("one.age", "sekisho.toml").contains("holds no private key"));
        desk.has_key(&"7b".repeat(32));
        assert!(refused("one.age", "backup.key").contains("installation key is not the one"));
    }
}

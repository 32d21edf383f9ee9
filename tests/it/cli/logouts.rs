//! `idp-admin client logouts`, and the metadata that say where a client is told.

use std::time::Duration;

use harness::{Ear, Idp, MemberSeed, on_both};
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};

use super::desk::Desk;

/// What became of the one notice of a client, once it came to an end.
async fn settled(desk: &Desk, client: &str) -> Value {
    let settled = async {
        loop {
            let notices = desk.json(&format!("client logouts {client}"));
            if notices[0]["state"] != "queued" {
                return notices;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), settled).await.expect("the worker settles what is due")
}

/// How each ended, at which attempt, and what was answered.
fn outcomes(notices: &Value) -> Value {
    let notices = notices.as_array().unwrap().iter();
    notices.map(|notice| json!([notice["state"], notice["attempts"], notice["answer"]])).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_says_where_a_client_is_told_and_reads_whether_it_was() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let desk = Desk::of(&idp);
        let (hearing, refusing) = (Ear::open(&[]).await, Ear::open(&[400]).await);
        let (member, browser) = (idp.member(MemberSeed::new("CL-1")).await, idp.browser());
        member.signs_in(&browser, &idp.portal().await).await;
        for (name, ear) in [("hearing", &hearing), ("refusing", &refusing)] {
            let portal = idp.portal_with(name, |settings| settings.contacts = vec!["ops@portal.example".into()]).await;
            let none = desk.run(&format!("client logouts {name}")).succeeds();
            allow_duplicates! { assert_snapshot!(none, @"This client was not told of any sign-out yet. Where it is told is backchannel_logout_uri of its metadata: idp-admin client change … --metadata FILE") };
            assert_eq!(desk.json(&format!("client logouts {name}")), json!([]));

            let metadata = json!({ "backchannel_logout_uri": ear.address, "subject_type": "pairwise" });
            desk.has_file("portal.json", metadata.to_string());
            let before = desk.json(&format!("client show {name}"));
            let mut expected = before["settings"].clone();
            expected["logout"]["backchannel_uri"] = ear.address.clone().into();
            expected["subject"]["kind"] = "pairwise".into();
            let changed = desk.json(&format!("client change {name} --metadata portal.json"));
            assert_eq!(changed["settings"], expected, "the rest stays");
            assert_eq!(desk.json(&format!("client show {name}"))["settings"], expected);
            browser.get(&portal.asks().url).await.arrived();
        }

        browser.get("/logout").await.submit("logout-confirm").await;
        let (told, _) = hearing.hears_logout().await;
        refusing.hears_logout().await;

        let heard = settled(&desk, "hearing").await;
        assert_eq!(heard[0]["session"], told["sid"]);
        assert_eq!(outcomes(&heard), json!([["sent", 1, "200"]]));
        let refused = settled(&desk, "refusing").await;
        assert_eq!(outcomes(&refused), json!([["failed", 1, "the answer has status 400"]]));

        let shown = desk.run("client logouts refusing").succeeds();
        let mut lines = shown.lines();
        let head: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
        assert_eq!(head, ["ENDED", "SESSION", "STATE", "ATTEMPTS", "ANSWER"]);
        let line = lines.next().unwrap();
        assert!(line.contains(told["sid"].as_str().unwrap()) && line.ends_with("the answer has status 400"), "{line}");
        assert_eq!(lines.next(), None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_that_break_a_rule_change_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        idp.portal().await;
        let desk = Desk::of(&idp);
        let before = desk.json("client show portal");
        for metadata in [
            r#"{"backchannel_logout_uri": "http://portal.example/bye"}"#,
            r#"{"subject_type": "public", "redirect_uris": ["https://portal.example/#part"]}"#,
            r#"["backchannel_logout_uri"]"#,
            "{",
        ] {
            desk.has_file("portal.json", metadata);
            assert!(!desk.run("client change portal --metadata portal.json").fails().is_empty(), "{metadata}");
        }
        desk.run("client change portal --metadata nowhere.json").fails();
        desk.run("client change nobody --metadata portal.json").fails();
        let unknown = desk.run("client logouts nobody").fails();
        allow_duplicates! { assert_snapshot!(unknown, @"There is no client “nobody”. See which there are: idp-admin client list") };
        assert_eq!(desk.run("client change portal").code, 64);
        assert_eq!(desk.json("client show portal"), before);
    })
    .await;
}

//! `idp-admin journey report`: counts of a period, and nothing about a person

use harness::{Idp, MemberSeed, on_both};
use insta::{allow_duplicates, assert_snapshot};

use super::desk::{desks, desks_with_realm};

#[tokio::test(flavor = "multi_thread")]
async fn a_report_counts_each_step_and_names_nobody() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        let desk = desks().await.remove(0);
        desk.has_config(&idp.database().url());
        desk.has_key(&"07".repeat(32));
        let member = idp.member(MemberSeed::new("J-1")).await.wanting_an_app();
        member.signs_in(&idp.browser(), &portal).await;
        let stuck = idp.member(MemberSeed::new("J-2")).await;
        let page = stuck.walks_to(idp.browser().get("/login").await, "/onboarding/birth-date").await;
        page.fill("birth-date", "1970-01-01").submit("birth-date-submit").await;

        // The harness's clock stands in November 2026.
        let report = desk.json("journey report --from 2026-11-01 --to 2026-11-30");
        let stage = |name: &str| {
            let of = &report["stages"][name];
            ["entered", "done", "errors"].map(|field| of[field].as_u64().unwrap())
        };
        assert_eq!(stage("letter"), [2, 2, 0]);
        assert_eq!(stage("birth_date"), [2, 1, 1]);
        assert_eq!(stage("terms"), [1, 1, 0]);
        assert_eq!(stage("enrolment"), [1, 1, 0]);
        assert_eq!(report["methods"]["totp"], 1);
        assert!(report["sessions"].as_u64().unwrap() >= 1 && report["mails"]["sent"].as_u64().unwrap() >= 1);
        let text = desk.run("journey report --from 2026-11-01 --to 2026-11-30").succeeds();
        assert!(!format!("{text}{report}").contains("J-1") && !text.contains("mem_"), "{text}");
    })
    .await;
}

#[tokio::test]
async fn an_empty_period_has_zeros_and_a_wrong_one_is_refused() {
    let desks = desks_with_realm().await;
    allow_duplicates! { for desk in &desks {
        assert_snapshot!(desk.run("journey report --from 2020-01-01 --to 2020-01-02").succeeds(), @r"
        STEP        ENTERED  DONE  ABANDONED  MEDIAN  ERRORS
        letter      0        0     0          –       0
        birth_date  0        0     0          –       0
        terms       0        0     0          –       0
        mail        0        0     0          –       0
        method      0        0     0          –       0
        password    0        0     0          –       0
        enrolment   0        0     0          –       0

        methods set up: none
        mails: none
        lock-outs: 0, refused sign-ins: 0, sessions: 0
        ");
        assert_snapshot!(desk.run("journey report --from 2026-02-01 --to 2026-01-01").fails(), @"The period ends (2026-01-01) before it begins (2026-02-01).");
        assert_eq!(desk.run("journey report --from yesterday").code, 64);
    } }
}

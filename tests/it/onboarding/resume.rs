//! The journey goes on at the step owed: elsewhere, days later, after a restart.

use harness::{Idp, MemberSeed, on_both};
use idp_core::clock::{days, hours};

/// Every page of the first login, in order.
const PATHS: [&str; 10] = [
    "/onboarding/birth-date",
    "/onboarding/terms",
    "/onboarding/mail",
    "/onboarding/mail-sent",
    "/onboarding/method",
    "/onboarding/password",
    "/onboarding/complete",
    "/enrol/totp",
    "/login/totp",
    "/login/mail-code",
];

#[tokio::test(flavor = "multi_thread")]
async fn another_browser_goes_on_at_the_step_owed() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("M-5001")).await;
        member.walks_to(idp.browser().get("/login").await, "/onboarding/method").await;

        let page = member.answers(&idp.browser().get("/login").await).await;

        assert_eq!(page.path(), "/onboarding/method", "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn days_later_the_letter_is_asked_for_again_and_nothing_else() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("M-5002")).await;
        let page = member.walks_to(idp.browser().get("/login").await, "/onboarding/password").await;

        idp.advance(hours(3));
        let page = page.reload().await;
        assert_eq!(page.path(), "/login", "{}", page.summary());
        let page = member.answers(&page).await;
        assert_eq!(page.path(), "/onboarding/password", "{}", page.summary());

        idp.advance(days(3));
        let page = page.reload().await;
        assert_eq!(page.error_code().as_deref(), Some("expired"), "{}", page.summary());
        let page = page.follow("way-back").await;
        assert_eq!(page.path(), "/login", "{}", page.summary());
        let page = member.answers(&page).await;

        assert_eq!(page.path(), "/onboarding/password", "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_before_every_page_loses_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("M-5003")).await.wanting_an_app(), idp.portal().await);
        let asked = portal.asks();
        let mut page = idp.browser().get(&asked.url).await;

        for _ in 0..15 {
            if page.arrival().is_some() {
                break;
            }
            idp.restart().await;
            page = member.answers(&page).await;
            assert_eq!(page.error_code(), None, "{}", page.summary());
        }
        idp.restart().await;

        assert_eq!(portal.redeems(&asked, page.arrived().code()).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_out_of_turn_redirects_to_the_one_owed() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("M-5004")).await;
        let browser = idp.browser();
        let mut page = member.answers(&browser.get("/login").await).await;

        while page.path() != "/onboarding/complete" {
            let owed = page.path().to_owned();
            for path in PATHS.into_iter().filter(|path| *path != owed) {
                let answer = browser.get_once(path).await;
                assert_eq!(answer.status, 303, "{path} while {owed} is owed: {}", answer.summary());
                assert_eq!(browser.follow(answer).await.path(), owed, "{path}");
            }
            page = member.answers(&page).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_sees_no_page_of_the_journey() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("M-5005")).await;
        let page = member.walks_to(idp.browser().get("/login").await, "/onboarding/terms").await;

        for path in PATHS.into_iter().chain([page.url.as_str(), "/account"]) {
            let answer = idp.browser().get(path).await;
            assert_eq!(answer.path(), "/login", "{path}: {}", answer.summary());
        }
    })
    .await;
}

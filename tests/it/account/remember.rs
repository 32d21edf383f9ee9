//! "Leave this check out on this device": the second step alone, in one browser of one member, for some days.

use harness::{Browser, Database, Idp, Member, MemberSeed, Portal, on_both};
use idp_core::clock::{days, minutes};
use idp_core::realm::RealmSettings;
use serde_json::json;

use super::id_of;

async fn start(database: Database) -> Idp {
    Idp::start_with(database, |settings: &mut RealmSettings| settings.remember_browser_days = 30).await
}

/// A member with an app who had this browser remembered.
async fn remembered(idp: &Idp, user_id: &str) -> (Member, Portal, Browser) {
    let member = idp.member(MemberSeed::new(user_id)).await.wanting_an_app();
    let (portal, browser) = (idp.portal().await, idp.browser());
    member.signs_in(&idp.browser(), &portal).await;
    let page = member.types_password(&browser.get(&portal.asks().url).await, &member.password).await;
    assert!(page.has("remember-browser"), "{}", page.summary());
    let page = page.fill("totp-code", &member.app_code()).fill("remember-browser", "yes").submit("totp-submit").await;
    page.arrived();
    (member, portal, browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remembered_browser_skips_the_second_step_and_claims_no_more_than_the_password() {
    on_both(async |database| {
        let idp = start(database).await;
        let (member, portal, browser) = remembered(&idp, "AC-7001").await;
        idp.advance(days(2));

        let asked = portal.asks();
        let page = member.types_password(&browser.get(&asked.url).await, &member.password).await;
        let claims = portal.redeems(&asked, page.arrived().code()).await.claims();
        assert_eq!((&claims["acr"], &claims["amr"]), (&json!("aal1"), &json!(["pwd"])));

        let page = browser.get(&portal.asks_with(&[("acr_values", "aal2")]).url).await;
        assert_eq!(page.path(), "/login/totp", "a step-up is never skipped: {}", page.summary());
        let page = browser.get("/account/mail").await;
        assert_eq!(page.path(), "/login/totp", "nor is a change of the account: {}", page.summary());
        assert!(!page.has("remember-browser"));

        let elsewhere = member.types_password(&idp.browser().get(&portal.asks().url).await, &member.password).await;
        assert_eq!(elsewhere.path(), "/login/totp", "another browser is asked");
        idp.advance(days(29));
        let late = member.types_password(&browser.get(&portal.asks().url).await, &member.password).await;
        assert_eq!(late.path(), "/login/totp", "its time is over");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_listed_and_can_be_taken_back() {
    on_both(async |database| {
        let idp = start(database).await;
        let (member, portal, browser) = remembered(&idp, "AC-7002").await;

        let page = browser.get("/account/sessions").await;
        let page = page.submit(&id_of(&page, "browser-forget-")).await;

        assert!(!page.body.contains("browser-forget-"), "{}", page.summary());
        let page = browser.get(&portal.asks_with(&[("prompt", "login")]).url).await;
        assert_eq!(member.types_password(&page, &member.password).await.path(), "/login/totp");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_with_a_change_of_credentials_and_a_letter_is_not_helped_by_it() {
    on_both(async |database| {
        let idp = start(database).await;
        let (member, portal, browser) = remembered(&idp, "AC-7003").await;
        let letter = idp.reissues_letter_to("AC-7003").await;
        let page = browser.get(&portal.asks_with(&[("prompt", "login")]).url).await;
        assert_eq!(member.types_password(&page, &letter).await.path(), "/login/totp");

        let page = browser.get("/account/password").await;
        let password = "yuki-no-asa-no-hashi-29";
        let page = page.fill("new-password", password).fill("new-password-confirm", password);
        assert_eq!(page.submit("password-submit").await.path(), "/account");
        idp.advance(minutes(1));
        let page = browser.get(&portal.asks_with(&[("prompt", "login")]).url).await;
        assert_eq!(member.types_password(&page, password).await.path(), "/login/totp");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_realm_does_not_offer_it_nothing_is_remembered() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("AC-7004")).await.wanting_an_app();
        let (portal, browser) = (idp.portal().await, idp.browser());
        member.signs_in(&idp.browser(), &portal).await;
        for _ in 0..2 {
            let page = browser.get(&portal.asks_with(&[("prompt", "login")]).url).await;
            let page = member.types_password(&page, &member.password).await;
            assert_eq!((page.path(), page.has("remember-browser")), ("/login/totp", false));
            let form = page.fill("totp-code", &member.app_code()).fill("remember-browser", "yes");
            form.submit("totp-submit").await.arrived();
        }
        assert_eq!(idp.events_of(&member, "browser_remembered").await, 0);
    })
    .await;
}

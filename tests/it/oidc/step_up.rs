//! Step-up: a living session is raised by what is missing, and says what was proved, never more.

use std::time::Duration;

use harness::{Browser, Idp, Member, MemberSeed, Page, Portal, on_both};
use idp_core::clock::minutes;
use idp_core::oidc::acr::Acr;
use serde_json::{Value, json};

/// A member with an app and the portal, and time for the next code.
async fn with_an_app(idp: &Idp, user_id: &str, browser: &Browser) -> (Member, Portal) {
    let (member, portal) = (idp.member(MemberSeed::new(user_id)).await.wanting_an_app(), idp.portal().await);
    member.signs_in(browser, &portal).await;
    idp.advance(Duration::from_secs(60));
    (member, portal)
}

async fn asks(browser: &Browser, portal: &Portal, changes: &[(&str, &str)]) -> Page {
    browser.get(&portal.asks_with(changes).url).await
}

async fn claims(member: &Member, browser: &Browser, portal: &Portal, changes: &[(&str, &str)]) -> Value {
    let asked = portal.asks_with(changes);
    let arrival = member.walks(browser.get(&asked.url).await).await.arrived();
    portal.redeems(&asked, arrival.code()).await.claims()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_within_reach_is_met_and_one_out_of_reach_is_passed_over() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let browser = idp.browser();
        let (member, portal) = (idp.member(MemberSeed::new("U-1001")).await, idp.portal().await);
        member.signs_in(&browser, &portal).await;

        let told = claims(&member, &browser, &portal, &[("acr_values", "aal2")]).await;
        assert_eq!((&told["acr"], &told["amr"]), (&json!("aal1"), &json!(["pwd", "otp", "mca"])));
        let silent = asks(&browser, &portal, &[("acr_values", "aal2 aal1"), ("prompt", "none")]).await;
        assert!(!silent.arrived().code().is_empty());

        let other = idp.browser();
        let (with_app, _) = {
            let member = idp.member(MemberSeed::new("U-1002")).await.wanting_an_app();
            (member.signs_in(&other, &portal).await, member)
        };
        assert!(!with_app.1.code().is_empty());
        let silent = asks(&other, &portal, &[("acr_values", "aal2"), ("prompt", "none")]).await;
        assert!(!silent.arrived().code().is_empty(), "the session reaches it");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_request_is_answered_with_what_was_proved_whatever_it_wishes_for() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (first, browser) = (idp.browser(), idp.browser());
        let (member, portal) = with_an_app(&idp, "U-1501", &first).await;
        let usual = idp.portal_with("usual", |settings| settings.requests.default_acr_values = vec![Acr::Phr]).await;
        let page = first.get("/account/methods").await.submit("method-add-passkey").await;
        member.walks_to(page, "/account/methods").await;
        // The member has a passkey; this session was begun without it.
        idp.advance(Duration::from_secs(60));
        let page = member.types_password(&browser.get("/login").await, &member.password).await;
        let page = page.follow("other-method").await;
        page.fill("totp-code", &member.app_code()).submit("totp-submit").await;

        let wish = json!({ "id_token": { "acr": { "values": ["phr"] } } }).to_string();
        for (portal, changes) in [
            (&portal, vec![("acr_values", "phr"), ("prompt", "none")]),
            (&portal, vec![("claims", wish.as_str()), ("prompt", "none")]),
            (&usual, vec![("prompt", "none")]),
        ] {
            let asked = portal.asks_with(&changes);
            let arrival = browser.get(&asked.url).await.arrived();
            assert_eq!(arrival.get("error"), "", "{changes:?}");
            assert_eq!(portal.redeems(&asked, arrival.code()).await.claims()["acr"], "aal2", "{changes:?}");
        }
        let aloud = asks(&browser, &portal, &[("acr_values", "phr")]).await;
        assert_eq!(aloud.path(), "/login/passkey", "a page can be shown: {}", aloud.summary());
        let required = json!({ "id_token": { "acr": { "essential": true, "values": ["phr"] } } }).to_string();
        let silent = asks(&browser, &portal, &[("claims", &required), ("prompt", "none")]).await;
        assert_eq!(silent.arrived().get("error"), "interaction_required", "what is required is no wish");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_older_than_max_age_is_asked_for_again_and_a_younger_one_is_not() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let browser = idp.browser();
        let (member, portal) = with_an_app(&idp, "U-2001", &browser).await;
        let first = claims(&member, &browser, &portal, &[]).await;
        idp.advance(minutes(20));

        let silent = asks(&browser, &portal, &[("max_age", "600"), ("prompt", "none")]).await;
        assert_eq!(silent.arrived().get("error"), "login_required");
        let page = asks(&browser, &portal, &[("max_age", "600")]).await;
        assert_eq!(page.path(), "/login", "{}", page.summary());
        let page = member.types_password(&page, &member.password).await;
        assert_eq!(page.path(), "/login/totp", "the app was proved too long ago: {}", page.summary());
        member.walks(page).await.arrived();

        let again = claims(&member, &browser, &portal, &[("max_age", "600")]).await;
        assert_eq!((&again["acr"], &again["sid"]), (&json!("aal2"), &first["sid"]), "the session is the same one");
        assert_eq!(again["auth_time"], idp.now().seconds());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raised_session_has_a_new_secret_and_the_old_one_is_worthless() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let browser = idp.browser();
        let (member, portal) = with_an_app(&idp, "U-3001", &browser).await;
        let before = claims(&member, &browser, &portal, &[]).await;
        let old = browser.stolen();

        let after = claims(&member, &browser, &portal, &[("prompt", "login")]).await;

        assert_eq!(before["sid"], after["sid"]);
        let silent = asks(&old, &portal, &[("prompt", "none")]).await;
        assert_eq!(silent.arrived().get("error"), "login_required");
        let silent = asks(&browser, &portal, &[("prompt", "none")]).await;
        assert!(!silent.arrived().code().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_signs_in_instead_of_another_ends_what_that_one_was_granted() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let browser = idp.browser();
        let (first, portal) = (idp.member(MemberSeed::new("U-4001")).await, idp.portal().await);
        let (asked, arrival) = first.signs_in(&browser, &portal).await;
        let tokens = portal.redeems(&asked, arrival.code()).await;
        assert_eq!(portal.userinfo(tokens.access_token()).await.0, 200);

        let second = idp.member(MemberSeed::new("U-4002")).await;
        second.signs_in(&idp.browser(), &portal).await;
        second.walks(asks(&browser, &portal, &[("prompt", "select_account")]).await).await.arrived();

        assert_eq!(portal.userinfo(tokens.access_token()).await.0, 401);
        assert!(browser.get("/account").await.body.contains("U-4002"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_goes_on_without_its_oldest_proof_is_not_lost_by_asking_silently() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("U-5001")).await.wanting_a_passkey(), idp.portal().await);
        member.signs_in(&idp.browser(), &portal).await;
        let browser = idp.browser();
        let page = member.types_password(&asks(&browser, &portal, &[]).await, &member.password).await;
        idp.advance(minutes(8));
        member.presents_passkey(&page).await.arrived();
        idp.advance(minutes(7));

        // The password is too old by now, and the passkey is enough.
        for _ in 0..2 {
            let silent = asks(&browser, &portal, &[("max_age", "600"), ("prompt", "none")]).await.arrived();
            assert!(!silent.code().is_empty(), "{}", silent.url);
        }
        assert_eq!(browser.get("/account").await.path(), "/account");
    })
    .await;
}

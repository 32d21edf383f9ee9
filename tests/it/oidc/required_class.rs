//! A class of authentication that is required: by the client's registration (`least_acr`), or by the request's essential
//! `acr` claim (OpenID Connect Core §5.5.1.1).

use std::time::Duration;

use harness::{Asked, Browser, Idp, Member, MemberSeed, Portal, on_both};
use idp_core::oidc::acr::Acr;
use serde_json::{Value, json};

/// The parameter `claims` that requires one of these classes.
fn essential(classes: &[&str]) -> String {
    json!({ "id_token": { "acr": { "essential": true, "values": classes } } }).to_string()
}

async fn claims(member: &Member, browser: &Browser, (portal, asked): (&Portal, &Asked)) -> Value {
    let arrival = member.walks(browser.get(&asked.url).await).await.arrived();
    portal.redeems(asked, arrival.code()).await.claims()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_out_of_reach_is_told_to_member_and_application() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("RQ-1")).await, idp.portal().await);
        let strict = idp.portal_with("strict", |settings| settings.least_acr = Acr::Aal2).await;
        let browser = idp.browser();
        member.signs_in(&browser, &portal).await;
        let required = essential(&["aal2"]);
        let (by_request, by_client) = (portal.asks_with(&[("claims", &required)]), strict.asks());
        for asked in [&by_request, &by_client] {
            let page = browser.get(&asked.url).await;
            assert_eq!(page.path(), "/login/out-of-reach", "{}", page.summary());
            let arrival = page.submit("out-of-reach-return").await.arrived();
            assert_eq!(arrival.get("error"), "unmet_authentication_requirements");
            assert_eq!(arrival.get("state"), asked.state);
        }
        let silent = browser.get(&strict.asks_with(&[("prompt", "none")]).url).await.arrived();
        assert_eq!(silent.get("error"), "unmet_authentication_requirements");
        let silent = browser.get(&portal.asks_with(&[("claims", &required), ("prompt", "none")]).url).await.arrived();
        assert_eq!(silent.get("error"), "unmet_authentication_requirements");

        let foreign = portal.asks_with(&[("claims", &essential(&["urn:mace:incommon:iap:gold"]))]);
        assert_eq!(browser.get(&foreign.url).await.path(), "/login/out-of-reach");
        let either = portal.asks_with(&[("claims", &essential(&["aal2", "aal1"]))]);
        assert_eq!(claims(&member, &browser, (&portal, &either)).await["acr"], "aal1");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_within_reach_is_asked_for_and_told() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("RQ-2")).await.wanting_an_app(), idp.portal().await);
        let strict = idp.portal_with("strict", |settings| settings.least_acr = Acr::Aal2).await;
        let browser = idp.browser();
        member.signs_in(&browser, &portal).await;
        idp.advance(Duration::from_secs(60));

        for (portal, asked) in [
            (&strict, strict.asks()),
            (&strict, strict.asks_with(&[("acr_values", "aal1")])),
            (&strict, strict.asks_with(&[("claims", &essential(&["aal1"]))])),
            (&strict, strict.asks_with(&[("claims", &essential(&["urn:x", "aal1"]))])),
            (&strict, strict.asks_with(&[("claims", &essential(&["aal1", "phr"]))])),
            (&portal, portal.asks_with(&[("claims", &essential(&["aal2"]))])),
        ] {
            assert_eq!(claims(&member, &browser, (portal, &asked)).await["acr"], "aal2", "{}", asked.url);
        }
        let modest = portal.asks_with(&[("claims", &essential(&["aal1"]))]);
        assert_eq!(claims(&member, &browser, (&portal, &modest)).await["acr"], "aal1", "what was asked for is told");
        let beyond = portal.asks_with(&[("claims", &essential(&["phr"]))]);
        assert_eq!(browser.get(&beyond.url).await.path(), "/login/out-of-reach");
        let foreign = strict.asks_with(&[("claims", &essential(&["urn:x"]))]);
        assert_eq!(browser.get(&foreign.url).await.path(), "/login/out-of-reach", "a foreign class is never met");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_raised_to_phr_by_the_passkey_that_is_missing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("RQ-3")).await.wanting_an_app(), idp.portal().await);
        let browser = idp.browser();
        let (asked, arrival) = member.signs_in(&browser, &portal).await;
        let first = portal.redeems(&asked, arrival.code()).await.claims();
        let page = browser.get("/account/methods").await.submit("method-add-passkey").await;
        let page = member.walks_to(page, "/account/methods").await;
        assert!(page.body.contains("method-rename-"), "{}", page.summary());

        // The session itself knows of the passkey that was made in it; another one of the member's does not.
        idp.advance(Duration::from_secs(60));
        let other = idp.browser();
        let page = other.get("/login").await;
        let page = member.types_password(&page, &member.password).await;
        assert_eq!(page.path(), "/login/passkey", "{}", page.summary());
        let page = page.follow("other-method").await;
        let page = page.fill("totp-code", &member.app_code()).submit("totp-submit").await;
        assert_eq!(page.name(), "account", "{}", page.summary());
        let by_app = portal.asks();
        let told = claims(&member, &other, (&portal, &by_app)).await;
        assert_eq!((&told["acr"], &told["amr"]), (&json!("aal2"), &json!(["pwd", "otp", "mfa"])));
        assert_ne!(told["sid"], first["sid"]);

        let raised = portal.asks_with(&[("acr_values", "phr")]);
        let page = other.get(&raised.url).await;
        assert_eq!(page.path(), "/login/passkey", "{}", page.summary());
        let page = member.presents_passkey(&page).await;
        let claims = portal.redeems(&raised, page.arrived().code()).await.claims();
        assert_eq!((&claims["acr"], &claims["sid"]), (&json!("phr"), &told["sid"]), "the session is the same one");
        let silent = portal.asks_with(&[("acr_values", "phr"), ("prompt", "none")]);
        assert!(!other.get(&silent.url).await.arrived().code().is_empty());
    })
    .await;
}

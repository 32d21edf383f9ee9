//! What applications ask for from elsewhere: seen and answered by the member it is for, once, after whatever proof it takes.

use futures::future::join_all;
use harness::{Idp, MemberSeed, on_both};
use idp_core::oidc::acr::Acr;
use idp_core::realm::RealmSettings;

use crate::oidc::ciba::{answers, asking, asks, buttons, call_centre, polls, signed_in};

#[tokio::test(flavor = "multi_thread")]
async fn a_member_signs_in_on_the_way_and_sees_what_waits() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let calls = call_centre(&idp).await;
        let (member, _) = signed_in(&idp, "AR-1").await;
        let begun = asks(&calls, &[("login_hint", "AR-1"), ("binding_message", "7-42")]).await;

        for language in ["ja", "en"] {
            let browser = idp.browser().speaking(language);
            let page = browser.get("/account/requests").await;
            assert_eq!(page.path(), "/login", "{}", page.summary());
            let page = member.walks_to(page, "/account/requests").await;
            assert!(page.body.contains("7-42"), "{}", page.summary());
        }
        let browser = idp.browser();
        let page = member.walks_to(browser.get("/account/requests").await, "/account/requests").await;
        page.submit(&buttons(&page, "request-allow-")[0]).await;

        assert_eq!(polls(&calls, &begun).await.status, 200);
        let again = page.submit(&buttons(&page, "request-allow-")[0]).await;
        assert_eq!(again.error_code().as_deref(), Some("request_gone"), "{}", again.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_or_answers_the_request_of_another_member() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let calls = call_centre(&idp).await;
        let ((_, own), (_, foreign)) = (signed_in(&idp, "AR-2").await, signed_in(&idp, "AR-3").await);
        let begun = asks(&calls, &[("login_hint", "AR-2")]).await;
        let button = buttons(&own.get("/account/requests").await, "request-allow-")[0].clone();

        let page = foreign.get("/account/requests").await;
        assert!(page.has("requests-none"), "{}", page.summary());
        assert!(!foreign.get("/account").await.has("requests-waiting"));
        // A page with a form of this browser's own, whose button is exchanged.
        let mut fields = foreign.get("/account").await.hidden();
        fields.push(("action".into(), button.trim_start_matches("request-").into()));
        let page = foreign.post("/account/requests", &fields).await;
        assert_eq!(page.error_code().as_deref(), Some("request_gone"), "{}", page.summary());
        for wrong in ["allow-", "allow-cib_0", "deny-x", "allow", ""] {
            fields.last_mut().unwrap().1 = wrong.into();
            assert_eq!(foreign.post("/account/requests", &fields).await.status, 200, "{wrong}");
        }
        assert_eq!(polls(&calls, &begun).await.error(), "authorization_pending");
        answers(&own, "allow").await;
        assert_eq!(polls(&calls, &begun).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_no_page_of_ours_made_answers_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let calls = call_centre(&idp).await;
        let (_, browser) = signed_in(&idp, "AR-4").await;
        let begun = asks(&calls, &[("login_hint", "AR-4")]).await;
        let page = browser.get("/account/requests").await;
        let fields = page.fields(&buttons(&page, "request-allow-")[0]);
        for csrf in [None, Some("x"), Some("")] {
            let kept = fields.iter().filter(|(name, _)| name != "csrf").cloned();
            let forged = kept.chain(csrf.map(|csrf| ("csrf".to_owned(), csrf.to_owned()))).collect::<Vec<_>>();
            let refused = browser.post("/account/requests", &forged).await;
            assert_eq!(refused.status, 403, "{}", refused.summary());
        }
        assert_eq!(polls(&calls, &begun).await.error(), "authorization_pending");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wished_class_raises_the_session_first() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings: &mut RealmSettings| settings.remember_browser_days = 30).await;
        let calls = asking(&idp, "bank", |_| {}).await;
        let (portal, browser) = (idp.portal().await, idp.browser());
        let member = idp.member(MemberSeed::new("AR-5")).await.wanting_an_app();
        member.signs_in(&idp.browser(), &portal).await;
        let page = member.types_password(&browser.get(&portal.asks().url).await, &member.password).await;
        let page =
            page.fill("totp-code", &member.app_code()).fill("remember-browser", "yes").submit("totp-submit").await;
        page.arrived();
        browser.get("/logout").await.submit("logout-confirm").await;
        idp.advance(std::time::Duration::from_secs(60));
        member.types_password(&browser.get(&portal.asks().url).await, &member.password).await.arrived();

        let begun = asks(&calls, &[("login_hint", "AR-5"), ("acr_values", "urn:x phr aal2")]).await;
        let page = answers(&browser, "allow").await;
        assert_eq!(page.path(), "/login/totp", "{}", page.summary());
        assert_eq!(polls(&calls, &begun).await.error(), "authorization_pending");
        let page = page.fill("totp-code", &member.app_code()).submit("totp-submit").await;
        assert_eq!(page.path(), "/account/requests", "{}", page.summary());
        let done = answers(&browser, "allow").await;
        assert_eq!(done.url.query(), Some("done=request-allowed"), "{}", done.summary());

        assert_eq!(polls(&calls, &begun).await.claims()["acr"], "aal2");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_class_out_of_reach_is_passed_over_as_a_wish_and_refused_as_the_least() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (calls, strict) =
            (call_centre(&idp).await, asking(&idp, "strict", |settings| settings.least_acr = Acr::Aal2).await);
        let (_, browser) = signed_in(&idp, "AR-6").await;
        let wished = asks(&calls, &[("login_hint", "AR-6"), ("acr_values", "phr")]).await;
        answers(&browser, "allow").await;
        assert_eq!(polls(&calls, &wished).await.claims()["acr"], "aal1", "told honestly");

        let begun = asks(&strict, &[("login_hint", "AR-6")]).await;
        let page = answers(&browser, "allow").await;
        assert_eq!(page.error_code().as_deref(), Some("request_out_of_reach"), "{}", page.summary());
        assert_eq!(polls(&strict, &begun).await.error(), "authorization_pending");
        answers(&browser, "deny").await;
        assert_eq!(polls(&strict, &begun).await.error(), "access_denied");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_and_a_no_at_once_leave_one_answer() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let calls = call_centre(&idp).await;
        let (member, browser) = signed_in(&idp, "AR-7").await;
        let begun = asks(&calls, &[("login_hint", "AR-7")]).await;
        let page = browser.get("/account/requests").await;
        let pressed = ["allow", "deny"].map(|verdict| buttons(&page, &format!("request-{verdict}-"))[0].clone());

        let pages = join_all((0..10).map(|number| page.submit(&pressed[number % 2]))).await;

        let done = |query: &str| pages.iter().filter(|page| page.url.query() == Some(query)).count();
        let (yes, no) = (done("done=request-allowed"), done("done=request-denied"));
        assert_eq!(yes + no, 1);
        let expected = if yes == 1 { "" } else { "access_denied" };
        assert_eq!(polls(&calls, &begun).await.error(), expected);
        let told = idp.events_of(&member, "ciba_allowed").await + idp.events_of(&member, "ciba_denied").await;
        assert_eq!(told, 1);
    })
    .await;
}

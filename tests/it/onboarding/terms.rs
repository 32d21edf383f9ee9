//! The terms: accepted by version, declined with an answer to the application, asked again when they change.

use harness::{Idp, MemberSeed, on_both};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_declines_the_terms_goes_back_with_access_denied() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("M-7001")).await, idp.portal().await);
        let (browser, asked) = (idp.browser(), portal.asks());
        let page = member.walks_to(browser.get(&asked.url).await, "/onboarding/terms").await;

        let arrival = page.submit("terms-decline").await.arrived();

        assert_eq!(arrival.get("error"), "access_denied");
        assert_eq!((arrival.get("state"), arrival.get("iss")), (asked.state.as_str(), idp.origin().as_str()));
        assert_eq!(arrival.get("code"), "");
        assert_eq!(idp.record_of("M-7001").await.terms_accepted, 0);
        let again = page.submit("terms-accept").await;
        assert!(again.arrival().is_none_or(|arrival| arrival.get("code").is_empty()), "{}", again.summary());
        assert_eq!(idp.record_of("M-7001").await.terms_accepted, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_application_whoever_declines_sees_a_page() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("M-7002")).await;
        let page = member.walks_to(idp.browser().get("/login").await, "/onboarding/terms").await;

        let page = page.submit("terms-decline").await;

        assert!(page.error_code().is_some(), "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_terms_are_asked_of_everybody_again() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("M-7003")).await, idp.portal().await);
        let browser = idp.browser();
        member.signs_in(&browser, &portal).await;
        idp.publishes_terms("2").await;

        let page = browser.get(&portal.asks().url).await;
        assert_eq!(page.path(), "/onboarding/terms", "a live session does not skip them: {}", page.summary());
        let page = page.submit("terms-accept").await;

        assert!(!page.arrived().code().is_empty());
        assert_eq!(idp.record_of("M-7003").await.terms_accepted, 2);
        let silent = browser.get(&portal.asks_with(&[("prompt", "none")]).url).await;
        assert!(!silent.arrived().code().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn terms_that_changed_while_they_were_read_have_to_be_read_again() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("M-7004")).await;
        let page = member.walks_to(idp.browser().get("/login").await, "/onboarding/terms").await;
        idp.publishes_terms("2").await;

        let page = page.submit("terms-accept").await;
        assert_eq!((page.path(), page.error_code().as_deref()), ("/onboarding/terms", Some("terms_changed")));
        assert_eq!(idp.record_of("M-7004").await.terms_accepted, 0);

        assert_eq!(page.submit("terms-accept").await.path(), "/onboarding/mail");
        assert_eq!(idp.record_of("M-7004").await.terms_accepted, 2);
    })
    .await;
}

//! The letter: good for thirty days, exchanged once, void when replaced.

use harness::{Idp, MemberSeed, on_both};
use idp_core::clock::days;

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_opens_nothing_after_thirty_days() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("M-3001")).await;
        idp.advance(days(30));

        let page = member.answers(&idp.browser().get("/login").await).await;

        assert_eq!((page.path(), page.error_code().as_deref()), ("/login", Some("letter_expired")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_opens_nothing_once_a_password_was_set() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("M-3002")).await;
        let letter = member.initial_password();
        member.walks_to(idp.browser().get("/login").await, "/onboarding/complete").await;

        let page = member.types_password(&idp.browser().get("/login").await, &letter).await;

        assert_eq!((page.path(), page.error_code().as_deref()), ("/login", Some("letter_used")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reissued_letter_voids_the_older_one_and_the_journey_it_opened() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("M-3003")).await;
        let (older, browser) = (member.initial_password(), idp.browser());
        let page = member.walks_to(browser.get("/login").await, "/onboarding/terms").await;
        member.receives(idp.reissues_letter_to("M-3003").await);

        let next = member.answers(&page).await;
        assert_eq!(next.path(), "/login", "{}", next.summary());
        let page = member.types_password(&idp.browser().get("/login").await, &older).await;
        assert_eq!(page.error_code().as_deref(), Some("letter_used"));
        assert_eq!(idp.record_of("M-3003").await.terms_accepted, 0);

        let page = member.answers(&browser.get("/login").await).await;
        assert_eq!(page.path(), "/onboarding/birth-date", "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_members_letter_opens_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (one, other) = (idp.member(MemberSeed::new("M-3004")).await, idp.member(MemberSeed::new("M-3005")).await);

        let page = one.types_password(&idp.browser().get("/login").await, &other.initial_password()).await;

        assert_eq!((page.path(), page.error_code().as_deref()), ("/login", Some("wrong_credentials")));
    })
    .await;
}

//! The pattern password: known to many, so that it opens the journey only together with the address on file.

use harness::{Idp, MemberSeed, on_both};
use idp_core::realm::{InitialPassword, RealmSettings};

fn pattern(settings: &mut RealmSettings) {
    settings.initial_password = InitialPassword::Pattern;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pattern_password_leads_on_by_mail_to_the_address_on_file_alone() {
    on_both(async |database| {
        let idp = Idp::start_with(database, pattern).await;
        let seed = MemberSeed::new("P-1").with_card("12", "3456").with_mail_on_file();
        let (member, portal) = (idp.pattern_member(seed).await, idp.portal().await);
        let browser = idp.browser();
        let page = member.walks_to(browser.get(&portal.asks().url).await, "/onboarding/mail").await;

        let other = page.fill("mail", "thief@evil.example").submit("mail-submit").await;
        assert!(other.error_code().is_some(), "{}", other.summary());
        assert_eq!(idp.mailbox().count_to("thief@evil.example"), 0);

        let last = member.walks(other.reload().await).await;
        assert!(!last.arrived().code().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pattern_password_without_an_address_on_file_needs_a_letter() {
    on_both(async |database| {
        let idp = Idp::start_with(database, pattern).await;
        let member = idp.pattern_member(MemberSeed::new("P-2").with_card("12", "3457")).await;

        let page = member.answers(&idp.browser().get("/login").await).await;

        assert_eq!((page.path(), page.error_code().as_deref()), ("/login", Some("letter_needed")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pattern_password_opens_nothing_where_the_realm_has_letters_alone() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let seed = MemberSeed::new("P-3").with_card("12", "3458").with_mail_on_file();
        let member = idp.pattern_member(seed).await;

        let page = member.answers(&idp.browser().get("/login").await).await;

        assert_eq!((page.path(), page.error_code().as_deref()), ("/login", Some("wrong_credentials")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twins_share_the_pattern_and_not_the_account() {
    on_both(async |database| {
        let idp = Idp::start_with(database, pattern).await;
        let seed = |id| MemberSeed::new(id).with_card("12", "3459").with_mail_on_file();
        let (one, other) = (idp.pattern_member(seed("P-4")).await, idp.pattern_member(seed("P-5")).await);
        assert_eq!(one.initial_password(), other.initial_password());

        one.walks_to(idp.browser().get("/login").await, "/onboarding/complete").await;

        assert!(idp.record_of("P-4").await.password_set_at.is_some());
        assert!(idp.record_of("P-5").await.password_set_at.is_none());
        assert!(idp.record_of("P-5").await.member.birth_date_confirmed_at.is_none());
        let page = other.answers(&idp.browser().get("/login").await).await;
        assert_eq!(page.path(), "/onboarding/birth-date", "{}", page.summary());
    })
    .await;
}

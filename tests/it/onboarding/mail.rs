//! The mail address: link and code in one mail, answered here or anywhere.

use harness::{Idp, MemberSeed, on_both};
use idp_core::clock::{hours, minutes};

#[tokio::test(flavor = "multi_thread")]
async fn a_link_answered_in_a_second_browser_moves_the_waiting_page_on_and_gives_that_browser_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("M-4001")).await;
        let (here, there) = (idp.browser(), idp.browser());
        let waiting = member.walks_to(here.get("/login").await, "/onboarding/mail-sent").await;
        let link = idp.mailbox().link_to(&member.mail).await;
        let poll = waiting.attribute_of("mail-waiting", "data-poll").unwrap();

        let page = there.get(&link).await;
        assert_eq!((page.name().as_str(), page.status), ("verify", 200));
        assert_eq!(waiting.reload().await.path(), "/onboarding/mail-sent", "opening the link changed something");
        assert_eq!(here.get(&poll).await.json()["verified"], false);
        let page = page.submit("mail-verify-submit").await;
        assert_eq!((page.name().as_str(), page.error_code()), ("verify", None), "{}", page.summary());

        assert_eq!(here.get(&poll).await.json()["verified"], true);
        assert_eq!(waiting.follow("mail-refresh").await.path(), "/onboarding/method");
        assert!(there.cookie("session").is_none());
        assert_eq!(there.get("/account").await.path(), "/login");
        assert_eq!(there.get("/onboarding/method").await.path(), "/login");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_good_for_a_day_and_its_code_for_ten_minutes() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("M-4002")).await;
        let browser = idp.browser();
        let page = member.walks_to(browser.get("/login").await, "/onboarding/mail-sent").await;
        let (code, link) = idp.mailbox().code_and_link_to(&member.mail).await;

        idp.advance(minutes(10));
        let page = page.fill("mail-code", &code).submit("mail-code-submit").await;
        assert_eq!(page.error_code().as_deref(), Some("code_expired"));
        idp.advance(hours(23));
        assert_eq!(idp.browser().get(&link).await.error_code(), None);
        idp.advance(hours(1));
        let page = idp.browser().get(&link).await;
        assert_eq!((page.name().as_str(), page.error_code().as_deref()), ("verify", Some("expired")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_mail_and_another_address_void_what_was_sent() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("M-4003")).await;
        let browser = idp.browser();
        let page = member.walks_to(browser.get("/login").await, "/onboarding/mail-sent").await;
        let (_, first) = idp.mailbox().code_and_link_to(&member.mail).await;

        let soon = page.submit("mail-resend").await;
        assert_eq!(soon.error_code().as_deref(), Some("mail_too_often"));
        idp.advance(minutes(1));
        let page = soon.submit("mail-resend").await;
        assert_eq!(page.error_code(), None, "{}", page.summary());
        let (code, second) = idp.mailbox().code_and_link_to(&member.mail).await;
        assert_eq!(browser.get(&first).await.error_code().as_deref(), Some("expired"));

        let page = page.submit("mail-change").await;
        assert_eq!(page.path(), "/onboarding/mail");
        assert_eq!(browser.get(&second).await.error_code().as_deref(), Some("expired"));
        idp.advance(minutes(1));
        let page = page.fill("mail", "other@mail.example").submit("mail-submit").await;
        let wrong = page.fill("mail-code", &code).submit("mail-code-submit").await;
        assert_eq!(wrong.error_code().as_deref(), Some("code_wrong"));
        let code = idp.mailbox().code_to("other@mail.example").await;
        let page = wrong.fill("mail-code", &code).submit("mail-code-submit").await;
        assert_eq!(page.path(), "/onboarding/method", "{}", page.summary());
        let record = idp.record_of("M-4003").await;
        assert_eq!(record.member.verified_mail().unwrap().as_typed(), "other@mail.example");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_did_not_ask_for_the_mail_voids_it() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("M-4004")).await;
        let page = member.walks_to(idp.browser().get("/login").await, "/onboarding/mail-sent").await;
        let (code, link) = idp.mailbox().code_and_link_to(&member.mail).await;

        let stranger = idp.browser();
        stranger.get(&link).await.submit("mail-not-me").await;

        assert_eq!(stranger.get(&link).await.error_code().as_deref(), Some("expired"));
        let page = page.fill("mail-code", &code).submit("mail-code-submit").await;
        assert_ne!(page.path(), "/onboarding/method", "{}", page.summary());
        assert!(idp.record_of("M-4004").await.member.verified_mail().is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_codes_spend_the_code_and_the_link_still_works() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("M-4005")).await;
        let mut page = member.walks_to(idp.browser().get("/login").await, "/onboarding/mail-sent").await;
        let (code, link) = idp.mailbox().code_and_link_to(&member.mail).await;

        for _ in 0..5 {
            page = page.fill("mail-code", other_than(&code)).submit("mail-code-submit").await;
            assert_eq!(page.error_code().as_deref(), Some("code_wrong"));
        }
        let spent = page.fill("mail-code", &code).submit("mail-code-submit").await;
        assert_eq!(spent.error_code().as_deref(), Some("code_spent"));

        idp.browser().get(&link).await.submit("mail-verify-submit").await;
        assert_eq!(page.reload().await.path(), "/onboarding/method");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_cannot_be_one_is_refused_in_words_and_an_odd_one_of_a_carrier_is_taken() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("M-4006")).await;
        let mut page = member.walks_to(idp.browser().get("/login").await, "/onboarding/mail").await;

        for text in ["", "hanako", "a@b@c.example", "a b@mail.example", "a@", "@mail.example", "a\r\nBcc: x@y.example"]
        {
            page = page.fill("mail", text).submit("mail-submit").await;
            assert!(page.error_code().unwrap().starts_with("mail_address_"), "{text}: {}", page.summary());
        }
        let page = page.fill("mail", "da.me..@docomo.ne.jp").submit("mail-submit").await;
        assert_eq!(page.path(), "/onboarding/mail-sent", "{}", page.summary());
        let code = idp.mailbox().code_to("da.me..@docomo.ne.jp").await;
        let page = page.fill("mail-code", &code).submit("mail-code-submit").await;

        assert_eq!(page.path(), "/onboarding/method", "{}", page.summary());
    })
    .await;
}

fn other_than(code: &str) -> &'static str {
    if code == "000000" { "111111" } else { "000000" }
}

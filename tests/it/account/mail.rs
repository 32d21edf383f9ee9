//! Another mail address: the old one stays until the new one is proved, and is told.

use futures::future::join_all;
use harness::{Idp, on_both};

use super::signed_in;

const NEW: &str = "new.address@mail.example";

#[tokio::test(flavor = "multi_thread")]
async fn the_code_sent_to_the_new_address_changes_it_and_the_old_one_is_told() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in(&idp, "AC-5001").await;

        let page = browser.get("/account/mail").await.fill("mail", NEW).submit("mail-submit").await;
        let code = idp.mailbox().code_to(NEW).await;
        assert_eq!(idp.record_of("AC-5001").await.member.verified_mail().unwrap().as_typed(), member.mail);
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let refused = page.fill("mail-code", wrong).submit("mail-code-submit").await;
        assert_eq!(refused.error_code().as_deref(), Some("code_wrong"));
        let page = refused.fill("mail-code", &code).submit("mail-code-submit").await;

        assert_eq!(page.path(), "/account", "{}", page.summary());
        assert_eq!(idp.record_of("AC-5001").await.member.verified_mail().unwrap().as_typed(), NEW);
        let notice = idp.mailbox().mail_to(&member.mail, "メールアドレス").await;
        assert!(!notice.text.contains(NEW), "the new address is masked");
        assert_eq!(idp.events_of(&member, "mail_changed").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_works_on_any_device_and_gives_it_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, _, browser) = signed_in(&idp, "AC-5002").await;
        browser.get("/account/mail").await.fill("mail", NEW).submit("mail-submit").await;
        let link = idp.mailbox().link_to(NEW).await;
        let elsewhere = idp.browser();

        let page = elsewhere.get(&link).await;
        assert_eq!(idp.record_of("AC-5002").await.member.verified_mail().unwrap().as_typed(), "ac-5002@mail.example");
        page.submit("mail-verify-submit").await;

        assert_eq!(idp.record_of("AC-5002").await.member.verified_mail().unwrap().as_typed(), NEW);
        assert_eq!(elsewhere.get("/account").await.path(), "/login");
        assert!(browser.get("/account/mail").await.body.contains(NEW));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_given_up_or_disowned_changes_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in(&idp, "AC-5003").await;
        let page = browser.get("/account/mail").await.fill("mail", NEW).submit("mail-submit").await;
        let (code, link) = idp.mailbox().code_and_link_to(NEW).await;

        let given_up = page.submit("mail-change").await;
        assert!(given_up.has("mail-submit"), "{}", given_up.summary());
        let late = page.fill("mail-code", &code).submit("mail-code-submit").await;
        assert!(!late.has("mail-code-submit"), "{}", late.summary());
        assert!(!idp.browser().get(&link).await.has("mail-verify-submit"));

        browser.get("/account/mail").await.fill("mail", NEW).submit("mail-submit").await;
        let link = idp.mailbox().link_to(NEW).await;
        idp.browser().get(&link).await.submit("mail-not-me").await;
        assert!(browser.get("/account/mail").await.has("mail-submit"));
        assert_eq!(idp.record_of("AC-5003").await.member.verified_mail().unwrap().as_typed(), member.mail);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_new_address_is_refused_and_kept_as_typed() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in(&idp, "AC-5004").await;
        for (typed, code) in [
            ("", "mail_address_missing"),
            ("no address", "mail_address_space"),
            (member.mail.as_str(), "mail_same"),
            ("\"><script>@x", "mail_address_no_dot_in_domain"),
        ] {
            let page = browser.get("/account/mail").await.fill("mail", typed).submit("mail-submit").await;
            let shown = page.error_code().unwrap_or_default();
            assert!(shown == code || shown.starts_with("mail_address_"), "{typed}: {}", page.summary());
            assert_eq!(page.attribute_of("mail", "value").as_deref(), Some(typed));
        }
        assert_eq!(idp.events_of(&member, "mail_changed").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn code_and_link_at_once_change_the_address_once() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in(&idp, "AC-5005").await;
        let page = browser.get("/account/mail").await.fill("mail", NEW).submit("mail-submit").await;
        let (code, link) = idp.mailbox().code_and_link_to(NEW).await;
        let elsewhere = idp.browser().get(&link).await;

        let codes = join_all((0..10).map(|_| page.fill("mail-code", &code).submit("mail-code-submit")));
        let links = join_all((0..10).map(|_| elsewhere.submit("mail-verify-submit")));
        let (codes, links) = futures::join!(codes, links);

        assert!(codes.iter().chain(&links).all(|page| page.status < 500));
        assert_eq!(idp.events_of(&member, "mail_changed").await, 1);
    })
    .await;
}

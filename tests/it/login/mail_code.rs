//! The mailed code as the second step.

use harness::{Idp, Member, MemberSeed, Page, on_both};
use idp_core::clock::minutes;

/// A member with mailed codes whose password was right just now, and the page that asks for the code.
async fn asked_for_code(idp: &Idp, user_id: &str) -> (Member, Page) {
    let (member, portal) = (idp.member(MemberSeed::new(user_id)).await, idp.portal().await);
    member.signs_in(&idp.browser(), &portal).await;
    let page = member.answers(&idp.browser().get(&portal.asks().url).await).await;
    assert_eq!(page.path(), "/login/mail-code", "{}", page.summary());
    (member, page)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailed_code_is_good_for_ten_minutes() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, page) = asked_for_code(&idp, "L-2001").await;
        let code = idp.mailbox().code_to(&member.mail).await;
        idp.advance(minutes(10));

        let page = page.fill("mail-code", &code).submit("mail-code-submit").await;

        assert_eq!(page.error_code().as_deref(), Some("code_expired"), "{}", page.summary());
        let fresh = idp.mailbox().code_to(&member.mail).await;
        let page = page.fill("mail-code", &fresh).submit("mail-code-submit").await;
        assert!(!page.arrived().code().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_codes_spend_it() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, mut page) = asked_for_code(&idp, "L-2002").await;
        let code = idp.mailbox().code_to(&member.mail).await;

        for _ in 0..5 {
            let wrong = if code == "000000" { "111111" } else { "０００　０００" };
            page = page.fill("mail-code", wrong).submit("mail-code-submit").await;
            assert_eq!(page.error_code().as_deref(), Some("code_wrong"));
        }
        let page = page.fill("mail-code", &code).submit("mail-code-submit").await;
        assert_eq!(page.error_code().as_deref(), Some("code_spent"));

        idp.advance(minutes(1));
        let page = page.submit("mail-resend").await;
        let fresh = idp.mailbox().code_to(&member.mail).await;
        let page = page.fill("mail-code", &fresh).submit("mail-code-submit").await;
        assert!(!page.arrived().code().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_code_voids_the_older_one() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, page) = asked_for_code(&idp, "L-2003").await;
        let older = idp.mailbox().code_to(&member.mail).await;
        idp.advance(minutes(1));
        let page = page.submit("mail-resend").await;
        let newer = idp.mailbox().code_to(&member.mail).await;
        assert_ne!(older, newer);

        let page = page.fill("mail-code", &older).submit("mail-code-submit").await;
        assert_eq!(page.error_code().as_deref(), Some("code_wrong"));
        assert!(!page.fill("mail-code", &newer).submit("mail-code-submit").await.arrived().code().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_in_the_browser_that_asked_for_it_alone() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, page) = asked_for_code(&idp, "L-2004").await;
        let code = idp.mailbox().code_to(&member.mail).await;

        let other = idp.browser();
        let elsewhere = other.post("/login/mail-code", &page.fill_fields(&code)).await;
        assert!(elsewhere.arrival().is_none() && elsewhere.error_code().is_some(), "{}", elsewhere.summary());
        let elsewhere = member.answers(&other.get("/login").await).await;
        assert_eq!(elsewhere.path(), "/login/mail-code", "{}", elsewhere.summary());
        let elsewhere = elsewhere.fill("mail-code", &code).submit("mail-code-submit").await;
        assert!(elsewhere.error_code().is_some(), "{}", elsewhere.summary());
        assert!(other.cookie("session").is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_code_costs_no_guess() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, mut page) = asked_for_code(&idp, "L-2005").await;
        let code = idp.mailbox().code_to(&member.mail).await;

        for text in ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "12 34 5", &"1".repeat(10_000)] {
            page = page.fill("mail-code", text).submit("mail-code-submit").await;
            assert!(page.error_code().unwrap().starts_with("one_time_code_"), "{text}: {}", page.summary());
        }
        let typed = format!(" {}-{} ", &code[..3], &code[3..]);
        let page = page.fill("mail-code", &typed).submit("mail-code-submit").await;
        assert!(!page.arrived().code().is_empty());
    })
    .await;
}

trait Filled {
    fn fill_fields(&self, code: &str) -> Vec<(String, String)>;
}

impl Filled for Page {
    fn fill_fields(&self, code: &str) -> Vec<(String, String)> {
        let mut fields = self.fields("mail-code-submit");
        fields.retain(|(name, _)| name != "mail-code");
        fields.push(("mail-code".into(), code.to_owned()));
        fields
    }
}

//! A mailed code in the place of something stronger: only where the realm allows it, only when asked for, and never
//! claimed to be more than it is.

use harness::{Browser, Idp, Member, MemberSeed, Page, Portal, on_both};
use idp_core::clock::minutes;
use idp_core::oidc::acr::Acr;
use idp_core::realm::MailFallback;
use serde_json::json;

async fn with_an_app(idp: &Idp, user_id: &str) -> (Member, Portal) {
    let member = idp.member(MemberSeed::new(user_id)).await.wanting_an_app();
    let portal = idp.portal().await;
    member.signs_in(&idp.browser(), &portal).await;
    idp.advance(minutes(1));
    (member, portal)
}

/// The page of the app's code.
async fn at_the_app(browser: &Browser, member: &Member, address: &str) -> Page {
    let page = member.answers(&browser.get(address).await).await;
    assert_eq!(page.path(), "/login/totp", "{}", page.summary());
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailed_code_stands_in_where_the_realm_allows_it_and_says_so() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| settings.mail_fallback = MailFallback::On).await;
        let (member, portal) = with_an_app(&idp, "MF-1").await;
        let asked = portal.asks_with(&[("acr_values", "aal2")]);
        let page = at_the_app(&idp.browser(), &member, &asked.url).await;

        let earlier = idp.mailbox().newest_code_to(&member.mail);
        let page = page.follow("mail-fallback").await;
        assert_eq!(page.path(), "/login/mail-fallback", "{}", page.summary());
        assert!(!page.body.contains(&member.mail), "the address is masked");
        assert_eq!(idp.mailbox().newest_code_to(&member.mail), earlier, "nothing is sent before it is asked for");
        let page = page.submit("mail-fallback-send").await;
        let code = idp.mailbox().code_to(&member.mail).await;
        let page = page.fill("mail-code", "000000").submit("mail-code-submit").await;
        assert_eq!(page.error_code().as_deref(), Some("code_wrong"), "{}", page.summary());
        let page = page.fill("mail-code", &code).submit("mail-code-submit").await;

        let claims = portal.redeems(&asked, page.arrived().code()).await.claims();
        assert_eq!((&claims["acr"], &claims["amr"]), (&json!("aal1"), &json!(["pwd", "otp", "mca"])));
        idp.mailbox().mail_to(&member.mail, "メールの確認コードで").await;
        assert_eq!(idp.events_of(&member, "method_removed").await, 0);
        idp.advance(minutes(1));
        // A later wish for more is a new question, also in the session that began like this.
        let again = page.browser().get(&portal.asks_with(&[("acr_values", "aal2")]).url).await;
        assert_eq!((again.path(), again.has("mail-fallback")), ("/login/totp", true), "{}", again.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_realm_does_not_allow_it_there_is_no_such_page() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_an_app(&idp, "MF-2").await;
        let page = at_the_app(&idp.browser(), &member, &portal.asks().url).await;
        assert!(!page.has("mail-fallback"));

        let earlier = idp.mailbox().newest_code_to(&member.mail);
        for action in ["send", "resend", "check"] {
            let mut fields = page.hidden();
            fields.extend([("action".into(), action.into()), ("mail-code".into(), "123456".into())]);
            let answer = page.browser().post("/login/mail-fallback", &fields).await;
            assert_eq!(answer.path(), "/login/totp", "{action}: {}", answer.summary());
        }
        assert_eq!(idp.mailbox().newest_code_to(&member.mail), earlier);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_wants_more_gets_no_mailed_code() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| settings.mail_fallback = MailFallback::On).await;
        let (member, _) = with_an_app(&idp, "MF-3").await;
        let strict = idp.portal_with("strict", |settings| settings.least_acr = Acr::Aal2).await;

        let page = at_the_app(&idp.browser(), &member, &strict.asks().url).await;
        assert!(!page.has("mail-fallback"), "{}", page.body);
        let answer = page.browser().post("/login/mail-fallback", &[page.hidden(), action("send")].concat()).await;
        assert_eq!(answer.path(), "/login/totp", "{}", answer.summary());

        // Whoever came in by mail elsewhere does not come in here by that.
        let browser = idp.browser();
        let page = at_the_app(&browser, &member, "/login").await.follow("mail-fallback").await;
        let page = page.submit("mail-fallback-send").await;
        let code = idp.mailbox().code_to(&member.mail).await;
        assert_eq!(page.fill("mail-code", &code).submit("mail-code-submit").await.name(), "account");
        assert_eq!(browser.get(&strict.asks().url).await.path(), "/login/totp");
        let silent = browser.get(&strict.asks_with(&[("prompt", "none")]).url).await.arrived();
        assert_eq!(silent.get("error"), "interaction_required");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailed_code_is_no_fresh_proof_before_a_change() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| settings.mail_fallback = MailFallback::On).await;
        let (member, _) = with_an_app(&idp, "MF-4").await;
        let browser = idp.browser();
        let page = at_the_app(&browser, &member, "/login").await.follow("mail-fallback").await;
        let page = page.submit("mail-fallback-send").await;
        let code = idp.mailbox().code_to(&member.mail).await;
        page.fill("mail-code", &code).submit("mail-code-submit").await;

        for path in ["/account/password", "/account/mail", "/account/recovery-codes", "/account/new-phone"] {
            assert_eq!(browser.get(path).await.path(), "/login/totp", "{path}");
        }
    })
    .await;
}

fn action(name: &str) -> Vec<(String, String)> {
    vec![("action".into(), name.into())]
}

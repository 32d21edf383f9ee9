//! Recovery codes made anew: with a fresh proof, in force once they are kept, and then alone.

use harness::{Idp, Page, on_both};
use idp_core::clock::minutes;

use super::{signed_in, signed_in_with_an_app};

const PATH: &str = "/account/recovery-codes";

async fn signs_in_with(idp: &Idp, member: &harness::Member, code: &str) -> Page {
    let page = member.answers(&idp.browser().get("/login").await).await;
    assert_eq!(page.path(), "/login/totp", "{}", page.summary());
    page.follow("other-method").await.fill("recovery-code", code).submit("recovery-code-submit").await
}

#[tokio::test(flavor = "multi_thread")]
async fn new_codes_take_the_place_of_the_old_once_they_are_kept() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in_with_an_app(&idp, "AC-8001").await;
        let old = member.recovery_codes();
        let page = browser.get(PATH).await;
        let page = member.walks_to(page, PATH).await;
        let new = page.items_of("recovery-codes");
        assert_eq!(new.len(), 10);
        assert!(new.iter().all(|code| !old.contains(code)));
        assert_eq!(page.reload().await.items_of("recovery-codes"), new, "the page loaded again shows the same ones");
        let text = browser.get("/account/recovery-codes.txt").await;
        assert!(new.iter().all(|code| text.body.contains(code.as_str())), "{}", text.body);

        assert_eq!(signs_in_with(&idp, &member, &old[0]).await.name(), "account", "the old ones work until then");
        let refused = signs_in_with(&idp, &member, &new[0]).await;
        assert_eq!(refused.error_code().as_deref(), Some("recovery_code_wrong"), "{}", refused.summary());
        let page = page.submit("recovery-codes-kept").await;
        assert_eq!(page.path(), "/account/methods", "{}", page.summary());

        assert_eq!(signs_in_with(&idp, &member, &new[0]).await.name(), "account");
        let refused = signs_in_with(&idp, &member, &old[1]).await;
        assert_eq!(refused.error_code().as_deref(), Some("recovery_code_wrong"), "{}", refused.summary());
        idp.mailbox().mail_to(&member.mail, "予備コードを作りました").await;
        assert_eq!(idp.events_of(&member, "recovery_codes_made").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_proof_shows_no_codes_and_keeps_none() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in_with_an_app(&idp, "AC-8002").await;
        let shown = member.walks_to(browser.get(PATH).await, PATH).await;
        idp.advance(minutes(12));
        let page = shown.submit("recovery-codes-kept").await;
        assert_eq!(page.path(), "/login/totp", "{}", page.summary());
        assert_eq!(browser.get(PATH).await.path(), "/login/totp");
        assert_eq!(idp.browser().get(PATH).await.path(), "/login");
        assert_eq!(idp.events_of(&member, "recovery_codes_made").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_are_shown_to_their_member_in_this_browser_alone() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in_with_an_app(&idp, "AC-8003").await;
        let page = member.walks_to(browser.get(PATH).await, PATH).await;
        let codes = page.items_of("recovery-codes");
        let other = idp.browser();
        let stranger = idp.member(harness::MemberSeed::new("AC-8004")).await;
        stranger.walks(other.get("/login").await).await;
        let elsewhere = idp.browser();
        member.walks(elsewhere.get("/login").await).await;
        for browser in [&other, &elsewhere, &idp.browser()] {
            let text = browser.get("/account/recovery-codes.txt").await;
            assert!(codes.iter().all(|code| !text.body.contains(code.as_str())), "{}", text.summary());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_mailed_codes_alone_can_have_them_too_and_is_told_what_happened() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, _, browser) = signed_in(&idp, "AC-8005").await;
        let page = browser.get(PATH).await;
        assert_eq!(page.items_of("recovery-codes").len(), 10, "{}", page.summary());
        page.submit("recovery-codes-kept").await;
        let history = browser.get("/account/history").await;
        assert!(history.body.contains("新しい予備コードを保管しました"), "{}", history.body);
    })
    .await;
}

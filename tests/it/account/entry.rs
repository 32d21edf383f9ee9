//! Who may see a page, and what is asked before a change.

use harness::{Idp, MemberSeed, on_both};
use idp_core::clock::minutes;

use super::{signed_in, signed_in_with_an_app};

const PAGES: [&str; 8] = [
    "/account",
    "/account/methods",
    "/account/sessions",
    "/account/password",
    "/account/mail",
    "/account/applications",
    "/account/history",
    "/account/print",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_member_without_a_session_signs_in_and_lands_on_the_page_they_opened() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, _) = signed_in(&idp, "AC-1001").await;
        for path in PAGES {
            let page = idp.browser().get(path).await;
            assert_eq!(page.path(), "/login", "{path}: {}", page.summary());
            let page = member.walks_to(page, path).await;
            assert_eq!((page.status, page.error_code()), (200, None), "{}", page.summary());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn before_a_change_the_password_is_asked_again_after_five_minutes() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in(&idp, "AC-1002").await;
        assert_eq!(browser.get("/account/password").await.path(), "/account/password");

        idp.advance(minutes(6));
        for path in ["/account", "/account/methods", "/account/sessions", "/account/history"] {
            assert_eq!(browser.get(path).await.path(), path, "looking needs no proof");
        }
        let page = browser.get("/account/password").await;
        assert_eq!(page.path(), "/login", "{}", page.summary());
        assert_eq!(page.attribute_of("username", "value").as_deref(), Some("AC-1002"));
        let wrong = member.types_password(&page, "not the password").await;
        assert_eq!(wrong.error_code().as_deref(), Some("wrong_credentials"));
        let page = member.types_password(&wrong, &member.password).await;
        assert_eq!(page.path(), "/account/password", "the mailed code counts still: {}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn before_a_change_whoever_has_an_app_shows_it() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in_with_an_app(&idp, "AC-1003").await;
        idp.advance(minutes(6));

        let page = browser.get("/account/mail").await;
        assert_eq!(page.path(), "/login/totp", "{}", page.summary());
        let page = page.fill("totp-code", &member.app_code()).submit("totp-submit").await;
        assert_eq!(page.path(), "/account/mail", "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_with_an_old_proof_is_not_made() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in(&idp, "AC-1004").await;
        let form = browser.get("/account/password").await;
        idp.advance(minutes(20));

        let password = "kawa-no-nagare-to-hashi-74";
        let answer = form.fill("new-password", password).fill("new-password-confirm", password);
        let answer = answer.submit("password-submit").await;

        assert_eq!(answer.path(), "/login", "{}", answer.summary());
        let page = member.types_password(&idp.browser().get("/login").await, password).await;
        assert_eq!(page.error_code().as_deref(), Some("wrong_credentials"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_members_in_one_browser_each_sees_their_own() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (first, _, browser) = signed_in(&idp, "AC-1005").await;
        let second = idp.member(MemberSeed::new("AC-1006")).await;
        second.walks(idp.browser().get("/login").await).await;
        idp.advance(minutes(6));
        let page = browser.get("/account/password").await;

        let page = second.walks_to(second.types_password(&page, &second.password).await, "/account/password").await;

        assert!(page.body.contains("AC-1006") && !page.body.contains("AC-1005"), "{}", page.body);
        let password = "hato-to-mame-no-kinyobi-51";
        let answer = page.fill("new-password", password).fill("new-password-confirm", password);
        assert_eq!(answer.submit("password-submit").await.path(), "/account");
        let page = first.types_password(&idp.browser().get("/login").await, &first.password).await;
        assert_eq!(page.path(), "/login/mail-code", "the first one's password is what it was: {}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_language_holds_for_pages_and_mails() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _, browser) = signed_in(&idp, "AC-1007").await;

        let page = browser.get("/account").await.fill("language", "en").submit("language-submit").await;

        assert!(page.body.contains("<html lang=\"en\""), "{}", page.body);
        assert_eq!(idp.record_of("AC-1007").await.member.language.map(|language| language.tag()), Some("en"));
        for nonsense in ["", "xx", "ja\r\n"] {
            let page = browser.get("/account").await.fill("language", nonsense).submit("language-submit").await;
            assert_eq!((page.path(), page.status), ("/account", 200));
        }
        assert_eq!(idp.events_of(&member, "language_chosen").await, 1);
    })
    .await;
}

//! A lock-out and its ways out: mail, a letter, a browser used before, the operator. Everybody shares one limit, too.

use harness::{Browser, Idp, Member, MemberSeed, Page, Portal, on_both};
use idp_core::admin;
use idp_core::clock::minutes;
use idp_core::user_id::UserId;

async fn settled(idp: &Idp, user_id: &str) -> (Member, Portal) {
    let (member, portal) = (idp.member(MemberSeed::new(user_id)).await, idp.portal().await);
    member.signs_in(&idp.browser(), &portal).await;
    (member, portal)
}

/// A stranger guesses until the account rests.
async fn locks(idp: &Idp, user_id: &str) -> Page {
    let mut page = idp.browser().get("/login").await;
    for _ in 0..10 {
        page = guesses(&page, user_id, "a wrong guess").await;
    }
    assert_eq!(page.error_code().as_deref(), Some("locked"), "{}", page.summary());
    page
}

async fn guesses(page: &Page, user_id: &str, password: &str) -> Page {
    page.fill("username", user_id).fill("password", password).submit("login-submit").await
}

async fn unlocks_by_mail(idp: &Idp, member: &Member, locked: &Page) -> Page {
    let page = locked.follow("locked-unlock").await;
    let waiting = page.fill("username", &member.user_id).submit("unlock-submit").await;
    assert_eq!(waiting.path(), "/login/forgotten-sent", "{}", waiting.summary());
    let code = idp.mailbox().code_to(&member.mail).await;
    waiting.fill("mail-code", &code).submit("mail-code-submit").await
}

async fn tries(browser: Browser, member: &Member) -> Page {
    member.types_password(&browser.get("/login").await, &member.present_password()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailed_code_ends_the_lock_out_for_good_in_the_browser_that_asked() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = settled(&idp, "UL-1").await;
        locks(&idp, "UL-1").await;
        let browser = idp.browser();
        let locked = tries(browser.clone(), &member).await;
        assert_eq!(locked.error_code().as_deref(), Some("locked"));

        let page = unlocks_by_mail(&idp, &member, &locked).await;
        assert_eq!((page.path(), page.error_code()), ("/login", None), "{}", page.summary());
        assert!(browser.cookie("session").is_none(), "no session comes of it");
        let page = member.types_password(&page, &member.password).await;
        assert_eq!(page.path(), "/login/mail-code", "{}", page.summary());

        locks(&idp, "UL-1").await;
        let page = browser.get(&portal.asks_with(&[("prompt", "login")]).url).await;
        let page = member.types_password(&page, &member.password).await;
        assert_eq!(page.path(), "/login/mail-code", "a stranger's guesses no longer matter: {}", page.summary());
        assert_eq!(idp.events_of(&member, "member_unlocked").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailed_link_ends_the_lock_out_too() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _) = settled(&idp, "UL-2").await;
        let locked = locks(&idp, "UL-2").await;
        let page = locked.follow("locked-unlock").await;
        let waiting = page.fill("username", "UL-2").submit("unlock-submit").await;
        let link = idp.mailbox().link_to(&member.mail).await;

        let phone = idp.browser();
        phone.get(&link).await.submit("mail-verify-submit").await;

        assert!(phone.cookie("session").is_none());
        assert_eq!(waiting.follow("mail-refresh").await.path(), "/login");
        let page = tries(idp.browser(), &member).await;
        assert_eq!(page.path(), "/login/mail-code", "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_letter_gets_in_whatever_rests() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("UL-3")).await;
        let other = idp.member(MemberSeed::new("UL-4")).await;
        locks(&idp, "UL-3").await;

        let foreign = guesses(&idp.browser().get("/login").await, "UL-3", &other.initial_password()).await;
        assert_eq!(foreign.error_code().as_deref(), Some("locked"), "another member's letter");
        let page = tries(idp.browser(), &member).await;

        assert_eq!(page.path(), "/onboarding/birth-date", "{}", page.summary());
        let page = guesses(&idp.browser().get("/login").await, "UL-3", "a wrong guess").await;
        assert_eq!(page.error_code().as_deref(), Some("wrong_credentials"), "the rest is over");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_together_has_so_many_wrong_guesses_in_a_minute() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| settings.wrong_guesses_per_minute = 15).await;
        let (member, portal) = (idp.member(MemberSeed::new("UL-5")).await, idp.portal().await);
        let known = idp.browser();
        member.signs_in(&known, &portal).await;
        idp.advance(minutes(1));

        let browser = idp.browser();
        let mut codes = Vec::new();
        for number in 0..16 {
            let page = browser.get("/login").await;
            codes.push(guesses(&page, &format!("somebody-{number}"), "wrong").await.error_code().unwrap());
        }
        assert_eq!(codes[..15], ["wrong_credentials"; 15]);
        assert_eq!(codes[15], "locked");
        let page = tries(idp.browser(), &member).await;
        assert_eq!(page.error_code().as_deref(), Some("locked"), "a browser that nobody knows waits, too");
        let page = known.get(&portal.asks_with(&[("prompt", "login")]).url).await;
        let page = member.types_password(&page, &member.password).await;
        assert_eq!(page.path(), "/login/mail-code", "a browser that is known does not");

        idp.advance(minutes(1));
        let page = tries(idp.browser(), &member).await;
        assert_eq!(page.path(), "/login/mail-code", "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn right_passwords_spend_nothing_of_what_everybody_has() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| settings.wrong_guesses_per_minute = 10).await;
        let (member, _) = settled(&idp, "UL-6").await;
        for _ in 0..15 {
            let page = tries(idp.browser(), &member).await;
            assert_eq!(page.path(), "/login/mail-code", "{}", page.summary());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_and_operator_release_an_app_that_rests() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("UL-7")).await.wanting_an_app();
        let portal = idp.portal().await;
        member.signs_in(&idp.browser(), &portal).await;
        for by_mail in [true, false] {
            idp.advance(minutes(2));
            let mut page = member.answers(&idp.browser().get(&portal.asks().url).await).await;
            let asked = page.clone();
            while page.error_code().as_deref() != Some("locked") {
                page = asked.fill("totp-code", "000000").submit("totp-submit").await;
            }
            if by_mail {
                unlocks_by_mail(&idp, &member, &page).await;
            } else {
                let id = UserId::parse("UL-7").unwrap().normal().clone();
                let change =
                    idp.operate(move |ctx| Box::pin(async move { admin::member::unlock(ctx, &id).await })).await;
                assert!(matches!(change, admin::member::Change::Changed(_)), "{change:?}");
            }
            let page = member.answers(&idp.browser().get(&portal.asks().url).await).await;
            assert!(member.answers(&page).await.arrival().is_some());
        }
        let unlock = async || {
            let id = UserId::parse("UL-7").unwrap().normal().clone();
            idp.operate(move |ctx| Box::pin(async move { admin::member::unlock(ctx, &id).await })).await
        };
        unlock().await;
        assert!(matches!(unlock().await, admin::member::Change::Unchanged(_)));
    })
    .await;
}

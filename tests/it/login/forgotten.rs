//! A forgotten password, a forgotten user id: answered alike for everybody, opened by the mailbox, and never stronger
//! than what the member has beside it.

use harness::{Browser, Idp, Member, MemberSeed, Page, Portal, on_both};
use idp_core::clock::minutes;

/// A password that replaces the forgotten one.
const NEW: &str = "asagao-to-himawari-no-hanataba";

async fn settled(idp: &Idp, user_id: &str) -> (Member, Portal) {
    let (member, portal) = (idp.member(MemberSeed::new(user_id)).await, idp.portal().await);
    member.signs_in(&idp.browser(), &portal).await;
    (member, portal)
}

/// From the portal to the page that waits for the mail.
async fn forgets(browser: &Browser, portal: &Portal, user_id: &str) -> Page {
    let page = browser.get(&portal.asks().url).await.follow("login-forgotten").await;
    let page = page.fill("username", user_id).submit("forgotten-submit").await;
    assert_eq!((page.path(), page.error_code()), ("/login/forgotten-sent", None), "{}", page.summary());
    page
}

async fn types_code(page: &Page, code: &str) -> Page {
    page.fill("mail-code", code).submit("mail-code-submit").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailed_code_leads_to_a_new_password_and_ends_everything_else() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (mut member, portal) = (idp.member(MemberSeed::new("FP-1")).await, idp.portal().await);
        let elsewhere = idp.browser();
        let (asked, arrival) = member.signs_in(&elsewhere, &portal).await;
        let tokens = portal.redeems(&asked, arrival.code()).await;
        let old = member.password.clone();

        let waiting = forgets(&idp.browser(), &portal, "ｆｐ－１").await;
        let code = idp.mailbox().code_to(&member.mail).await;
        let page = types_code(&waiting, &code).await;
        assert_eq!(page.path(), "/onboarding/password", "{}", page.summary());
        member.password = NEW.into();
        let page = member.answers(&page).await;

        assert!(!page.arrived().code().is_empty());
        assert_eq!(portal.userinfo(tokens.access_token()).await.0, 401);
        let silent = elsewhere.get(&portal.asks_with(&[("prompt", "none")]).url).await;
        assert_eq!(silent.arrived().get("error"), "login_required");
        idp.mailbox().mail_to(&member.mail, "パスワードが変更されました").await;
        let page = member.types_password(&idp.browser().get("/login").await, &old).await;
        assert_eq!(page.error_code().as_deref(), Some("wrong_credentials"));
        let page = member.types_password(&idp.browser().get("/login").await, NEW).await;
        assert_eq!(page.path(), "/login/mail-code", "{}", page.summary());
        let again = types_code(&waiting, &code).await;
        assert_ne!(again.path(), "/onboarding/password", "the code works once");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_works_on_another_device_which_gets_nothing_by_it() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = settled(&idp, "FP-2").await;
        let waiting = forgets(&idp.browser(), &portal, "FP-2").await;
        let link = idp.mailbox().link_to(&member.mail).await;
        let phone = idp.browser();

        let asked = phone.get(&link).await;
        assert_eq!(asked.text_of("match-number"), waiting.text_of("match-number"));
        assert_eq!(waiting.reload().await.path(), "/login/forgotten-sent", "opening the link changes nothing");
        let status = waiting.browser().get(&waiting.attribute_of("mail-waiting", "data-poll").unwrap()).await;
        assert_eq!(status.json()["verified"], false);
        let done = asked.submit("mail-verify-submit").await;

        assert_eq!(done.error_code(), None, "{}", done.summary());
        assert!(phone.cookie("session").is_none());
        assert_eq!(phone.get("/account").await.path(), "/login");
        let status = waiting.browser().get(&waiting.attribute_of("mail-waiting", "data-poll").unwrap()).await;
        assert_eq!(status.json()["verified"], true);
        let moved = waiting.follow("mail-refresh").await;
        assert_eq!(moved.path(), "/onboarding/password", "{}", moved.summary());
        let again = phone.get(&link).await;
        assert!(!again.has("mail-verify-submit"), "the link works once: {}", again.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_an_app_gives_its_code_or_one_from_paper_first() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let mut member = idp.member(MemberSeed::new("FP-3")).await.wanting_an_app();
        let portal = idp.portal().await;
        member.signs_in(&idp.browser(), &portal).await;
        idp.advance(minutes(2));

        let waiting = forgets(&idp.browser(), &portal, "FP-3").await;
        let page = types_code(&waiting, &idp.mailbox().code_to(&member.mail).await).await;
        assert_eq!(page.path(), "/login/totp", "{}", page.summary());
        for other in ["/onboarding/password", "/login/mail-code", "/onboarding/method", "/enrol/totp"] {
            assert_eq!(page.browser().get(other).await.path(), "/login/totp", "{other}");
        }
        let paper = page.follow("other-method").await;
        let page = paper.fill("recovery-code", &member.recovery_codes()[0]).submit("recovery-code-submit").await;
        assert_eq!(page.path(), "/onboarding/password", "{}", page.summary());
        member.password = NEW.into();
        assert!(member.answers(&page).await.arrival().is_some());

        let page = member.types_password(&idp.browser().get("/login").await, NEW).await;
        assert_eq!(page.path(), "/login/totp", "the app is still there: {}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_mail_voids_the_older_and_time_ends_both() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = settled(&idp, "FP-4").await;
        let waiting = forgets(&idp.browser(), &portal, "FP-4").await;
        let (code, link) = idp.mailbox().code_and_link_to(&member.mail).await;
        let early = waiting.submit("mail-resend").await;
        assert_eq!(early.error_code().as_deref(), Some("mail_too_often"), "{}", early.summary());
        idp.advance(minutes(1));

        let waiting = waiting.submit("mail-resend").await;
        assert_eq!(waiting.error_code(), None, "{}", waiting.summary());
        let (newer, newer_link) = idp.mailbox().code_and_link_to(&member.mail).await;
        let wrong = types_code(&waiting, &code).await;
        assert_eq!(wrong.error_code().as_deref(), Some("code_wrong"), "{}", wrong.summary());
        assert_eq!(idp.browser().get(&link).await.error_code().as_deref(), Some("expired"));

        idp.advance(minutes(11));
        let late = types_code(&waiting, &newer).await;
        assert_eq!(late.error_code().as_deref(), Some("code_expired"), "{}", late.summary());
        assert!(idp.browser().get(&newer_link).await.has("mail-verify-submit"), "the link is good for longer");
        idp.advance(minutes(20));
        assert_eq!(idp.browser().get(&newer_link).await.error_code().as_deref(), Some("expired"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_did_not_ask_stops_it() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = settled(&idp, "FP-5").await;
        let waiting = forgets(&idp.browser(), &portal, "FP-5").await;
        let (code, link) = idp.mailbox().code_and_link_to(&member.mail).await;

        let page = idp.browser().get(&link).await.submit("mail-not-me").await;

        assert_eq!(page.error_code(), None, "{}", page.summary());
        assert_eq!(types_code(&waiting, &code).await.path(), "/login");
        assert_eq!(idp.browser().get(&link).await.error_code().as_deref(), Some("expired"));
        assert_eq!(idp.events_of(&member, "mail_disowned").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_codes_spend_the_code_whoever_was_asked_for() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = settled(&idp, "FP-6").await;
        for id in ["FP-6", "nobody-at-all"] {
            let mut page = forgets(&idp.browser(), &portal, id).await;
            let mut codes = Vec::new();
            for _ in 0..6 {
                page = types_code(&page, "000000").await;
                codes.push(page.error_code().unwrap());
            }
            assert_eq!(codes, [["code_wrong"; 5].as_slice(), &["code_spent"]].concat(), "{id}");
        }
        let page = forgets(&idp.browser(), &portal, "FP-6").await;
        for typed in ["", "abc"] {
            assert!(types_code(&page, typed).await.error_code().is_some());
        }
        idp.mailbox().code_to(&member.mail).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_gets_mail_and_mails_are_limited_alike() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = settled(&idp, "FP-7").await;
        let disabled = idp.member(MemberSeed::new("FP-8")).await;
        disabled.signs_in(&idp.browser(), &portal).await;
        idp.disables("FP-8").await;
        let pending = idp.member(MemberSeed::new("FP-9").with_mail_on_file()).await;
        let before = [&disabled, &pending].map(|member| idp.mailbox().count_to(&member.mail));

        for id in ["FP-8", "FP-9", "nobody", "FP-7"] {
            forgets(&idp.browser(), &portal, id).await;
        }
        idp.mailbox().code_to(&member.mail).await;
        assert_eq!([&disabled, &pending].map(|member| idp.mailbox().count_to(&member.mail)), before);

        for id in ["FP-7", "nobody"] {
            for _ in 0..2 {
                forgets(&idp.browser(), &portal, id).await;
            }
            let page = idp.browser().get("/login/forgotten").await;
            let page = page.fill("username", id).submit("forgotten-submit").await;
            assert_eq!(page.error_code().as_deref(), Some("mail_too_often"), "{id}: {}", page.summary());
        }
        let page = idp.browser().get("/login/forgotten").await;
        let page = page.fill("username", " ").submit("forgotten-submit").await;
        assert_eq!(page.error_code().as_deref(), Some("user_id_missing"), "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn user_ids_go_to_the_address_that_was_proved_and_every_address_is_answered_alike() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _) = settled(&idp, "FP-10").await;
        let ask = async |address: &str| {
            let page = idp.browser().get("/login/forgotten").await.follow("forgotten-id").await;
            page.fill("mail", address).submit("forgotten-id-submit").await
        };

        let known = ask(&member.mail.to_uppercase().replace("@MAIL", "@mail")).await;
        let unknown = ask("stranger@mail.example").await;

        assert!(known.has("forgotten-id-sent") && unknown.has("forgotten-id-sent"), "{}", known.summary());
        assert_eq!(known.without_chance("x"), unknown.without_chance("x"));
        let mail = idp.mailbox().mail_to(&member.mail, "ユーザID").await;
        assert!(mail.text.contains("FP-10"), "{}", mail.text);
        assert_eq!(idp.mailbox().count_to("stranger@mail.example"), 0);
        assert_eq!(ask("no address").await.error_code().as_deref(), Some("mail_address_no_at"));
        for _ in 0..2 {
            ask("stranger@mail.example").await;
        }
        assert_eq!(ask("stranger@mail.example").await.error_code().as_deref(), Some("mail_too_often"));
    })
    .await;
}

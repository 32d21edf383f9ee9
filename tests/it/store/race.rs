//! Fifty at once: one winner. Two hundred guesses at once: ten are looked at.

use std::collections::HashSet;
use std::time::Duration;

use futures::future::join_all;
use harness::{Browser, Idp, Member, MemberSeed, Page, Portal, on_both, totp_at};

/// How many come at once.
const CROWD: usize = 50;

async fn settled(idp: &Idp, user_id: &str) -> (Member, Portal) {
    let (member, portal) = (idp.member(MemberSeed::new(user_id)).await, idp.portal().await);
    member.signs_in(&idp.browser(), &portal).await;
    (member, portal)
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_redemptions_of_a_code_have_one_winner_who_keeps_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("R-1")).await, idp.portal().await);
        let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;

        let answers = join_all((0..CROWD).map(|_| portal.redeems(&asked, arrival.code()))).await;

        let won: Vec<_> = answers.iter().filter(|tokens| tokens.status == 200).collect();
        assert_eq!(won.len(), 1, "{answers:?}");
        let lost = answers.iter().filter(|tokens| tokens.status == 400 && tokens.error() == "invalid_grant").count();
        assert_eq!(lost, CROWD - 1);
        assert_eq!(portal.userinfo(won[0].access_token()).await.0, 401, "a replay leaves nothing standing");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_new_passwords_by_one_letter_have_one_winner() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("R-2")).await;
        member.walks_to(idp.browser().get("/login").await, "/onboarding/password").await;
        let mut pages = Vec::new();
        for _ in 0..CROWD {
            pages.push(member.walks_to(idp.browser().get("/login").await, "/onboarding/password").await);
        }

        let answers = join_all(pages.iter().enumerate().map(|(number, page)| async move {
            let password = format!("hoshi-no-yoru-{number:02}-kazaguruma");
            let form = page.fill("new-password", &password).fill("new-password-confirm", &password);
            (number, form.submit("password-submit").await)
        }))
        .await;

        let ended = |path: &str| answers.iter().filter(|(_, page)| page.path() == path).collect::<Vec<_>>();
        let won = ended("/onboarding/complete");
        assert_eq!(won.len(), 1);
        assert_eq!(ended("/login").len(), CROWD - 1);
        let password = format!("hoshi-no-yoru-{:02}-kazaguruma", won[0].0);
        let page = member.types_password(&idp.browser().get("/login").await, &password).await;
        assert_eq!(page.path(), "/enrol/mail", "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_answers_with_one_mailed_code_give_one_authorization_code() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = settled(&idp, "R-3").await;
        let page = member.answers(&idp.browser().get(&portal.asks().url).await).await;
        let code = idp.mailbox().code_to(&member.mail).await;

        let answers = join_all((0..CROWD).map(|_| page.fill("mail-code", &code).submit("mail-code-submit"))).await;

        let arrived: HashSet<String> =
            answers.iter().filter_map(Page::arrival).map(|at| at.code().to_owned()).collect();
        assert_eq!(arrived.len(), 1);
        assert!(answers.iter().all(|page| page.status < 500));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn code_and_link_at_once_verify_the_address_once() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("R-4")).await;
        let waiting = member.walks_to(idp.browser().get("/login").await, "/onboarding/mail-sent").await;
        let (code, link) = idp.mailbox().code_and_link_to(&member.mail).await;
        let strangers = join_all((0..CROWD / 2).map(|_| {
            let (browser, link) = (idp.browser(), link.clone());
            async move { browser.get(&link).await }
        }))
        .await;

        let clicks = join_all(strangers.iter().map(|page| page.submit("mail-verify-submit")));
        let codes = join_all((0..CROWD / 2).map(|_| waiting.fill("mail-code", &code).submit("mail-code-submit")));
        let (clicks, codes) = futures::join!(clicks, codes);

        assert!(clicks.iter().chain(&codes).all(|page| page.status < 500));
        assert_eq!(waiting.reload().await.path(), "/onboarding/method");
        let events = idp.events_of(&member, "mail_verified").await;
        assert_eq!(events, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_answers_with_one_step_of_an_app_have_one_winner() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("R-5")).await.wanting_an_app();
        let portal = idp.portal().await;
        member.signs_in(&idp.browser(), &portal).await;
        idp.advance(Duration::from_secs(90));
        let mut pages = Vec::new();
        for _ in 0..CROWD {
            pages.push(member.answers(&idp.browser().get(&portal.asks().url).await).await);
        }
        let code = totp_at(&member.app_secret(), idp.seconds());

        let answers = join_all(pages.iter().map(|page| page.fill("totp-code", &code).submit("totp-submit"))).await;

        assert_eq!(answers.iter().filter(|page| page.arrival().is_some()).count(), 1);
        let replayed = answers.iter().filter(|page| page.error_code().as_deref() == Some("code_replayed")).count();
        assert_eq!(replayed, CROWD - 1);
    })
    .await;
}

/// A member with an app, at the page for recovery codes in so many browsers.
async fn before_the_codes(idp: &Idp, user_id: &str, browsers: usize) -> (Member, Vec<Page>) {
    let (member, portal) = (idp.member(MemberSeed::new(user_id)).await.wanting_an_app(), idp.portal().await);
    member.signs_in(&idp.browser(), &portal).await;
    let mut pages = Vec::new();
    for _ in 0..browsers {
        let page = member.answers(&idp.browser().get(&portal.asks().url).await).await;
        pages.push(page.follow("other-method").await);
    }
    (member, pages)
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_answers_with_one_recovery_code_have_one_winner() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, pages) = before_the_codes(&idp, "R-9", CROWD).await;
        let code = member.recovery_codes()[0].clone();

        let answers =
            join_all(pages.iter().map(|page| page.fill("recovery-code", &code).submit("recovery-code-submit"))).await;

        assert_eq!(answers.iter().filter(|page| page.arrival().is_some()).count(), 1);
        assert!(answers.iter().all(|page| page.status < 500));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_wrong_recovery_codes_at_once_no_more_than_five_are_looked_at() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, pages) = before_the_codes(&idp, "R-10", 1).await;
        let wrong = member.initial_password();

        let answers =
            join_all((0..200).map(|_| pages[0].fill("recovery-code", &wrong).submit("recovery-code-submit"))).await;

        let codes: Vec<_> = answers.iter().filter_map(Page::error_code).collect();
        let looked_at = codes.iter().filter(|code| *code == "recovery_code_wrong").count();
        assert!(looked_at <= 5, "{looked_at}");
        // All of them want the one member: a small machine answers some with 503, which looks at nothing either.
        let unlooked = codes.iter().filter(|code| ["locked", "busy"].contains(&code.as_str())).count();
        assert_eq!(looked_at + unlooked, 200, "{codes:?}");
        let right = pages[0].fill("recovery-code", &member.recovery_codes()[0]).submit("recovery-code-submit").await;
        assert_eq!(right.error_code().as_deref(), Some("locked"), "{}", right.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_who_keep_one_list_of_recovery_codes_keep_it_once() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("R-11")).await.wanting_an_app(), idp.portal().await);
        let page = member.walks_to(idp.browser().get(&portal.asks().url).await, "/enrol/recovery-codes").await;

        let answers = join_all((0..CROWD).map(|_| page.submit("recovery-codes-kept"))).await;

        assert!(answers.iter().all(|page| page.status < 500));
        assert_eq!(idp.events_of(&member, "recovery_codes_made").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn code_and_link_of_a_forgotten_password_at_once_are_answered_once() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = settled(&idp, "R-12").await;
        let page = idp.browser().get(&portal.asks().url).await.follow("login-forgotten").await;
        let waiting = page.fill("username", &member.user_id).submit("forgotten-submit").await;
        let (code, link) = idp.mailbox().code_and_link_to(&member.mail).await;
        let strangers = join_all((0..CROWD / 2).map(|_| {
            let (browser, link) = (idp.browser(), link.clone());
            async move { browser.get(&link).await }
        }))
        .await;

        let clicks = join_all(strangers.iter().map(|page| page.submit("mail-verify-submit")));
        let codes = join_all((0..CROWD / 2).map(|_| waiting.fill("mail-code", &code).submit("mail-code-submit")));
        let (clicks, codes) = futures::join!(clicks, codes);

        assert!(clicks.iter().chain(&codes).all(|page| page.status < 500));
        assert_eq!(waiting.reload().await.path(), "/onboarding/password");
        let answered = idp.done_events_of(&member, "rescue_answered").await;
        assert_eq!(answered, 1);
    })
    .await;
}

async fn guess(browser: Browser, member: &Member, password: &str) -> Page {
    member.types_password(&browser.get("/login").await, password).await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_wrong_passwords_at_once_no_more_than_ten_are_looked_at() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _) = settled(&idp, "R-6").await;

        let answers = join_all((0..200).map(|_| guess(idp.browser(), &member, "wrong"))).await;

        let codes: Vec<_> = answers.iter().filter_map(Page::error_code).collect();
        let looked_at = codes.iter().filter(|code| *code == "wrong_credentials").count();
        let locked = codes.iter().filter(|code| *code == "locked").count();
        assert!(looked_at <= 10, "{looked_at}");
        assert_eq!(looked_at + locked, 200, "{codes:?}");
        let right = guess(idp.browser(), &member, &member.password).await;
        assert_eq!(right.error_code().as_deref(), Some("locked"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_right_passwords_at_once_all_succeed() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, _) = settled(&idp, "R-7").await;

        let answers = join_all((0..10).map(|_| guess(idp.browser(), &member, &member.password))).await;

        assert!(answers.iter().all(|page| page.path() == "/login/mail-code" && page.error_code().is_none()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_last_guesses_at_a_birth_date_void_the_letter_once() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("R-8")).await;
        let page = member.walks_to(idp.browser().get("/login").await, "/onboarding/birth-date").await;

        let answers = join_all((0..CROWD).map(|number| {
            let day = format!("1975-03-{:02}", number % 28 + 1);
            let page = &page;
            async move { page.fill("birth-date", &day).submit("birth-date-submit").await }
        }))
        .await;

        assert_eq!(idp.events_of(&member, "birth_date_confirmed").await, 5, "no more than five are looked at");
        let voided = answers.iter().filter(|page| page.error_code().as_deref() == Some("letter_void")).count();
        assert_eq!(voided, 1);
        assert_eq!(idp.events_of(&member, "letter_voided").await, 1);
    })
    .await;
}

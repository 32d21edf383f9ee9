//! Recovery codes: kept at the set-up, used once each, read however they are typed, guessed at in vain.

use harness::{Idp, Member, MemberSeed, Page, Portal, on_both};
use idp_core::clock::minutes;
use idp_core::credential::Method;

/// A member with an app and ten codes on paper, and the portal.
async fn with_codes(idp: &Idp, user_id: &str) -> (Member, Portal) {
    let member = idp.member(MemberSeed::new(user_id)).await.wanting_an_app();
    let portal = idp.portal().await;
    member.signs_in(&idp.browser(), &portal).await;
    assert_eq!(member.recovery_codes().len(), 10);
    (member, portal)
}

/// The page that asks for a recovery code, reached as a member reaches it.
async fn asked_for_code(idp: &Idp, member: &Member, portal: &Portal) -> Page {
    let page = member.answers(&idp.browser().get(&portal.asks().url).await).await;
    assert_eq!(page.path(), "/login/totp", "{}", page.summary());
    page.follow("other-method").await
}

async fn types(page: &Page, code: &str) -> Page {
    page.fill("recovery-code", code).submit("recovery-code-submit").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_signs_in_once_and_says_so_honestly() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_codes(&idp, "RC-1").await;
        let code = member.recovery_codes()[3].clone();
        let asked = portal.asks();
        let page = member.answers(&idp.browser().get(&asked.url).await).await;
        let page = page.follow("other-method").await;
        assert_eq!((page.path(), page.name().as_str()), ("/login/recovery-code", "recovery-code"));

        let tokens = portal.redeems(&asked, types(&page, &code).await.arrived().code()).await;

        let claims = tokens.claims();
        assert_eq!(claims["acr"], "aal2");
        assert_eq!(claims["amr"], serde_json::json!(["pwd", "otp", "mfa"]));
        let notice = idp.mailbox().mail_to(&member.mail, "予備コードでログイン").await;
        assert!(notice.text.contains("残りは9個"), "{}", notice.text);
        let again = types(&asked_for_code(&idp, &member, &portal).await, &code).await;
        assert_eq!(again.error_code().as_deref(), Some("recovery_code_used"), "{}", again.summary());
        assert!(types(&again, &member.recovery_codes()[4]).await.arrival().is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_is_read_however_it_is_typed() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_codes(&idp, "RC-2").await;
        let wide = |code: &str| -> String {
            let one = |c: char| if c == '-' { 'ー' } else { char::from_u32(c as u32 + 0xfee0).unwrap() };
            code.chars().map(one).collect()
        };
        let codes = member.recovery_codes();
        let typed = [codes[0].to_lowercase(), codes[1].replace('-', "　"), wide(&codes[2]), codes[3].replace('-', "")];
        for typed in typed {
            let page = types(&asked_for_code(&idp, &member, &portal).await, &typed).await;
            assert!(page.arrival().is_some(), "{typed}: {}", page.summary());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_code_is_told_in_words_and_spends_no_guess() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_codes(&idp, "RC-3").await;
        let mut page = asked_for_code(&idp, &member, &portal).await;
        let slip = member.recovery_codes()[0].chars().rev().collect::<String>();
        let cases = [
            ("", "recovery_code_missing"),
            ("123456", "recovery_code_unreadable"),
            ("7K3M-XW9A-42HP-TCあR", "recovery_code_unreadable"),
            (slip.as_str(), "recovery_code_slip"),
        ];
        for _ in 0..3 {
            for (typed, code) in cases {
                page = types(&page, typed).await;
                assert_eq!(page.error_code().as_deref(), Some(code), "{typed}: {}", page.summary());
            }
        }
        assert!(types(&page, &member.recovery_codes()[0]).await.arrival().is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_codes_rest_and_the_app_still_gets_in() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_codes(&idp, "RC-4").await;
        let other = idp.member(MemberSeed::new("RC-5")).await.wanting_an_app();
        other.signs_in(&idp.browser(), &portal).await;
        let mut page = asked_for_code(&idp, &member, &portal).await;

        for foreign in &other.recovery_codes()[..4] {
            page = types(&page, foreign).await;
            assert_eq!(page.error_code().as_deref(), Some("recovery_code_wrong"), "{}", page.summary());
        }
        let held = types(&page, &other.recovery_codes()[4]).await;
        assert_eq!(held.error_code().as_deref(), Some("locked"), "{}", held.summary());
        let right = types(&page, &member.recovery_codes()[0]).await;
        assert_eq!(right.error_code().as_deref(), Some("locked"), "the right code while it rests");

        let app = page.follow("back-to-method").await;
        assert!(member.answers(&app).await.arrival().is_some());
        idp.advance(minutes(1));
        let page = types(&asked_for_code(&idp, &member, &portal).await, &member.recovery_codes()[0]).await;
        assert!(page.arrival().is_some(), "{}", page.summary());
        let foreign = types(&asked_for_code(&idp, &other, &portal).await, &other.recovery_codes()[0]).await;
        assert!(foreign.arrival().is_some(), "wrong elsewhere, right here: {}", foreign.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_for_those_who_have_codes_left() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("RC-6")).await, idp.portal().await);
        member.signs_in(&idp.browser(), &portal).await;
        let page = member.answers(&idp.browser().get(&portal.asks().url).await).await;
        assert_eq!((page.path(), page.has("other-method")), ("/login/mail-code", false), "{}", page.summary());
        let page = page.browser().get("/login/recovery-code").await;
        assert_eq!(page.path(), "/login/mail-code", "{}", page.summary());

        let member = idp.member(MemberSeed::new("RC-7")).await.wanting_an_app();
        member.signs_in(&idp.browser(), &portal).await;
        for code in member.recovery_codes() {
            let page = types(&asked_for_code(&idp, &member, &portal).await, &code).await;
            // With the last one used, new ones are offered before the portal is reached.
            let is_last = code == member.recovery_codes()[9];
            assert_eq!(page.path() == "/enrol/recovery-codes", is_last, "{}", page.summary());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_are_shown_the_same_until_they_are_kept_and_never_after() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("RC-8")).await.wanting_an_app(), idp.portal().await);
        let page = member.walks_to(idp.browser().get(&portal.asks().url).await, "/enrol/recovery-codes").await;
        let codes = page.items_of("recovery-codes");

        let again = page.reload().await;
        assert_eq!(again.items_of("recovery-codes"), codes);
        let text = page.browser().get(&page.attribute_of("recovery-codes-download", "href").unwrap()).await;
        assert!(codes.iter().all(|code| text.body.contains(code)), "{}", text.body);
        assert_eq!(text.header("cache-control"), "no-store");
        assert!(page.submit("recovery-codes-kept").await.arrival().is_some());

        let later = page.browser().get("/enrol/recovery-codes").await;
        assert!(!codes.iter().any(|code| later.body.contains(code.as_str())), "{}", later.summary());
        let later = page.browser().get("/enrol/recovery-codes.txt").await;
        assert_eq!(later.error_code().as_deref(), Some("not_found"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_can_be_declined_and_are_not_offered_again() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("RC-9")).await.wanting_an_app(), idp.portal().await);
        let page = member.walks_to(idp.browser().get(&portal.asks().url).await, "/enrol/recovery-codes").await;

        assert!(page.submit("recovery-codes-skip").await.arrival().is_some());

        let page = member.walks(idp.browser().get(&portal.asks().url).await).await;
        assert!(page.arrival().is_some());
        assert!(member.recovery_codes().is_empty());
        assert_eq!(idp.events_of(&member, "recovery_codes_declined").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_realm_says_after_which_methods_codes_are_offered() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| settings.recovery_codes = vec![Method::Mail]).await;
        let portal = idp.portal().await;
        let by_app = idp.member(MemberSeed::new("RC-10")).await.wanting_an_app();
        by_app.signs_in(&idp.browser(), &portal).await;
        assert!(by_app.recovery_codes().is_empty());

        let by_mail = idp.member(MemberSeed::new("RC-11")).await;
        by_mail.signs_in(&idp.browser(), &portal).await;
        assert_eq!(by_mail.recovery_codes().len(), 10);
    })
    .await;
}

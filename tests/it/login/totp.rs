//! The code of an authenticator app: once, one step of drift, typed as people type it, five wrong ones in a row.

use std::time::Duration;

use harness::{Idp, Member, MemberSeed, Page, Portal, on_both, totp_at};

/// A member with an app, and the portal.
async fn with_an_app(idp: &Idp, user_id: &str) -> (Member, Portal) {
    let member = idp.member(MemberSeed::new(user_id)).await.wanting_an_app();
    let portal = idp.portal().await;
    member.signs_in(&idp.browser(), &portal).await;
    // Away from the step that the set-up used, and to the start of one.
    idp.advance(Duration::from_secs(120 - idp.seconds() % 30));
    (member, portal)
}

async fn asked_for_code(idp: &Idp, member: &Member, portal: &Portal) -> Page {
    let page = member.answers(&idp.browser().get(&portal.asks().url).await).await;
    assert_eq!(page.path(), "/login/totp", "{}", page.summary());
    page
}

async fn types(page: &Page, code: &str) -> Page {
    page.fill("totp-code", code).submit("totp-submit").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_accepted_once() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_an_app(&idp, "L-3001").await;
        let code = totp_at(&member.app_secret(), idp.seconds());
        let (one, other) = (asked_for_code(&idp, &member, &portal).await, asked_for_code(&idp, &member, &portal).await);

        assert!(!types(&one, &code).await.arrived().code().is_empty());
        let again = types(&other, &code).await;
        assert_eq!(again.error_code().as_deref(), Some("code_replayed"), "{}", again.summary());

        let older = totp_at(&member.app_secret(), idp.seconds() - 30);
        assert!(types(&again, &older).await.error_code().is_some(), "an older step after a newer one");
        idp.advance(Duration::from_secs(30));
        assert!(!types(&again, &totp_at(&member.app_secret(), idp.seconds())).await.arrived().code().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_of_the_set_up_does_not_sign_in() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("L-3002")).await.wanting_an_app();
        let portal = idp.portal().await;
        member.signs_in(&idp.browser(), &portal).await;
        let used = totp_at(&member.app_secret(), idp.seconds());

        let page = types(&asked_for_code(&idp, &member, &portal).await, &used).await;

        assert_eq!(page.error_code().as_deref(), Some("code_replayed"), "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_may_be_one_step_off_and_no_more() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_an_app(&idp, "L-3003").await;

        for (drift, is_taken) in [(-60, false), (60, false), (-30, true), (30, true)] {
            idp.advance(Duration::from_secs(300));
            let page = asked_for_code(&idp, &member, &portal).await;
            let seconds = idp.seconds().checked_add_signed(drift).unwrap();
            let page = types(&page, &totp_at(&member.app_secret(), seconds)).await;
            assert_eq!(page.arrival().is_some(), is_taken, "{drift}: {}", page.summary());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn full_width_digits_and_spaces_are_read() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_an_app(&idp, "L-3004").await;
        let wide = |code: &str| -> String {
            code.chars().map(|digit| char::from_u32(digit as u32 + 0xfee0).unwrap()).collect()
        };
        for spelling in ["A", "B", "C"] {
            idp.advance(Duration::from_secs(90));
            let page = asked_for_code(&idp, &member, &portal).await;
            let code = totp_at(&member.app_secret(), idp.seconds());
            let typed = match spelling {
                "A" => format!("{}　{}", wide(&code[..3]), wide(&code[3..])),
                "B" => format!(" {} {} ", &code[..3], &code[3..]),
                _ => format!("{}-{}", &code[..3], &code[3..]),
            };
            assert!(types(&page, &typed).await.arrival().is_some(), "{typed}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_codes_in_a_row_slow_the_app_down() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_an_app(&idp, "L-3005").await;
        let mut page = asked_for_code(&idp, &member, &portal).await;
        let wrong = totp_at(b"another secret altogether", idp.seconds());

        let mut codes = Vec::new();
        for _ in 0..6 {
            let answer = types(&page, &wrong).await;
            codes.push(answer.error_code().unwrap());
            if answer.has("totp-submit") {
                page = answer;
            }
        }
        assert_eq!(codes[..4], ["code_wrong"; 4]);
        assert_eq!(codes[5], "locked", "{codes:?}");
        let held = types(&page, &totp_at(&member.app_secret(), idp.seconds())).await;
        assert_eq!(held.error_code().as_deref(), Some("locked"), "the right code while it rests");

        idp.advance(Duration::from_secs(31 * 60));
        let page = asked_for_code(&idp, &member, &portal).await;
        let page = types(&page, &totp_at(&member.app_secret(), idp.seconds())).await;
        assert!(page.arrival().is_some(), "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_an_app_cannot_fall_back_to_mail() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_an_app(&idp, "L-3006").await;
        let page = asked_for_code(&idp, &member, &portal).await;

        let fallback = page.browser().get("/login/mail-code").await;

        assert_eq!(fallback.path(), "/login/totp", "{}", fallback.summary());
        let letter = idp.reissues_letter_to("L-3006").await;
        let page = member.types_password(&idp.browser().get("/login").await, &letter).await;
        assert_eq!(page.path(), "/login/totp", "a letter does not stand in for the app: {}", page.summary());
    })
    .await;
}

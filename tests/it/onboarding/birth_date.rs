//! The birth date: an extra check with five guesses a letter.

use harness::{Idp, MemberSeed, on_both};

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_birth_dates_over_browsers_and_restarts_void_the_letter() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("M-2001")).await;
        let (here, there) = (idp.browser(), idp.browser());

        let mut page = member.walks_to(here.get("/login").await, "/onboarding/birth-date").await;
        for day in ["1980-01-02", "昭和55年1月3日"] {
            page = page.fill("birth-date", day).submit("birth-date-submit").await;
            assert_eq!(page.error_code().as_deref(), Some("birth_date_wrong"));
        }
        idp.restart().await;
        let mut page = member.walks_to(there.get("/login").await, "/onboarding/birth-date").await;
        for day in ["19800104", "S55.1.5"] {
            page = page.fill("birth-date", day).submit("birth-date-submit").await;
            assert_eq!(page.error_code().as_deref(), Some("birth_date_wrong"));
        }
        let page = page.fill("birth-date", "1980/1/6").submit("birth-date-submit").await;
        assert_eq!(page.error_code().as_deref(), Some("letter_void"), "{}", page.summary());

        let page = member.types_password(&here.get("/login").await, &member.initial_password()).await;
        assert!(page.error_code().is_some(), "{}", page.summary());
        assert_eq!(page.path(), "/login");
        member.receives(idp.reissues_letter_to("M-2001").await);
        let page = member.walks_to(here.get("/login").await, "/onboarding/birth-date").await;
        assert_eq!(member.answers(&page).await.path(), "/onboarding/terms");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_is_no_date_costs_no_guess() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("M-2002")).await;
        let mut page = member.walks_to(idp.browser().get("/login").await, "/onboarding/birth-date").await;

        let absurd =
            ["", "きのう", "1980-02-30", "2999-01-01", "0001-01-01", "昭和65年1月1日", "1980-13-01", "-1", "𝟗𝟗"];
        for text in absurd.into_iter().chain([&*"9".repeat(5_000)]) {
            page = page.fill("birth-date", text).submit("birth-date-submit").await;
            let code = page.error_code().unwrap_or_else(|| panic!("{text}: {}", page.summary()));
            assert!(code.starts_with("birth_date_") && code != "birth_date_wrong", "{text}: {code}");
        }

        assert_eq!(member.answers(&page).await.path(), "/onboarding/terms");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_birth_date_is_not_asked_before_the_initial_password_was_right() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("M-2003")).await;
        let browser = idp.browser();
        let login = browser.get("/login").await;

        let mut fields = login.hidden();
        fields.push(("birth-date".into(), member.birth_date.clone()));
        fields.push(("action".into(), "check".into()));
        let page = browser.post("/onboarding/birth-date", &fields).await;

        assert_ne!(page.path(), "/onboarding/terms", "{}", page.summary());
        assert!(idp.record_of("M-2003").await.member.birth_date_confirmed_at.is_none());
    })
    .await;
}

//! The whole way, page by page.

use harness::{Idp, Member, MemberSeed, Page, on_both};
use idp_core::realm::EnrolAt;

/// Answers page after page and notes their paths, until the portal is reached.
async fn walk(member: &Member, mut page: Page) -> (Vec<String>, Page) {
    let mut paths = Vec::new();
    while page.arrival().is_none() {
        assert!(paths.len() < 20, "the journey does not end: {paths:?}");
        assert_eq!(page.error_code(), None, "{}", page.summary());
        paths.push(page.path().to_owned());
        page = member.answers(&page).await;
    }
    (paths, page)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_leads_to_the_portal_with_mailed_codes() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("M-1001")).await, idp.portal().await);
        let (browser, asked) = (idp.browser(), portal.asks());

        let (paths, last) = walk(&member, browser.get(&asked.url).await).await;

        let expected = [
            "/login",
            "/onboarding/birth-date",
            "/onboarding/terms",
            "/onboarding/mail",
            "/onboarding/mail-sent",
            "/onboarding/method",
            "/onboarding/password",
            "/onboarding/complete",
            "/signed-out",
            "/login",
            "/enrol/mail",
        ];
        assert_eq!(paths, expected);
        let arrival = last.arrived();
        assert_eq!(arrival.get("state"), asked.state);
        assert_eq!(arrival.get("iss"), idp.origin());
        let tokens = portal.redeems(&asked, arrival.code()).await;
        assert_eq!(tokens.claims()["acr"], "aal1");

        let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;
        let tokens = portal.redeems(&asked, arrival.code()).await;
        let (_, info) = portal.userinfo(tokens.access_token()).await;
        assert_eq!(info["preferred_username"], "M-1001");
        assert_eq!(info["birthdate"], "1980-01-01");
        assert_eq!((&info["email"], &info["email_verified"]), (&member.mail.as_str().into(), &true.into()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_leads_to_the_portal_with_an_app() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("M-1002")).await.wanting_an_app();
        let (portal, browser) = (idp.portal().await, idp.browser());
        let asked = portal.asks();

        let (paths, last) = walk(&member, browser.get(&asked.url).await).await;

        assert_eq!(paths[8..], ["/signed-out", "/login", "/enrol/totp", "/enrol/recovery-codes"]);
        let tokens = portal.redeems(&asked, last.arrived().code()).await;
        assert_eq!(tokens.claims()["acr"], "aal2");

        let other = idp.browser();
        let asked = portal.asks();
        let (paths, last) = walk(&member, other.get(&asked.url).await).await;
        assert_eq!(paths, ["/login", "/login/totp"]);
        assert_eq!(portal.redeems(&asked, last.arrived().code()).await.claims()["acr"], "aal2");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_realm_may_have_the_method_set_up_in_the_same_sitting() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| settings.enrol_at = EnrolAt::SameSitting).await;
        let member = idp.member(MemberSeed::new("M-1003")).await.wanting_an_app();
        let portal = idp.portal().await;
        let asked = portal.asks();

        let (paths, last) = walk(&member, idp.browser().get(&asked.url).await).await;

        assert_eq!(paths[7..], ["/onboarding/complete", "/enrol/totp", "/enrol/recovery-codes"]);
        assert_eq!(portal.redeems(&asked, last.arrived().code()).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_proof_of_the_address_is_given_again_before_a_method_is_set_up() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("M-1004")).await.wanting_an_app();
        let portal = idp.portal().await;
        let browser = idp.browser();
        let page = member.walks_to(browser.get(&portal.asks().url).await, "/signed-out").await;
        assert_eq!(page.name(), "signed-out");
        member.has_lunch();

        let (paths, _) = walk(&member, browser.get(&portal.asks().url).await).await;

        assert_eq!(paths, ["/login", "/login/mail-code", "/enrol/totp", "/enrol/recovery-codes"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_came_from_nowhere_ends_at_the_account() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("M-1005")).await;
        let browser = idp.browser();

        let page = member.walks(browser.get("/login").await).await;

        assert_eq!((page.name().as_str(), page.status), ("account", 200), "{}", page.summary());
        assert!(browser.cookie("session").is_some());
        let strange = idp.browser().get("/account").await;
        assert_eq!(strange.path(), "/login");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journey_can_be_typed_in_full_width() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("m-1006")).await;
        let letter = member.initial_password().to_lowercase().replace('-', "　");
        let page = idp.browser().get("/login").await;
        let page = page.fill("username", "Ｍ－１００６　").fill("password", &letter).submit("login-submit").await;
        assert_eq!(page.path(), "/onboarding/birth-date", "{}", page.summary());

        let page = page.fill("birth-date", "昭和５５年１月１日").submit("birth-date-submit").await;
        let page = page.submit("terms-accept").await;
        let page = page.fill("mail", "ｍ－１００６＠ｍａｉｌ．ｅｘａｍｐｌｅ").submit("mail-submit").await;
        assert_eq!(page.path(), "/onboarding/mail-sent", "{}", page.summary());
        let code = idp.mailbox().code_to("m-1006@mail.example").await;
        let wide = code.chars().map(|digit| char::from_u32(digit as u32 + 0xfee0).unwrap());
        let wide = wide.collect::<String>();
        let typed = format!("{}　{}", &wide[..9], &wide[9..]);
        let page = page.fill("mail-code", &typed).submit("mail-code-submit").await;

        assert_eq!(page.path(), "/onboarding/method", "{}", page.summary());
    })
    .await;
}

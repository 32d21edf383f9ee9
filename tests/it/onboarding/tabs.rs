//! Two tabs, two members in one browser, the back button.

use harness::{Idp, MemberSeed, on_both};

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_form_answers_with_the_page_owed() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("M-6001")).await, idp.portal().await);
        let mut page = member.answers(&idp.browser().get(&portal.asks().url).await).await;

        while page.path() != "/onboarding/complete" {
            let next = member.answers(&page).await;
            let again = match page.path() {
                "/onboarding/terms" => page.submit("terms-accept").await,
                "/onboarding/mail-sent" => page.fill("mail-code", "123456").submit("mail-code-submit").await,
                "/onboarding/password" => {
                    page.fill("new-password", "another one entirely").submit("password-submit").await
                }
                _ => member.answers(&page).await,
            };
            assert_eq!((again.path(), again.error_code()), (next.path(), None), "{}", again.summary());
            page = next;
        }
        let page = member.walks(page).await;
        assert!(!page.arrived().code().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_of_one_request_give_one_code() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("M-6002")).await, idp.portal().await);
        member.signs_in(&idp.browser(), &portal).await;
        let browser = idp.browser();
        let one = member.answers(&browser.get(&portal.asks().url).await).await;
        let other = one.clone();

        let arrived = member.answers(&one).await;
        let late = other.fill("mail-code", "123456").submit("mail-code-submit").await;

        assert!(!arrived.arrived().code().is_empty());
        assert!(late.arrival().is_none(), "{}", late.summary());
        assert_eq!((late.name().as_str(), late.error_code().as_deref()), ("error", Some("expired")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_members_in_one_browser_each_get_their_own_answer() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (one, other) = (idp.member(MemberSeed::new("M-6003")).await, idp.member(MemberSeed::new("M-6004")).await);
        let (portal, browser) = (idp.portal().await, idp.browser());
        let (asked_one, asked_other) = (portal.asks(), portal.asks());

        let mut tab_one = browser.get(&asked_one.url).await;
        let mut tab_other = browser.get(&asked_other.url).await;
        // Each portal redeems at once: whoever arrives later takes the browser over, and what the first one had ends.
        for _ in 0..20 {
            for (tab, member, asked, id) in
                [(&mut tab_one, &one, &asked_one, "M-6003"), (&mut tab_other, &other, &asked_other, "M-6004")]
            {
                if tab.arrival().is_some() {
                    continue;
                }
                *tab = member.answers(tab).await;
                if let Some(arrival) = tab.arrival() {
                    let tokens = portal.redeems(asked, arrival.code()).await;
                    assert_eq!(portal.userinfo(tokens.access_token()).await.1["preferred_username"], id);
                }
            }
        }
        assert!(tab_one.arrival().is_some() && tab_other.arrival().is_some());
        let mails = [idp.record_of("M-6003").await, idp.record_of("M-6004").await]
            .map(|record| record.member.verified_mail().unwrap().as_typed().to_owned());
        assert_eq!(mails, [one.mail.clone(), other.mail.clone()]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_one_members_interaction_never_works_in_another_browser() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (one, other) = (idp.member(MemberSeed::new("M-6005")).await, idp.member(MemberSeed::new("M-6006")).await);
        let page_of_one = one.walks_to(idp.browser().get("/login").await, "/onboarding/terms").await;
        let theirs = idp.browser();
        other.walks_to(theirs.get("/login").await, "/onboarding/birth-date").await;

        let answer = theirs.post("/onboarding/terms", &page_of_one.fields("terms-accept")).await;

        assert_eq!(answer.error_code().as_deref(), Some("stale_form"), "{}", answer.summary());
        assert_eq!(idp.record_of("M-6005").await.terms_accepted, 0);
        assert_eq!(idp.record_of("M-6006").await.terms_accepted, 0);
    })
    .await;
}

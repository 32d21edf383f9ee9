//! Sign-out that starts at the portal.

use futures::FutureExt;
use harness::{Browser, Idp, Member, MemberSeed, Portal, Tokens, on_both};
use idp_core::admin::realm;

async fn signed_in(idp: &Idp, member: &Member, portal: &Portal) -> (Browser, Tokens) {
    let browser = idp.browser();
    let (asked, arrival) = member.signs_in(&browser, portal).await;
    (browser, portal.redeems(&asked, arrival.code()).await)
}

async fn is_signed_in(browser: &Browser, portal: &Portal) -> bool {
    let arrival = browser.get(&portal.asks_with(&[("prompt", "none")]).url).await.arrived();
    arrival.get("error").is_empty()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_hint_signs_out_at_once_and_leads_back_with_state() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("E-1001")).await, idp.portal().await);
        let (browser, tokens) = signed_in(&idp, &member, &portal).await;

        let url = portal.end_session_url(&[
            ("id_token_hint", tokens.id_token()),
            ("post_logout_redirect_uri", &portal.post_logout_redirect_uri),
            ("state", "bye & thanks"),
        ]);
        let arrival = browser.get(&url).await.arrived();

        assert!(arrival.url.as_str().starts_with(&portal.post_logout_redirect_uri), "{}", arrival.url);
        assert_eq!(arrival.get("state"), "bye & thanks");
        assert!(!is_signed_in(&browser, &portal).await);
        assert_eq!(portal.userinfo(tokens.access_token()).await.0, 401);
        assert!(browser.cookie("session").is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_good_hint_or_a_registered_address_the_member_is_asked() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("E-1002")).await, idp.portal().await);
        let other = idp.member(MemberSeed::new("E-1003")).await;
        let (browser, tokens) = signed_in(&idp, &member, &portal).await;
        let (_, foreign) = signed_in(&idp, &other, &portal).await;

        let back = portal.post_logout_redirect_uri.as_str();
        for params in [
            vec![],
            vec![("post_logout_redirect_uri", back)],
            vec![("id_token_hint", "a.b.c"), ("post_logout_redirect_uri", back)],
            vec![("id_token_hint", tokens.access_token()), ("post_logout_redirect_uri", back)],
            vec![("id_token_hint", foreign.id_token()), ("post_logout_redirect_uri", back)],
            vec![("id_token_hint", tokens.id_token()), ("post_logout_redirect_uri", "https://evil.example/")],
            vec![("id_token_hint", tokens.id_token()), ("client_id", "other")],
            vec![("id_token_hint", tokens.id_token()), ("state", "1"), ("state", "2")],
        ] {
            let page = browser.get(&portal.end_session_url(&params)).await;
            assert_eq!(page.name(), "logout", "{params:?}: {}", page.summary());
            assert!(is_signed_in(&browser, &portal).await, "{params:?}");
        }
        let page = browser.get(&portal.end_session_url(&[])).await;
        page.submit("logout-cancel").await;
        assert!(is_signed_in(&browser, &portal).await);
        let page = browser.get(&portal.end_session_url(&[])).await.submit("logout-confirm").await;
        assert_eq!(page.name(), "signed-out", "{}", page.summary());
        assert!(!is_signed_in(&browser, &portal).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_hint_without_an_address_ends_on_our_own_page() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("E-1004")).await, idp.portal().await);
        let (browser, tokens) = signed_in(&idp, &member, &portal).await;

        let page = browser.get(&portal.end_session_url(&[("id_token_hint", tokens.id_token())])).await;

        assert_eq!(page.name(), "signed-out", "{}", page.summary());
        assert!(!is_signed_in(&browser, &portal).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_in_one_browser_leaves_the_other_signed_in() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("E-1005")).await, idp.portal().await);
        let (one, _) = signed_in(&idp, &member, &portal).await;
        let (other, _) = signed_in(&idp, &member, &portal).await;

        one.get("/logout").await.submit("logout-confirm").await;

        assert!(!is_signed_in(&one, &portal).await);
        assert!(is_signed_in(&other, &portal).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_realm_for_developers_says_why_the_member_is_asked_and_elsewhere_nothing_does() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("E-1006")).await, idp.portal().await);
        let other = idp.member(MemberSeed::new("E-1007")).await;
        let (browser, tokens) = signed_in(&idp, &member, &portal).await;
        let (_, foreign) = signed_in(&idp, &other, &portal).await;
        let cases = [
            (vec![], "id_token_hint", "§2, §6"),
            (vec![("id_token_hint", "a.b.c")], "id_token_hint", "§2, §4"),
            (vec![("id_token_hint", tokens.id_token()), ("client_id", "other")], "id_token_hint", "§2, §4"),
            (vec![("id_token_hint", foreign.id_token())], "id_token_hint", "§2, §4"),
            (
                vec![("id_token_hint", tokens.id_token()), ("post_logout_redirect_uri", "https://evil.example/")],
                "post_logout_redirect_uri",
                "Logout §3",
            ),
            (vec![("state", "1"), ("state", "2")], "(all)", "RFC 6749 §3.1"),
        ];
        for (params, _, _) in &cases {
            let page = browser.get(&portal.end_session_url(params)).await;
            assert_eq!((page.name().as_str(), page.has("refusal-explained")), ("logout", false), "{params:?}");
        }
        let asked = browser.get("/logout?doubt=no_hint").await;
        assert!(!asked.has("refusal-explained"), "nor to whoever asks for it");

        let shown = vec!["refusal_details=shown_to_everyone".parse().unwrap()];
        idp.operate(|ctx| realm::set(ctx, shown).boxed()).await;
        for (params, parameter, section) in &cases {
            let page = browser.get(&portal.end_session_url(params)).await;
            assert_eq!(page.name(), "logout", "{params:?}: {}", page.summary());
            assert_eq!(page.text_of("refusal-parameter").as_deref(), Some(*parameter), "{params:?}");
            assert!(page.text_of("refusal-section").unwrap().ends_with(section), "{params:?}");
            assert!(page.text_of("refusal-rule").unwrap().ends_with('.'));
        }
        assert!(!browser.get("/logout").await.has("refusal-explained"));
        assert!(!browser.get("/logout?doubt=else").await.has("refusal-explained"));
        browser.get("/logout?doubt=no_hint").await.submit("logout-confirm").await;
        assert!(!is_signed_in(&browser, &portal).await);
    })
    .await;
}

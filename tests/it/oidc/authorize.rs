//! The authorization endpoint: a page as long as the redirect URI is not trusted, an answer by redirect after that.

use std::time::Duration;

use harness::{Idp, MemberSeed, on_both};
use idp_core::clock::minutes;

#[tokio::test(flavor = "multi_thread")]
async fn a_client_or_redirect_uri_that_is_not_registered_gets_a_page_and_never_a_redirect() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        let browser = idp.browser();

        let near = [
            "https://portal.example/callback/",
            "https://portal.example/callback?x=1",
            "https://portal.example/CALLBACK",
            "https://portal.example:443/callback",
            "http://portal.example/callback",
            "https://portal.example.evil.example/callback",
            "https://portal.example@evil.example/callback",
            "https://evil.example/",
            "//portal.example/callback",
            "javascript:alert(1)",
            "",
        ];
        for uri in near {
            let page = browser.get(&portal.asks_with(&[("redirect_uri", uri)]).url).await;
            let shown = (page.status, page.name(), page.error_code());
            assert_eq!(shown, (400, "error".into(), Some("invalid_redirect_uri".into())), "{uri}");
            assert!(page.location().is_none(), "{uri}");
        }
        let page = browser.get(&portal.asks_with(&[("client_id", "nobody")]).url).await;
        assert_eq!((page.status, page.error_code().as_deref()), (400, Some("unknown_client")));
        let page = browser.get(&portal.asks_with(&[("client_id", "")]).url).await;
        assert_eq!((page.status, page.error_code().as_deref()), (400, Some("invalid_request")));
        let doubled = format!("{}&redirect_uri=https%3A%2F%2Fevil.example", portal.asks().url);
        assert_eq!(browser.get(&doubled).await.error_code().as_deref(), Some("invalid_redirect_uri"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_request_goes_back_with_state_and_issuer() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        let browser = idp.browser();

        for (change, error) in [
            (("response_type", ""), "invalid_request"),
            (("response_type", "token"), "unsupported_response_type"),
            (("scope", "profile"), "invalid_scope"),
            (("code_challenge", ""), "invalid_request"),
            (("code_challenge", "too-short"), "invalid_request"),
            (("code_challenge_method", "plain"), "invalid_request"),
            (("prompt", "none login"), "invalid_request"),
            (("max_age", "soon"), "invalid_request"),
            (("max_age", "-1"), "invalid_request"),
            (("response_mode", "smoke_signals"), "invalid_request"),
            (("request", "a.b.c"), "invalid_request_object"),
            (("request", "eyJhbGciOiJub25lIn0.e30."), "request_not_supported"),
            (("request_uri", "https://portal.example/r"), "invalid_request_uri"),
            (("prompt", "none"), "login_required"),
        ] {
            let asked = portal.asks_with(&[change]);
            let arrival = browser.get(&asked.url).await.arrived();
            assert_eq!(arrival.get("error"), error, "{change:?}: {}", arrival.url);
            assert_eq!((arrival.get("state"), arrival.get("iss")), (asked.state.as_str(), &*idp.origin()));
        }
        let doubled = format!("{}&nonce=again", portal.asks().url);
        assert_eq!(browser.get(&doubled).await.arrived().get("error"), "invalid_request");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_of_512_characters_comes_back_byte_for_byte() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("A-1001")).await, idp.portal().await);
        let state: String = "aZ9-._~ %&=+#?/\"<>健保😀".chars().cycle().take(512).collect();
        let asked = portal.asks_with(&[("state", &state)]);

        let arrival = member.walks(idp.browser().get(&asked.url).await).await.arrived();

        assert_eq!(arrival.get("state"), state);
        assert_eq!(arrival.url.as_str().split('?').next(), Some(portal.redirect_uri.as_str()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_session_answers_at_once_and_prompt_login_asks_again() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("A-1002")).await, idp.portal().await);
        let browser = idp.browser();
        member.signs_in(&browser, &portal).await;

        for prompt in ["", "none"] {
            let arrival = browser.get(&portal.asks_with(&[("prompt", prompt)]).url).await.arrived();
            assert!(!arrival.code().is_empty());
        }
        for prompt in ["login", "select_account"] {
            let page = browser.get(&portal.asks_with(&[("prompt", prompt)]).url).await;
            assert_eq!(page.path(), "/login", "{prompt}: {}", page.summary());
        }
        let asked = portal.asks_with(&[("prompt", "login")]);
        idp.advance(minutes(2));
        let arrival = member.walks(browser.get(&asked.url).await).await.arrived();
        let claims = portal.redeems(&asked, arrival.code()).await.claims();
        assert_eq!(claims["auth_time"], idp.now().seconds());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_older_than_max_age_is_asked_for_again() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("A-1003")).await, idp.portal().await);
        let browser = idp.browser();
        member.signs_in(&browser, &portal).await;
        idp.advance(Duration::from_secs(100));

        let arrival = browser.get(&portal.asks_with(&[("max_age", "100")]).url).await.arrived();
        assert!(!arrival.code().is_empty());
        let arrival = browser.get(&portal.asks_with(&[("max_age", "99"), ("prompt", "none")]).url).await.arrived();
        assert_eq!(arrival.get("error"), "login_required");
        let asked = portal.asks_with(&[("max_age", "99")]);
        let page = browser.get(&asked.url).await;
        assert_eq!(page.path(), "/login", "{}", page.summary());
        let arrival = member.walks(page).await.arrived();
        let claims = portal.redeems(&asked, arrival.code()).await.claims();
        assert_eq!(claims["auth_time"], idp.now().seconds());
        idp.advance(Duration::from_secs(1));
        let page = browser.get(&portal.asks_with(&[("max_age", "0")]).url).await;
        assert_eq!(page.path(), "/login", "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hints_fill_the_user_id_and_choose_the_language() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;

        let asked = portal.asks_with(&[("login_hint", "\"><b>A-1004"), ("ui_locales", "fr en")]);
        let page = idp.browser().get(&asked.url).await;
        assert_eq!(page.path(), "/login");
        assert_eq!(page.attribute_of("username", "value").as_deref(), Some("\"><b>A-1004"));
        assert!(page.body.contains("<html lang=\"en\""), "{}", page.body);
        let page = idp.browser().get(&portal.asks_with(&[("ui_locales", "fr")]).url).await;
        assert!(page.body.contains("<html lang=\"ja\""));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_posted_as_a_form_is_taken_too() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        let asked = url::Url::parse(&portal.asks().url).unwrap();
        let fields: Vec<(String, String)> =
            asked.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();

        let page = idp.browser().post("/authorize", &fields).await;

        assert_eq!((page.path(), page.error_code()), ("/login", None), "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unfinished_journey_answers_prompt_none_with_interaction_required_or_login_required() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("A-1005")).await, idp.portal().await);
        let browser = idp.browser();
        member.walks_to(browser.get(&portal.asks().url).await, "/onboarding/method").await;

        let arrival = browser.get(&portal.asks_with(&[("prompt", "none")]).url).await.arrived();

        assert!(["interaction_required", "login_required"].contains(&arrival.get("error")), "{}", arrival.url);
        assert_eq!(arrival.get("code"), "");
        assert!(browser.cookie("session").is_none());
    })
    .await;
}

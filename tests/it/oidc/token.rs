//! The token endpoint: each way to authenticate, and a code that works once, soon, for its own client.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use harness::{Idp, MemberSeed, on_both};
use idp_core::client::{AuthMethod, ClientSettings, Pkce};

#[tokio::test(flavor = "multi_thread")]
async fn each_way_of_authentication_redeems_a_code() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, browser) = (idp.member(MemberSeed::new("T-1001")).await, idp.browser());

        for method in [AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost, AuthMethod::None] {
            let portal = idp.portal_with(method.name(), |settings| settings.auth_method = method).await;
            let asked = portal.asks();
            let arrival = member.walks(browser.get(&asked.url).await).await.arrived();
            let tokens = portal.redeems(&asked, arrival.code()).await;

            assert_eq!(tokens.status, 200, "{}: {}", method.name(), tokens.json);
            assert_eq!(tokens.json["token_type"], "Bearer");
            assert_eq!(tokens.json["expires_in"], 600);
            assert_eq!(tokens.json["scope"], "openid profile email");
            assert_eq!(tokens.claims()["aud"], method.name());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_proves_itself_another_way_or_not_at_all_gets_nothing_and_the_code_lives_on() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("T-1002")).await, idp.portal().await);
        let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;

        let mut wrong = portal.clone();
        wrong.secret = Some("guessed".into());
        let answer = wrong.redeems(&asked, arrival.code()).await;
        assert_eq!((answer.status, answer.error()), (401, "invalid_client"));
        wrong = portal.clone();
        wrong.auth_method = AuthMethod::ClientSecretPost;
        assert_eq!(wrong.redeems(&asked, arrival.code()).await.error(), "invalid_client");
        wrong.auth_method = AuthMethod::None;
        assert_eq!(wrong.redeems(&asked, arrival.code()).await.error(), "invalid_client");
        wrong = portal.clone();
        wrong.client_id = "nobody".into();
        assert_eq!(wrong.redeems(&asked, arrival.code()).await.error(), "invalid_client");

        assert_eq!(portal.redeems(&asked, arrival.code()).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_code_revokes_its_tokens() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("T-1003")).await, idp.portal().await);
        let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;
        let tokens = portal.redeems(&asked, arrival.code()).await;
        assert_eq!(portal.userinfo(tokens.access_token()).await.0, 200);

        let again = portal.redeems(&asked, arrival.code()).await;

        assert_eq!((again.status, again.error()), (400, "invalid_grant"));
        assert_eq!(portal.userinfo(tokens.access_token()).await.0, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_lives_for_a_minute() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("T-1004")).await, idp.portal().await);
        let browser = idp.browser();
        let (asked, arrival) = member.signs_in(&browser, &portal).await;
        idp.advance(Duration::from_secs(61));
        let late = portal.redeems(&asked, arrival.code()).await;
        assert_eq!((late.status, late.error()), (400, "invalid_grant"));

        let (asked, arrival) = member.signs_in(&browser, &portal).await;
        idp.advance(Duration::from_secs(59));
        assert_eq!(portal.redeems(&asked, arrival.code()).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_worth_nothing_to_another_client_and_stays_good_for_its_own() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("T-1005")).await, idp.portal().await);
        let other = idp.portal_with("other", |_| {}).await;
        let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;

        let stolen = other.redeems(&asked, arrival.code()).await;

        assert_eq!((stolen.status, stolen.error()), (400, "invalid_grant"));
        assert_eq!(portal.redeems(&asked, arrival.code()).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn verifier_and_redirect_uri_must_fit() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("T-1006")).await, idp.portal().await);
        let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;
        let foreign = portal.asks().verifier;

        for verifier in ["", "short", &foreign, &"a".repeat(129)] {
            let refused = portal.redeems_with(arrival.code(), verifier, &portal.redirect_uri).await;
            assert_eq!((refused.status, refused.error()), (400, "invalid_grant"), "{verifier}");
        }
        let elsewhere = format!("{}/", portal.redirect_uri);
        let refused = portal.redeems_with(arrival.code(), &asked.verifier, &elsewhere).await;
        assert_eq!((refused.status, refused.error()), (400, "invalid_grant"));
        let refused = portal.redeems_with(arrival.code(), &asked.verifier, "").await;
        assert_eq!((refused.status, refused.error()), (400, "invalid_request"));

        assert_eq!(portal.redeems(&asked, arrival.code()).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_requests_are_named_as_the_rfc_names_them() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());

        for (form, status, error) in [
            (vec![], 400, "invalid_request"),
            (vec![field("grant_type", "password")], 400, "unsupported_grant_type"),
            (vec![field("grant_type", "")], 400, "invalid_request"),
            (vec![field("grant_type", "authorization_code")], 400, "invalid_request"),
            (
                vec![field("grant_type", "authorization_code"), field("grant_type", "authorization_code")],
                400,
                "invalid_request",
            ),
            (
                vec![field("grant_type", "authorization_code"), field("code", "x"), field("redirect_uri", "y")],
                400,
                "invalid_grant",
            ),
        ] {
            let answer = portal.posts(form.clone()).await;
            assert_eq!((answer.status, answer.error()), (status, error), "{form:?}: {}", answer.json);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_and_headers_that_cannot_be_read_get_an_error_document() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        let address = format!("{}/token", idp.origin());
        let basic = STANDARD.encode(format!("portal:{}", portal.secret.clone().unwrap()));

        let bodies: [(&str, Vec<u8>); 6] = [
            ("application/x-www-form-urlencoded", b"grant_type=%ff".to_vec()),
            ("application/x-www-form-urlencoded", b"grant_type=authorization_code&code=%00".to_vec()),
            ("application/x-www-form-urlencoded", vec![b'a'; 1 << 20]),
            ("application/json", b"{}".to_vec()),
            ("multipart/form-data", b"x".to_vec()),
            ("", Vec::new()),
        ];
        for (content_type, body) in bodies {
            let request = idp.http().post(&address).header("authorization", format!("Basic {basic}"));
            let answer = request.header("content-type", content_type).body(body).send().await.unwrap();
            let status = answer.status().as_u16();
            assert!((400..500).contains(&status), "{content_type}: {status}");
            assert_eq!(answer.headers()["cache-control"], "no-store");
            let document: serde_json::Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
            assert!(document["error"].is_string(), "{document}");
        }
        for header in ["Basic", "Basic !!", "Basic /////w==", "Bearer x", "Digest a=b"] {
            let request = idp.http().post(&address).header("authorization", header);
            let answer = request.form(&[("grant_type", "authorization_code")]).send().await.unwrap();
            assert_eq!(answer.status(), 401, "{header}");
            assert!(answer.headers()["www-authenticate"].to_str().unwrap().starts_with("Basic"));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verifier_without_a_challenge_is_refused_and_so_is_a_challenge_without_its_verifier() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let optional = |settings: &mut ClientSettings| settings.pkce = Pkce::Optional;
        let (member, portal) = (idp.member(MemberSeed::new("T-1009")).await, idp.portal_with("old", optional).await);
        let browser = idp.browser();
        member.signs_in(&browser, &portal).await;
        let none = [("code_challenge", ""), ("code_challenge_method", "")];

        // Somebody took the challenge out of the request, so that a code of theirs would fit (RFC 9700 §4.8.2).
        let asked = portal.asks_with(&none);
        let code = browser.get(&asked.url).await.arrived().code().to_owned();
        let refused = portal.redeems(&asked, &code).await;
        assert_eq!((refused.status, refused.error()), (400, "invalid_grant"), "{}", refused.json);
        assert_eq!(portal.redeems_with(&code, "", &portal.redirect_uri).await.status, 200, "it was not used up");

        let asked = portal.asks();
        let code = browser.get(&asked.url).await.arrived().code().to_owned();
        let refused = portal.redeems_with(&code, "", &portal.redirect_uri).await;
        assert_eq!((refused.status, refused.error()), (400, "invalid_grant"));
        assert_eq!(portal.redeems(&asked, &code).await.status, 200);
    })
    .await;
}

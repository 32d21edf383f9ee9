//! The device grant: a code on a screen, a member elsewhere, tokens for the device; once, in time, not by guessing.

use std::time::Duration;

use futures::future::join_all;
use harness::{Browser, Idp, Member, MemberSeed, Page, Portal, Tokens, on_both, owned, part};
use idp_core::client::{AuthMethod, GrantType, HttpsUri};
use idp_core::clock::minutes;
use idp_core::oidc::acr::Acr;
use idp_core::realm::MailFallback;

pub(super) const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

pub(crate) async fn television(idp: &Idp) -> Portal {
    idp.portal_with("tv", |settings| {
        settings.auth_method = AuthMethod::None;
        settings.grant_types.push(GrantType::DeviceCode);
    })
    .await
}

pub(crate) async fn begins(tv: &Portal, scope: &str) -> Tokens {
    tv.posts_to("/device_authorization", owned(&[("scope", scope)]), &[]).await
}

pub(crate) async fn polls(tv: &Portal, begun: &Tokens) -> Tokens {
    tv.posts(owned(&[("grant_type", GRANT), ("device_code", begun.json["device_code"].as_str().unwrap())])).await
}

pub(crate) fn user_code(begun: &Tokens) -> &str {
    begun.json["user_code"].as_str().unwrap()
}

/// A browser in which a member is signed in.
pub(super) async fn signed_in(idp: &Idp, user_id: &str) -> (Member, Browser) {
    let (member, browser) = (idp.member(MemberSeed::new(user_id)).await, idp.browser());
    let portal = idp.portal_with(&format!("portal-{user_id}"), |_| {}).await;
    member.signs_in(&browser, &portal).await;
    (member, browser)
}

pub(crate) async fn types(browser: &Browser, code: &str) -> Page {
    browser.get("/device").await.fill("user-code", code).submit("user-code-submit").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_gets_its_tokens_once_the_member_allows_it() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let tv = television(&idp).await;
        let (_, browser) = signed_in(&idp, "G-1").await;
        let begun = begins(&tv, "openid email offline_access").await;
        assert_eq!((begun.status, &begun.json["expires_in"], &begun.json["interval"]), (200, &600.into(), &5.into()));
        assert_eq!(begun.json["verification_uri"], format!("{}/device", idp.origin()));
        let complete = begun.json["verification_uri_complete"].as_str().unwrap();
        assert_eq!(polls(&tv, &begun).await.error(), "authorization_pending");

        // The link fills the field in, and changes nothing.
        let page = browser.get(complete).await;
        assert_eq!(page.attribute_named("user-code").as_deref(), Some(user_code(&begun)));
        let confirm = types(&browser, &user_code(&begun).to_lowercase().replace('-', " ")).await;
        assert!(confirm.body.contains("健保ポータル") && confirm.has("device-scopes"), "{}", confirm.summary());
        idp.advance(Duration::from_secs(5));
        assert_eq!(polls(&tv, &begun).await.error(), "authorization_pending", "looking is not allowing");
        assert!(confirm.submit("device-allow").await.has("device-allowed"));

        idp.advance(Duration::from_secs(5));
        let tokens = polls(&tv, &begun).await;
        assert_eq!(tokens.status, 200, "{}", tokens.json);
        assert_eq!(tokens.json["scope"], "openid email offline_access");
        assert_eq!(tokens.claims()["aud"], "tv");
        assert_eq!(tv.userinfo(tokens.access_token()).await.0, 200);
        assert_eq!(tv.refreshes(tokens.refresh_token()).await.status, 200);
        assert_eq!(polls(&tv, &begun).await.error(), "invalid_grant");
        assert_eq!(confirm.submit("device-allow").await.error_code().as_deref(), Some("user_code_wrong"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_signs_in_on_the_way_and_comes_back_with_the_code() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let tv = television(&idp).await;
        let (member, _) = signed_in(&idp, "G-2").await;
        let begun = begins(&tv, "openid").await;
        let browser = idp.browser();

        let page = browser.get(begun.json["verification_uri_complete"].as_str().unwrap()).await;
        let page = page.follow("sign-in").await;
        let page = member.walks_to(page, "/device").await;

        assert_eq!(page.attribute_named("user-code").as_deref(), Some(user_code(&begun)));
        let confirm = page.submit("user-code-submit").await;
        assert!(confirm.submit("device-allow").await.has("device-allowed"));
        assert_eq!(polls(&tv, &begun).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn denied_late_and_impatient_devices_are_told_so() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let tv = television(&idp).await;
        let (_, browser) = signed_in(&idp, "G-3").await;

        let denied = begins(&tv, "openid").await;
        let confirm = types(&browser, user_code(&denied)).await;
        assert!(confirm.submit("device-deny").await.has("device-denied"));
        assert_eq!(polls(&tv, &denied).await.error(), "access_denied");
        assert_eq!(types(&browser, user_code(&denied)).await.error_code().as_deref(), Some("user_code_wrong"));

        let impatient = begins(&tv, "openid").await;
        assert_eq!(polls(&tv, &impatient).await.error(), "authorization_pending");
        assert_eq!(polls(&tv, &impatient).await.error(), "slow_down");
        idp.advance(Duration::from_secs(9));
        assert_eq!(polls(&tv, &impatient).await.error(), "slow_down", "ten seconds are owed now");
        idp.advance(Duration::from_secs(15));
        assert_eq!(polls(&tv, &impatient).await.error(), "authorization_pending");

        idp.advance(minutes(10));
        assert_eq!(polls(&tv, &impatient).await.error(), "expired_token");
        assert_eq!(types(&browser, user_code(&impatient)).await.error_code().as_deref(), Some("user_code_wrong"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_clients_and_unregistered_ones_get_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (tv, portal) = (television(&idp).await, idp.portal().await);
        let refused = begins(&portal, "openid").await;
        assert_eq!((refused.status, refused.error()), (400, "unauthorized_client"));
        assert_eq!(begins(&tv, "email").await.error(), "invalid_scope");
        let begun = begins(&tv, "openid").await;
        assert_eq!(polls(&portal, &begun).await.error(), "unauthorized_client");
        let other = idp
            .portal_with("radio", |settings| {
                settings.auth_method = AuthMethod::None;
                settings.grant_types.push(GrantType::DeviceCode);
            })
            .await;
        assert_eq!(polls(&other, &begun).await.error(), "invalid_grant");
        assert_eq!(tv.posts(owned(&[("grant_type", GRANT)])).await.error(), "invalid_request");
        assert_eq!(tv.posts(owned(&[("grant_type", GRANT), ("device_code", "x")])).await.error(), "invalid_grant");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_guesses_codes_is_stopped_after_ten() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let tv = television(&idp).await;
        let (_, browser) = signed_in(&idp, "G-4").await;
        let begun = begins(&tv, "openid").await;
        for typed in ["", "BCDF", "あいうえおかきく", &"B".repeat(500)] {
            let page = types(&browser, typed).await;
            assert_eq!((page.status, page.error_code().as_deref()), (200, Some("user_code_wrong")), "{typed}");
        }
        for _ in 0..5 {
            assert_eq!(types(&browser, "BBBB-BBBB").await.error_code().as_deref(), Some("user_code_wrong"));
        }
        assert_eq!(types(&browser, "BBBB-BBBB").await.error_code().as_deref(), Some("locked"));
        let right = types(&browser, user_code(&begun)).await;
        assert_eq!((right.status, right.error_code().as_deref()), (429, Some("locked")));
        idp.advance(minutes(1));
        assert!(types(&browser, user_code(&begun)).await.has("device-allow"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_questions_with_an_allowed_code_have_one_winner() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let tv = television(&idp).await;
        let (_, browser) = signed_in(&idp, "G-5").await;
        let begun = begins(&tv, "openid").await;
        types(&browser, user_code(&begun)).await.submit("device-allow").await;

        let answers = join_all((0..50).map(|_| polls(&tv, &begun))).await;

        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        assert!(answers.iter().all(|answer| answer.status == 200 || answer.status == 400));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_asks_for_the_resource_that_its_token_is_for() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let tv = television(&idp).await;
        let resource = "https://films.example/api";
        idp.portal_with("films", |settings| settings.resource = HttpsUri::parse(resource).ok()).await;
        let (_, browser) = signed_in(&idp, "G-R").await;
        let begun = begins(&tv, "openid offline_access").await;
        types(&browser, user_code(&begun)).await.submit("device-allow").await;
        let device_code = begun.json["device_code"].as_str().unwrap();
        let asks = async |resource: &str| {
            tv.posts(owned(&[("grant_type", GRANT), ("device_code", device_code), ("resource", resource)])).await
        };
        assert_eq!(asks("https://elsewhere.example/").await.error(), "invalid_target");
        idp.advance(Duration::from_secs(5));
        let tokens = asks(resource).await;
        assert_eq!(part(tokens.access_token(), 1)["aud"], resource, "{}", tokens.json);
        assert_eq!(part(tv.refreshes(tokens.refresh_token()).await.access_token(), 1)["aud"], resource);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_of_an_application_with_a_least_class_waits_until_the_session_is_raised() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| settings.mail_fallback = MailFallback::On).await;
        let tv = idp
            .portal_with("tv", |settings| {
                settings.auth_method = AuthMethod::None;
                settings.grant_types.push(GrantType::DeviceCode);
                settings.least_acr = Acr::Aal2;
            })
            .await;
        // Whoever has mailed codes alone cannot reach it.
        let (_, mails) = signed_in(&idp, "G-L1").await;
        let begun = begins(&tv, "openid").await;
        let page = types(&mails, user_code(&begun)).await.submit("device-allow").await;
        assert_eq!(page.error_code().as_deref(), Some("request_out_of_reach"), "{}", page.summary());
        idp.advance(Duration::from_secs(5));
        assert_eq!(polls(&tv, &begun).await.error(), "authorization_pending");
        assert!(types(&mails, user_code(&begun)).await.submit("device-deny").await.has("device-denied"));

        // Whoever has an app, and came with a mailed code in its place, is asked for the app, and comes back with the code.
        let (member, portal) = (idp.member(MemberSeed::new("G-L2")).await.wanting_an_app(), idp.portal().await);
        member.signs_in(&idp.browser(), &portal).await;
        idp.advance(minutes(2));
        let browser = idp.browser();
        let page = member.answers(&browser.get(&portal.asks().url).await).await;
        let page = page.follow("mail-fallback").await.submit("mail-fallback-send").await;
        let code = idp.mailbox().code_to(&member.mail).await;
        page.fill("mail-code", &code).submit("mail-code-submit").await.arrived();
        let begun = begins(&tv, "openid").await;
        let page = types(&browser, user_code(&begun)).await.submit("device-allow").await;
        assert_eq!(page.path(), "/login/totp", "{}", page.summary());
        let page = member.walks_to(page, "/device").await;
        assert_eq!(page.attribute_named("user-code").as_deref(), Some(user_code(&begun)));
        let page = page.submit("user-code-submit").await.submit("device-allow").await;
        assert!(page.has("device-allowed"), "{}", page.summary());
        idp.advance(Duration::from_secs(5));
        assert_eq!(polls(&tv, &begun).await.claims()["acr"], "aal2");
    })
    .await;
}

//! `/.well-known/…` of passkeys and passwords.

use harness::{Idp, on_both};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn password_managers_find_the_pages_they_send_members_to() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let origin = idp.origin();
        let endpoints = idp.browser().get("/.well-known/passkey-endpoints").await.json();
        assert_eq!(endpoints["enroll"], format!("{origin}/account/methods"));
        assert_eq!(endpoints["manage"], format!("{origin}/account/methods"));
        let change = idp.browser().get_once("/.well-known/change-password").await;
        assert_eq!((change.status, change.header("location")), (303, "/account/password"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn related_origins_are_listed_and_their_signatures_count() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |realm| {
            realm.passkey_related_origins = vec!["https://portal.example".into()];
        })
        .await;
        let listed = idp.browser().get("/.well-known/webauthn").await.json();
        assert_eq!(listed, json!({ "origins": [idp.origin(), "https://portal.example"] }));

        let member = idp.member(harness::MemberSeed::new("O-1")).await.wanting_a_passkey();
        member.signs_in(&idp.browser(), &idp.portal().await).await;
        for (origin, is_taken) in [("https://portal.example", true), ("https://other.example", false)] {
            let page = idp.browser().get("/login").await;
            let challenge = page.challenge("passkey-submit").await;
            let signed = member.with_authenticator(|own| own.signs(&challenge, origin));
            let answer = page.presents("passkey-submit", &challenge, &signed).await;
            assert_eq!(answer.name() == "account", is_taken, "{origin}: {}", answer.summary());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_realm_without_related_origins_lists_none() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        assert_eq!(idp.browser().get("/.well-known/webauthn").await.status, 404);
    })
    .await;
}

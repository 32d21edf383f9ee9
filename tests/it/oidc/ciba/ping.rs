//! Ping mode: the client is told at its own address, with its own token, once the member has answered.

use std::time::Duration;

use harness::{Ear, Idp, Portal, on_both};
use idp_core::client::{CibaDelivery, WebUri};
use idp_core::clock::minutes;
use serde_json::json;

use super::{answers, asking, asks, auth_req_id, polls, signed_in};

const TOKEN: &str = "8d67dc78-7faa-4d41-aabd-67707b374255";

/// A client that is told at `address`.
async fn told(idp: &Idp, client_id: &str, address: &str) -> Portal {
    let address = WebUri::parse(address).unwrap();
    asking(idp, client_id, |settings| settings.ciba = Some(CibaDelivery::Ping(address))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_told_of_a_yes_and_of_a_no() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let ear = Ear::open(&[]).await;
        let till = told(&idp, "till", &ear.ping_address).await;
        let (_, browser) = signed_in(&idp, "P-1").await;
        for (verdict, error) in [("allow", ""), ("deny", "access_denied")] {
            let begun = asks(&till, &[("login_hint", "P-1"), ("client_notification_token", TOKEN)]).await;
            assert_eq!(polls(&till, &begun).await.error(), "authorization_pending", "it may ask by itself, too");
            assert!(ear.is_silent().await);
            answers(&browser, verdict).await;

            let (bearer, document) = ear.hears_ping().await;

            assert_eq!((bearer.as_str(), document), (TOKEN, json!({ "auth_req_id": auth_req_id(&begun) })));
            let tokens = polls(&till, &begun).await;
            assert_eq!(tokens.error(), error, "{}", tokens.json);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_in_ping_mode_sends_a_token_of_its_own() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let till = told(&idp, "till", "https://till.example/ping").await;
        let long = "x".repeat(1025);
        for token in ["", "a b", "a\"b", "ü", "==", &long] {
            let refused = asks(&till, &[("login_hint", "P-2"), ("client_notification_token", token)]).await;
            assert_eq!((refused.status, refused.error()), (400, "invalid_request"), "{token}");
        }
        let begun = asks(&till, &[("login_hint", "P-2"), ("client_notification_token", &long[1..])]).await;
        assert_eq!(begun.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_busy_is_told_again_and_one_that_refuses_is_not() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (busy, refusing) = (Ear::open(&[503, 429]).await, Ear::open(&[400]).await);
        let (one, other) =
            (told(&idp, "busy", &busy.ping_address).await, told(&idp, "refusing", &refusing.ping_address).await);
        let (_, browser) = signed_in(&idp, "P-3").await;
        let form = [("login_hint", "P-3"), ("client_notification_token", TOKEN)];
        let second = asks(&other, &form).await;
        answers(&browser, "allow").await;
        refusing.hears_ping().await;
        let first = asks(&one, &form).await;
        answers(&browser, "allow").await;

        let mut heard = vec![busy.hears_ping().await];
        for _ in 0..2 {
            heard.push(busy.hears_ping_while(|| idp.advance(Duration::from_secs(5))).await);
        }

        let told = (TOKEN.to_owned(), json!({ "auth_req_id": auth_req_id(&first) }));
        assert_eq!(heard, [told.clone(), told.clone(), told]);
        assert!(refusing.is_silent().await);
        for (portal, begun) in [(&one, &first), (&other, &second)] {
            assert_eq!(polls(portal, begun).await.status, 200);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_once_the_request_is_over() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let ear = Ear::open(&[503]).await;
        let till = told(&idp, "till", &ear.ping_address).await;
        let (_, browser) = signed_in(&idp, "P-4").await;
        let form = [("login_hint", "P-4"), ("client_notification_token", TOKEN)];
        asks(&till, &form).await;
        answers(&browser, "allow").await;
        ear.hears_ping().await;
        idp.advance(minutes(11));

        // The worker takes them in order: once the later one has arrived, the earlier one was looked at.
        let later = asks(&till, &form).await;
        answers(&browser, "allow").await;
        assert_eq!(ear.hears_ping().await.1, json!({ "auth_req_id": auth_req_id(&later) }));
        assert!(ear.is_silent().await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_redirects_or_refuses_is_not_told_again_and_gets_its_tokens_all_the_same() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, browser) = signed_in(&idp, "P-5").await;
        for status in [301, 307, 401, 403, 404] {
            let ear = Ear::open(&[status]).await;
            let till = told(&idp, &format!("till-{status}"), &ear.ping_address).await;
            let form = [("login_hint", "P-5"), ("client_notification_token", TOKEN)];
            let begun = asks(&till, &form).await;
            answers(&browser, "allow").await;
            ear.hears_ping().await;
            idp.advance(Duration::from_secs(40));

            // Whatever is due by now goes out before this one, and the client hears of this one alone.
            let later = asks(&till, &form).await;
            answers(&browser, "deny").await;
            assert_eq!(ear.hears_ping().await.1, json!({ "auth_req_id": auth_req_id(&later) }), "{status}");
            assert!(ear.is_silent().await, "{status}");
            assert_eq!(polls(&till, &begun).await.status, 200, "{status}");
        }
    })
    .await;
}

//! What is asked for again until a member elsewhere has answered

use std::time::Duration;

use harness::{ClientKey, Idp, Portal, Tokens, on_both};
use idp_core::clock::minutes;

use super::Mend::{Proved, Set};
use super::{API, Call, KIND, Walk, crowd, details, place};
use crate::oidc::{ciba, device};

/// Requests in every state, by what they are asked for again with.
struct Asked {
    waiting: String,
    denied: String,
    expired: String,
    used: String,
    allowed: String,
}

/// Walks down the table of a grant whose requests go by the parameter `name`.
async fn walks((idp, portal): (&Idp, &Portal), title: &'static str, (grant, name): (&str, &str), asked: &Asked) {
    let key = ClientKey::new("k");
    let broken = [("grant_type", grant), ("authorization_details", KIND)];
    let mut call = Call::at("/token", (idp, portal), &[&broken[..], &crowd("resource")].concat()).with_proof("x");
    let mut walk = Walk::down(title);
    walk.through(&mut call, &[Set(name, "x"), Set(name, &asked.waiting)]).await;
    let first = call.made().await;
    assert_eq!(first.error(), "authorization_pending", "{}", first.json);
    walk.meets(&call.made().await.json);
    idp.advance(Duration::from_secs(11));
    let allowed = details(1);
    let mends = [
        Set(name, &asked.denied),
        Set(name, &asked.expired),
        Set(name, &asked.used),
        Set(name, &asked.allowed),
        Proved(&key),
        Set("authorization_details", &allowed),
        Set("resource", API),
    ];
    walk.through(&mut call, &mends).await;
    walk.ends(&call.made().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_asks_again_is_refused_in_this_order() {
    on_both(async |database| {
        let idp = place(database).await;
        let tv = device::television(&idp).await;
        let (_, browser) = device::signed_in(&idp, "F-4").await;
        let allowed = details(1);
        let form = [("scope", "openid"), ("authorization_details", allowed.as_str())];
        let begins = async || Call::at("/device_authorization", (&idp, &tv), &form).made().await;
        let code = |begun: &Tokens| begun.json["device_code"].as_str().unwrap().to_owned();
        let answered = async |button: &str| {
            let begun = begins().await;
            device::types(&browser, begun.json["user_code"].as_str().unwrap()).await.submit(button).await;
            code(&begun)
        };
        let expired = code(&begins().await);
        idp.advance(minutes(10));
        let asked = Asked {
            waiting: code(&begins().await),
            denied: answered("device-deny").await,
            expired,
            used: answered("device-allow").await,
            allowed: answered("device-allow").await,
        };
        let redeeming = [("grant_type", device::GRANT), ("device_code", &asked.used)];
        assert_eq!(Call::at("/token", (&idp, &tv), &redeeming).made().await.status, 200);
        walks((&idp, &tv), "refused at /token: device code", (device::GRANT, "device_code"), &asked).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_asks_again_is_refused_in_this_order() {
    on_both(async |database| {
        let idp = place(database).await;
        let calls = ciba::call_centre(&idp).await;
        let (_, browser) = ciba::signed_in(&idp, "F-5").await;
        let allowed = details(1);
        let begins = async || {
            let begun = ciba::asks(&calls, &[("login_hint", "F-5"), ("authorization_details", &allowed)]).await;
            ciba::auth_req_id(&begun).to_owned()
        };
        let answered = async |verdict: &str| {
            let id = begins().await;
            ciba::answers(&browser, verdict).await;
            id
        };
        let expired = begins().await;
        idp.advance(minutes(10));
        let used = answered("allow").await;
        let redeeming = [("grant_type", ciba::GRANT), ("auth_req_id", &used)];
        assert_eq!(Call::at("/token", (&idp, &calls), &redeeming).made().await.status, 200);
        let (denied, allowed) = (answered("deny").await, answered("allow").await);
        let asked = Asked { waiting: begins().await, denied, expired, used, allowed };
        walks((&idp, &calls), "refused at /token: CIBA", (ciba::GRANT, "auth_req_id"), &asked).await;
    })
    .await;
}

//! Asking for a member who is elsewhere

use futures::FutureExt;
use harness::{ClientKey, Idp, MemberSeed, Portal, on_both, owned, with_changes};
use idp_core::admin::remedy;
use idp_core::client::{CibaDelivery, ClientKeySet, GrantType, HttpsUri, KeySource, Profile, WebUri};
use idp_core::jose::SignatureAlgorithm;
use idp_core::user_id::UserId;
use serde_json::{Value, json};

use super::{Call, KIND, Walk, details, place};
use crate::oidc::ciba::asking;
use crate::oidc::encrypted_request::{RSA, published, sealed};

const PATH: &str = "/bc-authorize";

fn keys(key: &ClientKey) -> KeySource {
    KeySource::Registered(ClientKeySet::read(json!({"keys": [key.jwk]})).unwrap())
}

/// A client of profile `fapi2`, which signs and is told.
async fn bank(idp: &Idp, key: &ClientKey) -> Portal {
    let mut bank = idp
        .portal_with("bank", |settings| {
            *settings = Profile::Fapi2.defaults();
            settings.keys = Some(keys(key));
            (settings.grant_types, settings.response_types) = (vec![GrantType::Ciba], Vec::new());
            settings.ciba = WebUri::parse("https://bank.example/told").ok().map(CibaDelivery::Ping);
        })
        .await;
    bank.key = Some(key.clone());
    bank
}

/// The walk, and who signs on it.
struct Signing {
    walk: Walk,
    key: ClientKey,
    claims: Value,
    sent: u32,
}

impl Signing {
    /// Asks with the claims as they are now, and a `jti` of their own where they may have one.
    async fn asks(&mut self, portal: &Portal) -> harness::Tokens {
        self.sent += 1;
        let mut claims = self.claims.clone();
        if claims["jti"] == "fresh" {
            claims["jti"] = format!("fresh-{}", self.sent).into();
        }
        let object = self.key.signs(&json!({"kid": self.key.kid}), &claims);
        portal.posts_to(PATH, owned(&[("request", &object)]), &[]).await
    }

    /// Mends the claims at one place after another, and meets a row each time before.
    async fn through(&mut self, portal: &Portal, mends: &[Value]) {
        for mend in mends {
            let answer = self.asks(portal).await.json;
            self.walk.meets(&answer);
            self.claims = with_changes(self.claims.clone(), mend);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_a_member_is_refused_in_this_order() {
    on_both(async |database| {
        let (idp, key) = (place(database).await, ClientKey::new("a"));
        let far = asking(&idp, "far", |settings| {
            settings.keys = Some(KeySource::Fetched(HttpsUri::parse("https://127.0.0.1:1/keys").unwrap()));
            settings.requests.backchannel_signing_alg = Some(SignatureAlgorithm::Es256);
            settings.requests.encryption = Some(RSA);
        });
        let far = far.await;
        let plain = idp.portal_with("plain", |settings| settings.keys = Some(keys(&key))).await;
        let calls = asking(&idp, "calls", |settings| settings.keys = Some(keys(&key))).await;
        let bank = bank(&idp, &key).await;
        let (_, rsa) = published(&idp, "RSA").await;
        let to_nobody = sealed(RSA, (Some("nobody".to_owned()), rsa), "a.b.c");
        let beside = ("login_hint", "x");
        let sends = async |portal: &Portal, form: &[(&str, &str)]| portal.posts_to(PATH, owned(form), &[]).await.json;

        let mut walk = Walk::down("refused at /bc-authorize");
        walk.follows_the_client(&Call::at(PATH, (&idp, &far), &[beside])).await;
        walk.meets(&sends(&far, &[beside]).await);
        walk.meets(&sends(&far, &[beside, ("request", &to_nobody)]).await);
        walk.meets(&sends(&far, &[("request", &to_nobody)]).await);
        walk.meets(&sends(&far, &[("request", "a.b.c")]).await);
        walk.meets(&sends(&plain, &[("request", "a.b.c")]).await);
        let now = idp.seconds();
        let claims = json!({
            "iss": "plain", "aud": idp.origin(), "exp": now + 300, "request": "x", "sub": "plain",
            "authorization_details": KIND, "requested_expiry": "x",
        });
        let mut signing = Signing { walk, key: key.clone(), claims, sent: 0 };
        let mends =
            [json!({"iat": now, "nbf": now}), json!({"request": null}), json!({"sub": null}), json!({"jti": "once"})];
        signing.through(&plain, &mends).await;
        let first = signing.asks(&plain).await;
        assert_eq!(first.error(), "unauthorized_client", "the jti is used up");
        signing.through(&plain, &[json!({"jti": "fresh"}), json!({"iss": "bank"})]).await;
        signing
            .through(
                &bank,
                &[
                    json!({"client_notification_token": "a b"}),
                    json!({"client_notification_token": "told"}),
                    json!({"scope": "openid"}),
                    json!({"authorization_details": details(1)}),
                    json!({"login_hint_token": "x"}),
                    json!({"login_hint_token": null, "login_hint": "@"}),
                    json!({"login_hint": null, "id_token_hint": "x"}),
                    json!({"binding_message": "https://evil.example/"}),
                    json!({"binding_message": "7-42"}),
                    json!({"requested_expiry": "60", "iss": "calls"}),
                ],
            )
            .await;
        let (gone, _here) = (idp.member(MemberSeed::new("F-7")).await, idp.member(MemberSeed::new("F-8")).await);
        let (asked, arrival) = gone.signs_in(&idp.browser(), &calls).await;
        let id_token = calls.redeems(&asked, arrival.code()).await.id_token().to_owned();
        let user_id = UserId::parse("F-7").unwrap().normal().clone();
        idp.operate(move |ctx| async move { remedy::delete(ctx, &user_id).await }.boxed()).await;
        signing
            .through(&calls, &[json!({"id_token_hint": id_token}), json!({"id_token_hint": null, "login_hint": "F-8"})])
            .await;
        for _ in 0..5 {
            assert_eq!(signing.asks(&calls).await.status, 200);
        }
        signing.through(&calls, &[json!({"login_hint": "F-9"})]).await;
        let begun = signing.asks(&calls).await;
        signing.walk.ends(&begun);
    })
    .await;
}

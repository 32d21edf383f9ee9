//! Signed requests (CIBA Core §7.1.1): the client's signature, every claim, once; and every attack on a JWT refused.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{ClientKey, Database, Idp, Portal, Tokens, hmac, hmac_by_public_key, on_both, owned, with_changes};
use idp_core::client::{CibaDelivery, GrantType, KeySource, Profile};
use idp_core::jose::SignatureAlgorithm;
use serde_json::{Value, json};

use super::{GRANT, answers, asking, asks, auth_req_id, polls, signed_in};

struct Place {
    idp: Idp,
    bank: Portal,
    key: ClientKey,
}

/// A client that signs its requests.
async fn place(database: Database) -> Place {
    let (idp, key) = (Idp::start(database).await, ClientKey::new("a"));
    let keys = serde_json::from_value(json!({ "keys": [key.jwk] })).unwrap();
    let bank = asking(&idp, "bank", |settings| {
        settings.keys = Some(KeySource::Registered(keys));
        settings.requests.backchannel_signing_alg = Some(SignatureAlgorithm::Es256);
    });
    Place { bank: bank.await, idp, key }
}

impl Place {
    /// The claims of a good request, with changes; null leaves a claim out.
    fn claims(&self, jti: &str, changes: &Value) -> Value {
        let now = self.idp.seconds();
        let claims = json!({
            "iss": "bank", "aud": self.idp.origin(), "iat": now, "nbf": now, "exp": now + 300, "jti": jti,
            "scope": "openid", "login_hint": "R-1", "requested_expiry": 120,
        });
        with_changes(claims, changes)
    }

    fn signed(&self, jti: &str, changes: &Value) -> String {
        self.key.signs(&json!({ "kid": "a" }), &self.claims(jti, changes))
    }

    async fn sends(&self, object: &str) -> Tokens {
        self.bank.posts_to("/bc-authorize", owned(&[("request", object)]), &[]).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_request_counts_once() {
    on_both(async |database| {
        let place = place(database).await;
        let (_, browser) = signed_in(&place.idp, "R-1").await;
        let object = place.signed("1", &json!({}));
        let begun = place.sends(&object).await;
        assert_eq!((begun.status, &begun.json["expires_in"]), (200, &json!(120)), "{}", begun.json);
        let replayed = place.sends(&object).await;
        assert_eq!((replayed.status, replayed.error()), (400, "invalid_request"));
        assert!(replayed.json["error_description"].as_str().unwrap().contains("jti"), "{}", replayed.json);
        answers(&browser, "allow").await;
        assert_eq!(polls(&place.bank, &begun).await.status, 200);
        let list = place.signed("2", &json!({ "aud": ["https://other.example", place.idp.origin()] }));
        assert_eq!(place.sends(&list).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_signs_is_not_heard_without() {
    on_both(async |database| {
        let place = place(database).await;
        let refused = asks(&place.bank, &[("login_hint", "R-1")]).await;
        assert_eq!((refused.status, refused.error()), (400, "invalid_request"));
        let object = place.signed("1", &json!({}));
        for beside in ["login_hint", "scope", "binding_message", "requested_expiry"] {
            let form = owned(&[("request", &object), (beside, "openid")]);
            let refused = place.bank.posts_to("/bc-authorize", form, &[]).await;
            assert_eq!((refused.status, refused.error()), (400, "invalid_request"), "{beside}");
        }
        assert_eq!(place.sends(&object).await.status, 200, "nothing was used up");
        let keyless = asking(&place.idp, "keyless", |_| {}).await;
        let refused = keyless.posts_to("/bc-authorize", owned(&[("request", &object)]), &[]).await;
        assert_eq!((refused.status, refused.error()), (400, "invalid_request"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_claims_break_a_rule_is_refused() {
    on_both(async |database| {
        let place = place(database).await;
        let now = place.idp.seconds();
        let mut wrong: Vec<Value> =
            ["iss", "aud", "exp", "iat", "nbf", "jti"].into_iter().map(|name| json!({ name: null })).collect();
        wrong.extend([
            json!({ "iss": "other" }),
            json!({ "aud": "https://other.example" }),
            json!({ "aud": format!("{}/bc-authorize", place.idp.origin()) }),
            json!({ "exp": now - 1 }),
            json!({ "exp": now + 3_700 }),
            json!({ "exp": "soon" }),
            json!({ "nbf": now + 120, "exp": now + 300 }),
            json!({ "nbf": now - 3_700 }),
            json!({ "jti": "" }),
            json!({ "jti": 7 }),
            json!({ "sub": "bank" }),
            json!({ "request": "x" }),
            json!({ "request_uri": "urn:x" }),
        ]);
        for (number, changes) in wrong.iter().enumerate() {
            let refused = place.sends(&place.signed(&format!("w-{number}"), changes)).await;
            assert_eq!((refused.status, refused.error()), (400, "invalid_request"), "{changes}: {}", refused.json);
        }
        for (changes, error) in [
            (json!({ "scope": "email" }), "invalid_scope"),
            (json!({ "binding_message": "a\nb" }), "invalid_binding_message"),
            (json!({ "login_hint": "a@b@c" }), "unknown_user_id"),
        ] {
            assert_eq!(place.sends(&place.signed(error, &changes)).await.error(), error);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_attack_on_the_signature_is_refused() {
    on_both(async |database| {
        let place = place(database).await;
        let claims = place.claims("1", &json!({}));
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = place.signed("1", &json!({}));
        let (message, signature) = signed.rsplit_once('.').unwrap();
        let other = ClientKey::new("a");
        let header = |name: &str, value: Value| json!({ "kid": "a", name: value });
        let macs = hmac_by_public_key(&place.key.jwk, &json!({ "kid": "a" }), &claims);
        let forged = [
            format!("{}.{}.", part(&json!({ "alg": "none" })), part(&claims)),
            format!("{}.{}.", part(&json!({ "alg": "NONE", "kid": "a" })), part(&claims)),
            place.key.signs(&header("alg", "none".into()), &claims),
            hmac(place.key.jwk["x"].as_str().unwrap().as_bytes(), &json!({ "kid": "a" }), &claims),
            place.key.signs(&header("alg", "RS256".into()), &claims),
            place.key.signs(&header("alg", "ES384".into()), &claims),
            other.signs(&json!({ "kid": "a" }), &claims),
            other.signs(&header("jwk", other.jwk.clone()), &claims),
            place.key.signs(&header("crit", json!(["exp"])), &claims),
            place.key.signs(&header("typ", "dpop+jwt".into()), &claims),
            place.key.signs(&json!({ "kid": "unknown" }), &claims),
            format!("{message}."),
            format!("{message}.{}", &signature[1..]),
            format!("{}.{}.{signature}", part(&json!({ "alg": "ES256", "kid": "a" })), part(&json!({ "iss": "bank" }))),
            "x".into(),
        ];
        for wrong in forged.into_iter().chain(macs.into_iter().map(|(_, token)| token)) {
            let refused = place.sends(&wrong).await;
            assert_eq!((refused.status, refused.error()), (400, "invalid_request"), "{wrong}");
        }
        assert_eq!(place.sends(&signed).await.status, 200, "none of them used the jti up");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fapi2_client_proves_itself_signs_and_fetches_bound_tokens() {
    on_both(async |database| {
        let (idp, key) = (Idp::start(database).await, ClientKey::new("a"));
        let keys = serde_json::from_value(json!({ "keys": [key.jwk] })).unwrap();
        let bank = idp.portal_with("bank", |settings| {
            *settings = Profile::Fapi2.defaults();
            settings.keys = Some(KeySource::Registered(keys));
            (settings.grant_types, settings.response_types) = (vec![GrantType::Ciba], Vec::new());
            settings.ciba = Some(CibaDelivery::Poll);
        });
        let mut bank = bank.await;
        bank.key = Some(key.clone());
        let place = Place { bank, idp, key };
        let (_, browser) = signed_in(&place.idp, "R-1").await;

        assert_eq!(asks(&place.bank, &[("login_hint", "R-1")]).await.error(), "invalid_request", "it must sign");
        let silent = place.sends(&place.signed("1", &json!({}))).await;
        assert_eq!((silent.status, silent.error()), (400, "invalid_binding_message"));
        let begun = place.sends(&place.signed("2", &json!({ "binding_message": "1234" }))).await;
        assert_eq!(begun.status, 200, "{}", begun.json);
        answers(&browser, "allow").await;
        assert_eq!(polls(&place.bank, &begun).await.error(), "invalid_request");
        let fields = [("grant_type", GRANT), ("auth_req_id", auth_req_id(&begun))];
        let tokens = place.bank.posts_proving(&fields, &place.key.proof(&place.idp)).await;
        assert_eq!((tokens.status, &tokens.json["token_type"]), (200, &json!("DPoP")), "{}", tokens.json);
    })
    .await;
}

//! FAPI 2.0 Message Signing: requests that are signed objects, and answers that are signed.

use harness::{ClientKey, Idp, MemberSeed, Portal, on_both, owned, part, with_changes};
use serde_json::{Value, json};

use super::{bank, is_not_taken};

/// The claims of an object that is good now, with changes; null leaves a claim out.
fn claims(idp: &Idp, bank: &Portal, changes: &Value) -> (harness::Asked, Value) {
    let asked = bank.asks_with(&[("response_mode", "jwt")]);
    let sent = url::Url::parse(&asked.url).unwrap();
    let sent = sent.query_pairs().into_owned().map(|(name, value)| (name, Value::from(value)));
    let mut claims: serde_json::Map<String, Value> = sent.collect();
    let now = idp.seconds();
    for (name, value) in
        [("iss", json!("bank")), ("aud", json!(idp.origin())), ("nbf", json!(now)), ("exp", json!(now + 300))]
    {
        claims.insert(name.into(), value);
    }
    (asked, with_changes(claims.into(), changes))
}

async fn pushes(bank: &Portal, object: &str) -> (u16, Value) {
    bank.pushes_form(owned(&[("request", object)])).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_is_held_to_its_times_its_reader_and_its_signature() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let bank = bank(&idp, "bank", |settings| settings.requests.require_signed = true).await;
        let (key, now) = (bank.key.clone().unwrap(), idp.seconds());
        let signed = |changes: &Value, alg: &str| {
            key.signs(&json!({"kid": key.kid, "alg": alg}), &claims(&idp, &bank, changes).1)
        };

        let object = ["invalid_request_object"];
        for (module, changes) in [
            ("ensure-request-object-without-exp-fails", json!({"exp": null})),
            ("ensure-request-object-without-nbf-fails", json!({"nbf": null})),
            ("ensure-expired-request-object-fails", json!({"exp": now - 300})),
            ("ensure-request-object-with-bad-aud-fails", json!({"aud": "https://other.example/"})),
            ("ensure-request-object-with-exp-over-60-fails", json!({"exp": now + 4_200})),
            ("ensure-request-object-with-nbf-over-60-fails", json!({"nbf": now - 4_200})),
            ("par-authorization-request-containing-request_uri", json!({"request_uri": "urn:x"})),
        ] {
            is_not_taken(&pushes(&bank, &signed(&changes, "PS256")).await, &object, module);
        }
        let module = "ensure-signed-request-object-with-RS256-fails";
        is_not_taken(&pushes(&bank, &signed(&json!({}), "RS256")).await, &object, module);
        let good = signed(&json!({}), "PS256");
        let (message, _) = good.rsplit_once('.').unwrap();
        let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", message.split('.').nth(1).unwrap());
        let module = "ensure-request-object-signature-algorithm-is-not-none";
        is_not_taken(&pushes(&bank, &unsigned).await, &object, module);
        let module = "ensure-request-object-with-invalid-signature-fails";
        is_not_taken(&pushes(&bank, &format!("{message}.{}", "A".repeat(342))).await, &object, module);
        let other = ClientKey::rsa(&key.kid).signs(&json!({"kid": key.kid}), &claims(&idp, &bank, &json!({})).1);
        is_not_taken(&pushes(&bank, &other).await, &object, "ensure-matching-key-in-authorization-request");
        let bare = signed(&json!({"redirect_uri": null}), "PS256");
        let either = ["invalid_request", "invalid_request_object"];
        is_not_taken(&pushes(&bank, &bare).await, &either, "ensure-request-object-without-redirect-uri-fails");
        let plain = bank.pushes(&bank.asks()).await;
        is_not_taken(&plain, &["invalid_request"], "ensure-unsigned-request-at-par-endpoint-fails");

        for (module, changes) in [
            (
                "ensure-server-accepts-request-object-with-multiple-aud",
                json!({"aud": ["https://other.example", idp.origin()]}),
            ),
            ("ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted", json!({"nbf": now + 8})),
        ] {
            let (status, document) = pushes(&bank, &signed(&changes, "PS256")).await;
            assert_eq!(status, 201, "{module}: {document}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_signed_by_an_algorithm_of_the_profile_and_what_stands_outside_counts_nowhere() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let bank = bank(&idp, "bank", |settings| settings.requests.require_signed = true).await;
        let (member, browser) = (idp.member(MemberSeed::new("CM-1")).await, idp.browser());
        member.signs_in(&browser, &idp.portal().await).await;
        for (module, inside, outside) in [
            ("happy-flow", json!({}), ""),
            ("ensure-different-state-inside-and-outside-request-object", json!({}), "&state=outside&nonce=outside"),
            ("state-only-outside-request-object-not-used", json!({"state": null}), "&state=outside"),
        ] {
            let (asked, claims) = claims(&idp, &bank, &inside);
            let key = bank.key.clone().unwrap();
            let (status, document) = pushes(&bank, &key.signs(&json!({"kid": key.kid}), &claims)).await;
            assert_eq!(status, 201, "{module}: {document}");
            let url = format!("{}{outside}", bank.pushed_url(document["request_uri"].as_str().unwrap()));
            let arrival = browser.get(&url).await.arrived();
            let (header, told) = (part(arrival.get("response"), 0), part(arrival.get("response"), 1));
            assert_eq!(header["alg"], "ES256", "{module}");
            assert_eq!((&told["iss"], &told["aud"]), (&json!(idp.origin()), &json!("bank")), "{module}");
            let state = if inside.get("state").is_some() { Value::Null } else { asked.state.as_str().into() };
            assert_eq!(told["state"], state, "{module}");
            let code = told["code"].as_str().unwrap();
            let form = super::redeeming(&bank, &asked, code);
            let tokens = bank.posts_proving(&form, &ClientKey::new("d").proof(&idp)).await;
            assert_eq!((tokens.status, &tokens.claims()["nonce"]), (200, &json!(asked.nonce)), "{module}");
        }
    })
    .await;
}

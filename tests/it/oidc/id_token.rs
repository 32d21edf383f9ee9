//! The ID token, judged by the `openidconnect` crate through our discovery document and our keys.

use harness::{Idp, MemberSeed, on_both};
use idp_core::key::Algorithm;
use idp_server::demo::portal::http::Http;
use openidconnect::core::{CoreClient, CoreIdToken, CoreProviderMetadata};
use openidconnect::{ClientId, ClientSecret, IssuerUrl, Nonce};

#[tokio::test(flavor = "multi_thread")]
async fn an_independent_judge_accepts_the_id_token_of_either_algorithm() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("I-1001")).await.wanting_an_app();
        let browser = idp.browser();

        for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
            let portal = idp.portal_with(algorithm.name(), |settings| settings.id_token_alg = algorithm).await;
            let asked = portal.asks();
            let arrival = member.walks(browser.get(&asked.url).await).await.arrived();
            let tokens = portal.redeems(&asked, arrival.code()).await;

            let issuer = IssuerUrl::new(idp.origin()).unwrap();
            let metadata = CoreProviderMetadata::discover_async(issuer, &Http::new().unwrap()).await.unwrap();
            let client = CoreClient::from_provider_metadata(
                metadata,
                ClientId::new(portal.client_id.clone()),
                portal.secret.clone().map(ClientSecret::new),
            );
            let now = serde_json::Value::from(idp.now().rfc3339());
            let verifier = client.id_token_verifier().set_time_fn(move || serde_json::from_value(now.clone()).unwrap());
            let token: CoreIdToken = tokens.id_token().parse().unwrap();
            let claims = token.claims(&verifier, &Nonce::new(asked.nonce.clone())).unwrap();
            assert_eq!(claims.subject().as_str(), idp.record_of("I-1001").await.member.subject);
            assert!(token.claims(&verifier, &Nonce::new("another".into())).is_err());

            let forged = forge(tokens.id_token());
            let forged: CoreIdToken = forged.parse().unwrap();
            assert!(forged.claims(&verifier, &Nonce::new(asked.nonce.clone())).is_err());
        }
    })
    .await;
}

/// The same token with another subject under the old signature.
fn forge(token: &str) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    let parts: Vec<&str> = token.split('.').collect();
    let mut claims: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    claims["sub"] = "somebody-else".into();
    format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(claims.to_string()), parts[2])
}

#[tokio::test(flavor = "multi_thread")]
async fn the_claims_say_who_when_and_how() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("I-1002")).await, idp.portal().await);
        let browser = idp.browser();
        let (asked, arrival) = member.signs_in(&browser, &portal).await;
        let signed_in_at = idp.now().seconds();
        let first = portal.redeems(&asked, arrival.code()).await.claims();

        assert_eq!(first["iss"], idp.origin());
        assert_eq!(first["aud"], "portal");
        assert_eq!(first["nonce"], asked.nonce);
        assert_eq!((&first["acr"], &first["amr"]), (&"aal1".into(), &serde_json::json!(["pwd", "otp", "mca"])));
        assert_eq!(first["auth_time"], signed_in_at);
        assert_eq!(first["iat"], signed_in_at);
        assert!(first["exp"].as_i64().unwrap() > signed_in_at);
        let subject = first["sub"].as_str().unwrap();
        assert!(!subject.contains("I-1002") && subject.len() >= 16, "{subject}");

        idp.advance(idp_core::clock::minutes(5));
        let asked = portal.asks_with(&[("nonce", "")]);
        let arrival = browser.get(&asked.url).await.arrived();
        let second = portal.redeems(&asked, arrival.code()).await.claims();
        assert_eq!((&second["sub"], &second["sid"]), (&first["sub"], &first["sid"]));
        assert_eq!(second["auth_time"], signed_in_at, "a session carried over is not a new sign-in");
        assert_eq!(second.get("nonce"), None);
    })
    .await;
}

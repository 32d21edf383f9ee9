//! Proofs of possession, and certificates, that tokens are bound to

use futures::FutureExt;
use harness::{Certificate, ClientKey, on_both, owned, with_changes};
use idp_core::admin::realm;
use idp_core::client::GrantType;
use serde_json::json;

use super::Walk;
use crate::oidc::mutual_tls;

#[tokio::test(flavor = "multi_thread")]
async fn what_a_token_is_bound_to_is_refused_in_this_order() {
    on_both(async |database| {
        let place = mutual_tls::place(database, "127.0.0.1/32").await;
        let idp = &place.idp;
        let nonces = vec!["dpop_nonces=required".parse().unwrap()];
        idp.operate(move |ctx| realm::set(ctx, nonces).boxed()).await;
        let batch = idp.portal_with("batch", |settings| {
            settings.grant_types.push(GrantType::ClientCredentials);
            settings.access_tokens.dpop_bound = true;
            settings.access_tokens.certificate_bound = true;
        });
        let (batch, certificate) = (batch.await, Certificate::self_signed("batch").header());
        let (own, other) = (ClientKey::new("own"), ClientKey::new("other"));
        let posts = async |headers: &[(&str, &str)]| {
            batch.posts_to("/token", owned(&[("grant_type", "client_credentials")]), headers).await
        };
        let posts_proof = async |proof: &str| posts(&[("DPoP", proof)]).await.json;
        let now = idp.seconds();

        let mut walk = Walk::down("refused: the binding");
        walk.meets(&posts(&[("DPoP", "x"), ("DPoP", "x")]).await.json);
        walk.meets(&posts_proof("x").await);
        let mut claims =
            json!({"nbf": now + 3600, "htm": "GET", "htu": "https://elsewhere.example/", "jti": "x".repeat(600)});
        let mut header = json!({"typ": "JWT", "alg": "HS256", "crit": ["jwk"], "jwk": other.jwk});
        for mend in
            [json!({"crit": null}), json!({"typ": "dpop+jwt"}), json!({"alg": "ES256"}), json!({"jwk": own.jwk})]
        {
            walk.meets(&posts_proof(&own.signs(&header, &claims)).await);
            header = with_changes(header, &mend);
        }
        walk.passes("the claims of the DPoP proof are not acceptable");
        let address = format!("{}/token", idp.origin());
        for mend in [
            json!({"nbf": null}),
            json!({"iat": now - 3600}),
            json!({"iat": now}),
            json!({"htm": "POST"}),
            json!({"htu": address}),
        ] {
            walk.meets(&posts_proof(&own.signs(&header, &claims)).await);
            claims = with_changes(claims, &mend);
        }
        walk.passes("the DPoP proof is for another access token");
        let without = posts(&[("DPoP", &own.signs(&header, &claims))]).await;
        walk.meets(&without.json);
        walk.passes("the key of the DPoP proof is not usable");
        let claims = with_changes(claims, &json!({"nonce": without.headers["dpop-nonce"].to_str().unwrap()}));
        walk.meets(&posts_proof(&own.signs(&header, &claims)).await);
        let proof = |jti: &str| own.signs(&header, &with_changes(claims.clone(), &json!({"jti": jti})));
        let used = posts(&[("DPoP", &proof("one")), ("client-cert", &certificate)]).await;
        assert_eq!(used.status, 200, "{}", used.json);
        walk.meets(&posts_proof(&proof("one")).await);
        walk.meets(&posts(&[]).await.json);
        walk.meets(&posts_proof(&proof("two")).await);
        walk.ends(&posts(&[("DPoP", &proof("three")), ("client-cert", &certificate)]).await);
    })
    .await;
}

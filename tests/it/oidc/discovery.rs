//! Discovery and keys: what they promise is there.

use harness::{Idp, on_both};

#[tokio::test(flavor = "multi_thread")]
async fn discovery_names_endpoints_that_answer() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let browser = idp.browser();
        let document = browser.get("/.well-known/openid-configuration").await.json();

        assert_eq!(document["issuer"], idp.origin());
        for name in ["authorization", "token", "userinfo", "end_session"] {
            let address = document[format!("{name}_endpoint")].as_str().unwrap();
            assert!(address.starts_with(&idp.origin()), "{address}");
            assert_ne!(browser.get(address).await.status, 404, "{address}");
        }
        assert_eq!(document["code_challenge_methods_supported"], serde_json::json!(["S256"]));
        assert_eq!(document["authorization_response_iss_parameter_supported"], true);
        let other = browser.get("/.well-known/oauth-authorization-server").await.json();
        assert_eq!(other["issuer"], idp.origin());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_are_public_halves_alone() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let keys = idp.browser().get("/jwks").await.json()["keys"].as_array().unwrap().clone();

        assert!(keys.len() >= 2);
        for key in keys {
            for secret in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(key.get(secret).is_none(), "{secret} is published");
            }
            assert_eq!(key["use"], "sig");
            assert!(key["kid"].is_string() && key["alg"].is_string());
        }
    })
    .await;
}

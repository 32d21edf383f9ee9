//! Discovery and keys: what they promise is there.

use futures::FutureExt;
use harness::{Browser, ClientKey, Idp, Page, on_both};
use idp_core::admin::{key, realm};
use idp_core::client::ResponseType;
use idp_core::key::Algorithm;
use idp_core::realm::{Origin, RealmSettings, RegistrationPolicy};
use reqwest::Method;
use serde_json::{Value, json};

const PUBLISHED: [&str; 3] = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks"];

/// Asks as somebody who has the document of this validator.
async fn asks_again(browser: &Browser, path: &str, etag: &str) -> Page {
    browser.send(browser.request(Method::GET, path).header("if-none-match", etag)).await
}

/// Every address in the document, by its name.
fn addresses(document: &Value) -> Vec<(&String, &str)> {
    let members = document.as_object().unwrap().iter();
    let named = members.filter(|(name, _)| name.ends_with("_endpoint") || name.ends_with("_uri"));
    named.map(|(name, address)| (name, address.as_str().unwrap())).collect()
}

/// Those that the standards name and that every realm with registration has.
const ADDRESSES: [&str; 11] = [
    "authorization_endpoint",
    "backchannel_authentication_endpoint",
    "device_authorization_endpoint",
    "end_session_endpoint",
    "introspection_endpoint",
    "jwks_uri",
    "pushed_authorization_request_endpoint",
    "registration_endpoint",
    "revocation_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
];

#[tokio::test(flavor = "multi_thread")]
async fn discovery_names_endpoints_that_answer() {
    on_both(async |database| {
        let open = |settings: &mut RealmSettings| settings.registration = RegistrationPolicy::Open;
        let idp = Idp::start_with(database, open).await;
        let browser = idp.browser();
        let document = browser.get(PUBLISHED[0]).await.json();

        assert_eq!(document["issuer"], idp.origin());
        let mut named: Vec<&str> = addresses(&document).iter().map(|(name, _)| name.as_str()).collect();
        named.sort_unstable();
        assert_eq!(named, ADDRESSES);
        for (name, address) in addresses(&document) {
            let path = address.strip_prefix(&idp.origin()).unwrap_or_else(|| panic!("{name}: {address}"));
            assert!(path.starts_with('/') && path.len() > 1, "{name}: {address}");
            for method in [Method::GET, Method::POST] {
                let status = browser.send(browser.request(method.clone(), address)).await.status;
                assert!(status != 404 && status < 500, "{name}: {method} {address}: {status}");
            }
        }
        assert_eq!(browser.get_once("/token/nothing").await.status, 404, "what is not there is told from what is");
        assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
        assert_eq!(document["authorization_response_iss_parameter_supported"], true);
        assert_eq!(browser.get(PUBLISHED[1]).await.json(), document);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_realm_behind_https_is_named_so_wherever_the_request_came_from() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| settings.registration = RegistrationPolicy::Open).await;
        let origin = Origin::parse("https://mgc.id.example").unwrap();
        let settings = RealmSettings { registration: RegistrationPolicy::Open, ..RealmSettings::default() };
        let created =
            idp.operate(move |ctx| realm::create(ctx, "mgc".parse().unwrap(), origin, settings).boxed()).await;
        assert!(matches!(created, realm::Creation::Created(_)), "{created:?}");

        let browser = idp.browser();
        for path in &PUBLISHED[..2] {
            let page = browser.send(browser.request(Method::GET, path).header("host", "mgc.id.example")).await;
            let document = page.json();
            assert_eq!(document["issuer"], "https://mgc.id.example");
            assert_eq!(addresses(&document).len(), ADDRESSES.len());
            for (name, address) in addresses(&document) {
                let url = url::Url::parse(address).unwrap();
                assert_eq!((url.scheme(), url.host_str()), ("https", Some("mgc.id.example")), "{name}");
                assert!(address.starts_with("https://mgc.id.example/"), "{name}: {address}");
            }
            assert_eq!(browser.get(path).await.json()["issuer"], idp.origin(), "each host has its own");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_are_public_halves_alone() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let keys = idp.browser().get("/jwks").await.json()["keys"].as_array().unwrap().clone();

        assert!(keys.len() >= 4);
        let kids: std::collections::HashSet<_> = keys.iter().map(|key| key["kid"].as_str().unwrap()).collect();
        assert_eq!(kids.len(), keys.len(), "every kid is distinct");
        for key in &keys {
            for secret in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(key.get(secret).is_none(), "{secret} is published");
            }
            assert!(key["use"] == "sig" && key["alg"].is_string() || key["use"] == "enc");
        }
        let encrypts = |kty: &str| keys.iter().filter(|key| key["use"] == "enc" && key["kty"] == kty).count();
        assert_eq!((encrypts("RSA"), encrypts("EC")), (1, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_a_document_is_not_sent_it_again() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let browser = idp.browser();
        for path in PUBLISHED {
            let page = browser.get(path).await;
            let etag = page.header("etag").to_owned();
            assert!(etag.starts_with('"') && etag.len() > 20, "{path}: {etag} is no strong validator");
            assert_eq!(page.header("cache-control"), "public, max-age=300");

            for held in [etag.clone(), format!("\"x\", {etag}"), format!("W/{etag}"), "*".to_owned()] {
                let again = asks_again(&browser, path, &held).await;
                assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}: {held}");
                for name in ["etag", "cache-control", "access-control-allow-origin"] {
                    assert_eq!(again.header(name), page.header(name), "{path}: {name}");
                }
            }
            for other in ["\"x\"", "", "x", "\""] {
                let again = asks_again(&browser, path, other).await;
                assert_eq!((again.status, &again.body), (200, &page.body), "{path}: {other}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_published_at_once() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let browser = idp.browser();
        let before = [browser.get(PUBLISHED[0]).await, browser.get("/jwks").await];
        assert!(before[0].json()["registration_endpoint"].is_null());

        let open = vec!["registration=open".parse().unwrap()];
        idp.operate(|ctx| realm::set(ctx, open).boxed()).await;
        idp.operate(|ctx| key::rotate(ctx, Algorithm::Es256, key::Urgency::Compromised).boxed()).await;

        let [discovery, keys] = [browser.get(PUBLISHED[0]).await, browser.get("/jwks").await];
        assert!(discovery.json()["registration_endpoint"].is_string());
        assert_ne!(keys.body, before[1].body);
        for (page, old) in [(&discovery, &before[0]), (&keys, &before[1])] {
            assert_ne!(page.header("etag"), old.header("etag"));
            assert_eq!(asks_again(&browser, page.path(), old.header("etag")).await.status, 200);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_node_publishes_the_change_within_five_seconds() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let node = idp.another_node().await;
        let there = idp.browser().through(&node);
        let before = there.get("/jwks").await.body;

        idp.operate(|ctx| key::rotate(ctx, Algorithm::Es256, key::Urgency::Compromised).boxed()).await;

        let since = std::time::Instant::now();
        while there.get("/jwks").await.body == before {
            assert!(since.elapsed() < std::time::Duration::from_secs(5), "the other node still shows the old keys");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn implicit_is_a_grant_where_tokens_come_from_the_authorization_endpoint() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| settings.response_types = vec![ResponseType::Code]).await;
        let implicit = async || {
            let document = idp.browser().get(PUBLISHED[0]).await.json();
            document["grant_types_supported"].as_array().unwrap().iter().any(|grant| grant == "implicit")
        };
        assert!(!implicit().await);
        let types = vec!["response_types=code,id_token,id_token token".parse().unwrap()];
        idp.operate(|ctx| realm::set(ctx, types).boxed()).await;
        assert!(implicit().await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_classes_are_those_that_the_realms_methods_reach() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        for (methods, classes) in [
            ("mail", &["aal1"][..]),
            ("totp", &["aal1", "aal2"]),
            ("totp,mail", &["aal1", "aal2"]),
            ("passkey,mail", &["aal1", "aal2", "phr"]),
        ] {
            let chosen = vec![format!("methods={methods}").parse().unwrap()];
            idp.operate(|ctx| realm::set(ctx, chosen).boxed()).await;
            let document = idp.browser().get(PUBLISHED[0]).await.json();
            assert_eq!(document["acr_values_supported"], serde_json::json!(classes), "{methods}");
        }
    })
    .await;
}

/// What a client registers to have one of the algorithms, by the member of the document that lists them.
fn with_algorithm(listed: &str, algorithm: &str) -> Value {
    let method = if algorithm.starts_with("HS") { "client_secret_jwt" } else { "private_key_jwt" };
    match listed {
        "id_token_signing_alg_values_supported" => json!({"id_token_signed_response_alg": algorithm}),
        "userinfo_signing_alg_values_supported" => json!({"userinfo_signed_response_alg": algorithm}),
        "introspection_signing_alg_values_supported" => json!({"introspection_signed_response_alg": algorithm}),
        "authorization_signing_alg_values_supported" => json!({"authorization_signed_response_alg": algorithm}),
        "request_object_signing_alg_values_supported" => json!({"request_object_signing_alg": algorithm}),
        "backchannel_authentication_request_signing_alg_values_supported" => {
            json!({"backchannel_authentication_request_signing_alg": algorithm})
        }
        "token_endpoint_auth_signing_alg_values_supported" => {
            json!({"token_endpoint_auth_method": method, "token_endpoint_auth_signing_alg": algorithm})
        }
        other => panic!("what does a client register for {other}?"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_algorithm_that_is_named_can_be_registered_and_is_told_back() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| settings.registration = RegistrationPolicy::Open).await;
        let document = idp.browser().get("/.well-known/openid-configuration").await.json();
        let key = ClientKey::new("k1");
        let lists = document.as_object().unwrap().iter().filter(|(name, _)| name.contains("_signing_alg_values_"));
        // Proofs of possession are registered nowhere; the other two are the token endpoint's.
        let elsewhere = ["dpop_", "introspection_endpoint_", "revocation_endpoint_"];
        let lists = lists.filter(|(name, _)| elsewhere.iter().all(|start| !name.starts_with(start)));
        let mut seen = 0;
        for (listed, algorithms) in lists {
            for algorithm in algorithms.as_array().unwrap() {
                let chosen = with_algorithm(listed, algorithm.as_str().unwrap());
                let mut metadata = json!({"redirect_uris": ["https://portal.example/cb"], "jwks": {"keys": [key.jwk]}});
                metadata.as_object_mut().unwrap().extend(chosen.as_object().unwrap().clone());
                let answer =
                    idp.http().post(format!("{}/register", idp.origin())).json(&metadata).send().await.unwrap();
                assert_eq!(answer.status(), 201, "{listed}: {chosen}");
                let told: Value = answer.json().await.unwrap();
                // With a secret there is one algorithm, which need not be kept.
                for (name, value) in chosen.as_object().unwrap().iter().filter(|(_, value)| *value != "HS256") {
                    assert_eq!(told[name], *value, "{listed}");
                }
                seen += 1;
            }
        }
        assert!(seen > 30, "{seen}");
    })
    .await;
}

//! The FAPI 2.0 Security Profile: bound to a key, and refused as the profile wants it.

use harness::{ClientKey, Idp, MemberSeed, on_both, owned};
use serde_json::{Value, json};

use super::{bank, is_refused, redeeming};

/// A proof of `key` with changes to its header, for the token endpoint.
fn proof(idp: &Idp, key: &ClientKey, alg: &str) -> String {
    let header = json!({"typ": "dpop+jwt", "jwk": key.jwk, "alg": alg});
    key.signs(&header, &key.proof_claims(idp, "POST", "/token"))
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_given_without_a_proof_and_no_proof_is_signed_by_rs256() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let bank = bank(&idp, "bank", |_| {}).await;
        let (member, browser) = (idp.member(MemberSeed::new("CF-1")).await, idp.browser());
        let (own, key) = (ClientKey::rsa("d"), ClientKey::new("e"));
        let asked = bank.asks_pushed(&[("scope", "openid offline_access"), ("prompt", "consent")]).await;
        let page = member.walks_to(browser.get(&asked.url).await, "/consent").await;
        let arrival = page.submit("consent-allow").await.arrived();
        assert_eq!(arrival.get("iss"), idp.origin());
        let form = redeeming(&bank, &asked, arrival.code());

        let module = "fapi2-security-profile-final-ensure-holder-of-key-required";
        is_refused(&bank.posts(owned(&form)).await, &["invalid_request"], module);
        let module = "fapi2-security-profile-final-dpop-negative-tests, RS256";
        is_refused(&bank.posts_proving(&form, &proof(&idp, &own, "RS256")).await, &["invalid_dpop_proof"], module);
        let tokens = bank.posts_proving(&form, &proof(&idp, &own, "PS256")).await;
        assert_eq!((tokens.status, &tokens.json["token_type"]), (200, &"DPoP".into()), "{}", tokens.json);

        let told = async |alg: &str| {
            let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, tokens.access_token().as_bytes());
            let mut claims = own.proof_claims(&idp, "GET", "/userinfo");
            claims["ath"] = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, hash).into();
            let proof = own.signs(&json!({"typ": "dpop+jwt", "jwk": own.jwk, "alg": alg}), &claims);
            let request = idp.http().get(format!("{}/userinfo", idp.origin())).header("dpop", proof);
            let authorization = format!("DPoP {}", tokens.access_token());
            request.header("authorization", authorization).send().await.unwrap().status().as_u16()
        };
        assert_eq!((told("RS256").await, told("PS256").await), (401, 200), "{module}");

        let module = "fapi2-security-profile-final-refresh-token";
        let form = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh_token())];
        is_refused(&bank.posts(owned(&form)).await, &["invalid_request"], module);
        for key in [&own, &key] {
            let again = bank.posts_proving(&form, &key.proof(&idp)).await;
            assert_eq!(again.status, 200, "{module}: {}", again.json);
            let kept = again.json["refresh_token"].as_str().is_none_or(|kept| kept == tokens.refresh_token());
            assert!(kept, "{module}: it is not rotated");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_pushed_bound_and_bears_what_the_profile_wants() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (bank, other) = (bank(&idp, "bank", |_| {}).await, bank(&idp, "other", |_| {}).await);
        let long = ("n".repeat(384), "s".repeat(384));
        let pushes = async |changes: &[(&str, &str)]| bank.pushes(&bank.asks_with(changes)).await;
        for (module, changes, accepted) in [
            (
                "par-ensure-pkce-required",
                &[("code_challenge", ""), ("code_challenge_method", "")][..],
                "invalid_request",
            ),
            ("par-ensure-plain-pkce-rejected", &[("code_challenge_method", "plain")], "invalid_request"),
            ("ensure-response-type-code-idtoken-fails", &[("response_type", "code id_token")], "unauthorized_client"),
            ("ensure-response-type-token-fails", &[("response_type", "token")], "unsupported_response_type"),
            (
                "ensure-registered-redirect-uri",
                &[("redirect_uri", "https://portal.example/callback/x")],
                "invalid_request",
            ),
            ("ensure-redirect-uri-in-authorization-request", &[("redirect_uri", "")], "invalid_request"),
            ("the same, without openid", &[("redirect_uri", ""), ("scope", "profile")], "invalid_request"),
            ("par-request-uri-in-form", &[("request_uri", "urn:ietf:params:oauth:request_uri:x")], "invalid_request"),
        ] {
            let (status, document) = pushes(changes).await;
            let error = document["error"].as_str().unwrap_or_default();
            let is_known = [accepted, "unsupported_response_type", "invalid_request"].contains(&error);
            assert!(status == 400 && is_known, "{module}: {status} {document}");
        }
        for (module, changes) in [
            ("ensure-authorization-request-without-state-success", &[("state", "")][..]),
            ("ensure-authorization-request-without-nonce-success", &[("nonce", "")]),
            ("ensure-authorization-request-with-long-nonce", &[("nonce", &*long.0)]),
            ("ensure-authorization-request-with-long-state", &[("state", &*long.1)]),
        ] {
            assert_eq!(pushes(changes).await.0, 201, "{module}");
        }

        let module = "par-attempt-to-use-request_uri-for-different-client";
        let (_, document) = pushes(&[]).await;
        let page = idp.browser().get(&other.pushed_url(document["request_uri"].as_str().unwrap())).await;
        assert_eq!((page.status, page.error_code().as_deref()), (400, Some("invalid_request_uri")), "{module}");
        let module = "ensure-unsigned-authorization-request-without-using-par-fails";
        let arrival = idp.browser().get(&bank.asks().url).await.arrived();
        assert_eq!(arrival.get("error"), "invalid_request", "{module}");
        let put = idp.http().put(format!("{}/par", idp.origin())).form(&[("client_id", "bank")]).send().await.unwrap();
        assert_eq!(put.status().as_u16(), 405, "par-attempt-invalid-http-method");

        let module = "ensure-mismatched-dpop-jkt-fails";
        let mut form = vec![("dpop_jkt", "x".repeat(43))];
        let sent = url::Url::parse(&bank.asks().url).unwrap();
        let sent: Vec<(String, String)> = sent.query_pairs().into_owned().collect();
        form.extend(sent.iter().map(|(name, value)| (name.as_str(), value.clone())));
        let form = form.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let key = ClientKey::new("d");
        let header = key.proves(&key.proof_claims(&idp, "POST", "/par"));
        let refused = bank.posts_to("/par", form, &[("DPoP", &header)]).await;
        is_refused(&refused, &["invalid_request", "invalid_dpop_proof"], module);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_promises_what_the_profile_needs() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"] {
            let document: Value = idp.browser().get(path).await.json();
            let has = |name: &str, value: &str| document[name].as_array().unwrap().iter().any(|known| known == value);
            for name in [
                "dpop_signing_alg_values_supported",
                "id_token_signing_alg_values_supported",
                "userinfo_signing_alg_values_supported",
                "token_endpoint_auth_signing_alg_values_supported",
                "request_object_signing_alg_values_supported",
                "authorization_signing_alg_values_supported",
                "backchannel_authentication_request_signing_alg_values_supported",
            ] {
                assert!(has(name, "PS256") && has(name, "ES256"), "{path}: {name}");
            }
            assert!(has("response_modes_supported", "jwt") && has("code_challenge_methods_supported", "S256"));
            assert!(has("grant_types_supported", "urn:openid:params:grant-type:ciba"));
            assert!(has("backchannel_token_delivery_modes_supported", "ping"));
            assert_eq!(document["authorization_response_iss_parameter_supported"], true);
            assert!(document["require_pushed_authorization_requests"].is_boolean());
            assert!(document["pushed_authorization_request_endpoint"].is_string());
        }
    })
    .await;
}

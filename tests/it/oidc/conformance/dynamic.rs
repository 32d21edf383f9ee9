//! The Dynamic and third-party-initiated login plans: clients that register themselves as the suite does, without a scope,
//! with keys that have no name, and sign by RS256.

use harness::{ClientKey, Idp, MemberSeed, Portal, on_both};
use idp_core::client::{AuthMethod, Pkce, ResponseType};
use idp_core::realm::RegistrationPolicy;
use reqwest::Method;
use serde_json::{Value, json};

async fn place(database: harness::Database) -> Idp {
    Idp::start_with(database, |settings| {
        settings.registration = RegistrationPolicy::Open;
        settings.registration_pkce = Pkce::Optional;
        settings.response_types = ResponseType::ALL.to_vec();
    })
    .await
}

async fn sends(
    idp: &Idp,
    method: Method,
    address: &str,
    token: Option<&str>,
    document: Option<&Value>,
) -> (u16, Value) {
    let request = idp.http().request(method, address);
    let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
    let request = document.into_iter().fold(request, |request, document| request.json(document));
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

/// What the suite sends for a response type.
fn metadata(kind: ResponseType, key: &ClientKey, method: AuthMethod) -> Value {
    let mut jwk = key.jwk.clone();
    jwk.as_object_mut().unwrap().remove("kid");
    jwk["use"] = "sig".into();
    jwk["alg"] = "RS256".into();
    let grants: Vec<&str> = kind.needs().map(idp_core::client::GrantType::name).collect();
    json!({
        "client_name": "OIDF conformance test", "grant_types": grants, "jwks": {"keys": [jwk]},
        "token_endpoint_auth_method": method.name(), "response_types": [kind.name()],
        "redirect_uris": ["https://portal.example/callback"], "contacts": ["certification@oidf.org"],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_every_response_type_registers_signs_a_member_in_and_goes() {
    on_both(async |database| {
        let idp = place(database).await;
        let key = ClientKey::rsa("unnamed");
        let (member, browser) = (idp.member(MemberSeed::new("CD-1")).await, idp.browser());
        member.signs_in(&browser, &idp.portal().await).await;
        for kind in ResponseType::ALL {
            let module = format!("oidcc-server, {}", kind.name());
            let document = metadata(kind, &key, AuthMethod::PrivateKeyJwt);
            let endpoint = format!("{}/register", idp.origin());
            let (status, client) = sends(&idp, Method::POST, &endpoint, None, Some(&document)).await;
            assert_eq!(status, 201, "{module}: {client}");
            let mut portal: Portal = idp.portal_with(&format!("other-{}", kind.name().replace(' ', "-")), |_| {}).await;
            portal.client_id = client["client_id"].as_str().unwrap().to_owned();
            portal.auth_method = AuthMethod::PrivateKeyJwt;
            portal.key = Some(key.clone());
            let plain = [("code_challenge", ""), ("code_challenge_method", ""), ("scope", "openid")];
            let asked = portal.asks_with(&[&plain[..], &[("response_type", kind.name())]].concat());
            let page = browser.get(&asked.url).await;
            let arrival = page.submit("consent-allow").await.arrived();
            assert_eq!(arrival.get("error"), "", "{module}");
            if kind.has_code() {
                // A key without a name, an assertion without a kid, by RS256.
                let assertion = key.signs(&json!({"alg": "RS256"}), &portal.assertion_claims());
                let form = [
                    ("grant_type", "authorization_code"),
                    ("code", arrival.code()),
                    ("redirect_uri", portal.redirect_uri.as_str()),
                    ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                    ("client_assertion", &assertion),
                ];
                let answer = idp.http().post(format!("{}/token", idp.origin())).form(&form).send().await.unwrap();
                let (status, tokens): (u16, Value) = (answer.status().as_u16(), answer.json().await.unwrap());
                assert_eq!(status, 200, "{module}: {tokens}");
                let id_token = tokens["id_token"].as_str().unwrap();
                assert_eq!(jsonwebtoken::decode_header(id_token).unwrap().alg, jsonwebtoken::Algorithm::RS256);
            }
            let (address, access) = ("registration_client_uri", "registration_access_token");
            let [address, access] = [address, access].map(|name| client[name].as_str().unwrap());
            assert_eq!(sends(&idp, Method::DELETE, address, Some(access), None).await.0, 204, "{module}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_sign_in_may_begin_elsewhere_is_told_and_must_be_https() {
    on_both(async |database| {
        let idp = place(database).await;
        let endpoint = format!("{}/register", idp.origin());
        let mut document = metadata(ResponseType::Code, &ClientKey::rsa("unnamed"), AuthMethod::ClientSecretBasic);
        document["initiate_login_uri"] = "https://portal.example/login".into();
        let (status, client) = sends(&idp, Method::POST, &endpoint, None, Some(&document)).await;
        assert_eq!((status, &client["initiate_login_uri"]), (201, &document["initiate_login_uri"]));
        let [address, access] =
            ["registration_client_uri", "registration_access_token"].map(|name| client[name].as_str().unwrap());
        let (status, seen) = sends(&idp, Method::GET, address, Some(access), None).await;
        assert_eq!((status, &seen["initiate_login_uri"]), (200, &document["initiate_login_uri"]));

        document["initiate_login_uri"] = "http://portal.example/login".into();
        let (status, refused) = sends(&idp, Method::POST, &endpoint, None, Some(&document)).await;
        assert_eq!((status, &refused["error"]), (400, &"invalid_client_metadata".into()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_promises_what_a_dynamic_provider_must_have_and_no_unsigned_object() {
    on_both(async |database| {
        let idp = place(database).await;
        let document = idp.browser().get("/.well-known/openid-configuration").await.json();
        let has = |name: &str, value: &str| document[name].as_array().unwrap().iter().any(|known| known == value);
        for (name, values) in [
            ("response_types_supported", &["code", "id_token", "id_token token"][..]),
            ("grant_types_supported", &["authorization_code", "implicit", "refresh_token"]),
            ("subject_types_supported", &["public", "pairwise"]),
            ("id_token_signing_alg_values_supported", &["RS256"]),
            ("userinfo_signing_alg_values_supported", &["RS256"]),
            ("scopes_supported", &["openid", "profile", "email", "address", "phone", "offline_access"]),
            (
                "token_endpoint_auth_methods_supported",
                &["private_key_jwt", "client_secret_basic", "client_secret_post"],
            ),
            ("request_object_signing_alg_values_supported", &["RS256", "PS256", "ES256"]),
        ] {
            for value in values {
                assert!(has(name, value), "{name}: {value}");
            }
        }
        // The modules that send unsigned objects, or ask for unsigned ID tokens, are skipped where these say so.
        for name in ["request_object_signing_alg_values_supported", "id_token_signing_alg_values_supported"] {
            assert!(!has(name, "none"), "{name}");
        }
        for name in ["request_uri_parameter_supported", "request_parameter_supported", "claims_parameter_supported"] {
            assert_eq!(document[name], true, "{name}");
        }
    })
    .await;
}

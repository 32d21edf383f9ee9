//! docs/openapi.json against the product: the table of routes, and what the endpoints really answer.

mod schema;

use std::collections::BTreeSet;
use std::path::Path;

use harness::{Database, Idp, MemberSeed, Portal, on_both, owned};
use idp_core::client::{CibaDelivery, ExchangePolicy, GrantType};
use idp_core::realm::{DpopNonces, RealmSettings, RegistrationPolicy};
use reqwest::{Method, Response};
use serde_json::{Value, json};

/// Routes that browsers are sent to, and files that pages load: described in docs/endpoints.md.
const FOR_BROWSERS: [&str; 5] = ["AUTHORIZE", "END_SESSION", "ASSETS", "REALM_STYLE", "CHANGE_PASSWORD"];
/// The two parts of the table of routes that programs ask.
const PARTS: [&str; 2] = ["fn house()", "fn protocol()"];

fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(top().join(path)).unwrap()
}

fn document() -> Value {
    serde_json::from_str(&read("docs/openapi.json")).unwrap()
}

/// Each method of each path that the table of routes has for programs.
fn routed() -> BTreeSet<(String, String)> {
    let (router, paths) = (read("idp-server/src/router.rs"), read("idp-server/src/paths.rs"));
    let path_of = |name: &str| {
        let line = paths.lines().find(|line| line.starts_with(&format!("pub const {name}: &str"))).unwrap();
        line.split('"').nth(1).unwrap().to_owned()
    };
    let parts = PARTS.iter().flat_map(|part| {
        let body = router.split_once(part).unwrap().1;
        body.split("\n}").next().unwrap().lines()
    });
    let mut routed = BTreeSet::new();
    for line in parts.filter_map(|line| line.trim().strip_prefix(".route(paths::")) {
        let (name, methods) = line.split_once(',').unwrap();
        if FOR_BROWSERS.contains(&name) {
            continue;
        }
        for method in ["get", "post", "put", "delete"] {
            if methods.contains(&format!(" {method}(")) || methods.contains(&format!(".{method}(")) {
                routed.insert((path_of(name), method.to_owned()));
            }
        }
    }
    routed
}

#[test]
fn every_route_for_programs_is_described_and_nothing_else_is() {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    let described: BTreeSet<(String, String)> = paths
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| (path.clone(), method.clone())))
        .filter(|(_, method)| method != "parameters")
        .collect();
    assert_eq!(described, routed());
}

#[test]
fn every_reference_leads_somewhere_and_every_operation_has_a_name_of_its_own() {
    let document = document();
    let references = schema::references(&document);
    assert!(references.len() > 20);
    for reference in references {
        let place = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
        assert!(place.is_some(), "{reference}");
    }
    let mut names = BTreeSet::new();
    for (path, method) in routed() {
        let operation = &document["paths"][&path][&method];
        let name = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no name"));
        assert!(names.insert(name.to_owned()), "{name} is the name of two operations");
        assert!(operation["summary"].is_string() && operation["responses"].is_object(), "{name}");
    }
}

#[test]
fn every_error_code_is_explained_in_the_table_of_endpoints() {
    let (document, endpoints) = (document(), read("docs/endpoints.md"));
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        let codes = schema["properties"]["error"]["enum"].as_array().cloned().unwrap_or_default();
        for code in codes {
            let code = code.as_str().unwrap();
            assert!(endpoints.contains(&format!("`{code}`")), "{name}: {code} is not in docs/endpoints.md");
        }
    }
}

struct Place {
    idp: Idp,
    portal: Portal,
    document: Value,
}

impl Place {
    async fn start(database: Database) -> Self {
        let adjust = |settings: &mut RealmSettings| {
            settings.registration = RegistrationPolicy::Open;
            settings.dpop_nonces = DpopNonces::Required;
        };
        let idp = Idp::start_with(database, adjust).await;
        let portal = idp
            .portal_with("portal", |settings| {
                settings.exchange = ExchangePolicy::Delegation;
                settings.ciba = Some(CibaDelivery::Poll);
                settings.grant_types.extend([
                    GrantType::ClientCredentials,
                    GrantType::DeviceCode,
                    GrantType::TokenExchange,
                    GrantType::Ciba,
                ]);
            })
            .await;
        Self { idp, portal, document: document() }
    }

    /// What is described in place of a reference.
    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        value["$ref"].as_str().map_or(value, |reference| self.document.pointer(&reference[1..]).unwrap())
    }

    /// Holds an answer to what the document says of it.
    async fn holds(&self, (path, method): (&str, &str), answer: Response) -> (u16, Value) {
        let status = answer.status().as_u16();
        let headers = answer.headers().clone();
        let content_type = headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media = content_type.split(';').next().unwrap_or_default().to_owned();
        let text = answer.text().await.unwrap();
        let described = self.resolved(&self.document["paths"][path][method]["responses"][status.to_string()]);
        assert!(described.is_object(), "{method} {path} answered {status}, which is not described: {text}");
        for (name, header) in described["headers"].as_object().into_iter().flatten() {
            let may_be_missing = self.resolved(header)["required"] == false;
            assert!(may_be_missing || headers.contains_key(name), "{method} {path} {status} lacks {name}");
        }
        let has_nonce = headers.contains_key("dpop-nonce");
        assert!(!has_nonce || described["headers"]["DPoP-Nonce"].is_object(), "{method} {path} {status} has a nonce");
        let Some(content) = described["content"].as_object() else {
            assert_eq!(text, "", "{method} {path} {status} has a body");
            return (status, Value::Null);
        };
        let schema = content.get(&media).unwrap_or_else(|| panic!("{method} {path} {status}: {media}"));
        let told = if media == "application/json" { serde_json::from_str(&text).unwrap() } else { Value::from(text) };
        let wrong = schema::wrong(&self.document, &schema["schema"], &told, path);
        assert_eq!(wrong, Vec::<String>::new(), "{method} {path} {status}: {told}");
        (status, told)
    }

    async fn gets(&self, path: &str) -> (u16, Value) {
        let answer = self.idp.http().get(format!("{}{path}", self.idp.origin())).send().await.unwrap();
        self.holds((path, "get"), answer).await
    }

    /// Posts a form, with the portal's secret or with a wrong one.
    async fn posts(&self, path: &str, secret: Option<&str>, fields: &[(&str, &str)]) -> (u16, Value) {
        let request = self.idp.http().post(format!("{}{path}", self.idp.origin()));
        let answer = request.basic_auth("portal", secret).form(&owned(fields)).send().await.unwrap();
        self.holds((path, "post"), answer).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_and_clients_endpoints_answer_as_described() {
    on_both(async |database| {
        let place = Place::start(database).await;
        for path in [
            "/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server",
            "/jwks",
            "/.well-known/webauthn",
            "/.well-known/passkey-endpoints",
            "/healthz",
            "/readyz",
        ] {
            place.gets(path).await;
        }
        let secret = place.portal.secret.clone();
        let (secret, large) = (secret.as_deref(), "a".repeat(64 * 1024));
        let (_, tokens) = place.posts("/token", secret, &[("grant_type", "client_credentials")]).await;
        let token = tokens["access_token"].as_str().unwrap();
        let asked = [
            ("response_type", "code"),
            ("redirect_uri", place.portal.redirect_uri.as_str()),
            ("scope", "openid"),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"),
        ];
        for (path, fields, good) in [
            ("/token", &[("grant_type", "password")][..], 400),
            ("/introspect", &[("token", token)][..], 200),
            ("/introspect", &[][..], 400),
            ("/par", &asked[..], 201),
            ("/par", &asked[..2], 400),
            ("/device_authorization", &[("scope", "openid")][..], 200),
            ("/device_authorization", &[][..], 400),
            ("/bc-authorize", &[("scope", "openid"), ("login_hint", "OA-9")][..], 200),
            ("/bc-authorize", &[("scope", "openid")][..], 400),
            ("/revoke", &[("token", token)][..], 200),
            ("/revoke", &[][..], 400),
        ] {
            assert_eq!(place.posts(path, secret, fields).await.0, good, "{path} {fields:?}");
            assert_eq!(place.posts(path, Some("wrong"), fields).await.0, 401, "{path}");
            assert_eq!(place.posts(path, secret, &[("scope", &large)]).await.0, 413, "{path}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_of_members_and_clients_is_as_described() {
    on_both(async |database| {
        let place = Place::start(database).await;
        let (member, browser) = (place.idp.member(MemberSeed::new("OA-1")).await, place.idp.browser());
        member.signs_in(&browser, &place.portal).await;
        let asked = place.portal.asks_with(&[("scope", "openid profile email address phone offline_access")]);
        let code = browser.get(&asked.url).await.arrived();
        let secret = place.portal.secret.clone();
        let redeem = [
            ("grant_type", "authorization_code"),
            ("code", code.code()),
            ("redirect_uri", place.portal.redirect_uri.as_str()),
            ("code_verifier", asked.verifier.as_str()),
        ];
        let (status, tokens) = place.posts("/token", secret.as_deref(), &redeem).await;
        assert_eq!(status, 200, "{tokens}");
        for token in [&tokens["access_token"], &tokens["refresh_token"], &json!("nonsense")] {
            place.posts("/introspect", secret.as_deref(), &[("token", token.as_str().unwrap())]).await;
        }
        let address = format!("{}/userinfo", place.idp.origin());
        for (method, name) in [(Method::GET, "get"), (Method::POST, "post")] {
            for (token, expected) in [(tokens["access_token"].as_str().unwrap(), 200), ("wrong", 401)] {
                let answer =
                    place.idp.http().request(method.clone(), &address).bearer_auth(token).send().await.unwrap();
                assert_eq!(place.holds(("/userinfo", name), answer).await.0, expected);
            }
        }

        let metadata =
            json!({"redirect_uris": ["https://a.example/cb"], "software_id": "1", "contacts": ["a@a.example"]});
        let request = place.idp.http().post(format!("{}/register", place.idp.origin())).json(&metadata);
        let (status, registered) = place.holds(("/register", "post"), request.send().await.unwrap()).await;
        assert_eq!(status, 201);
        let refused = place.idp.http().post(format!("{}/register", place.idp.origin())).json(&json!({}));
        assert_eq!(place.holds(("/register", "post"), refused.send().await.unwrap()).await.0, 400);
        let address = registered["registration_client_uri"].as_str().unwrap();
        let access = registered["registration_access_token"].as_str().unwrap();
        let replaced = json!({"client_id": registered["client_id"], "redirect_uris": ["https://a.example/cb"]});
        let http = place.idp.http();
        for (method, request, good) in [
            ("get", http.get(address), 200),
            ("put", http.put(address).json(&replaced), 200),
            ("put", http.put(address).json(&json!({})), 400),
            ("delete", http.delete(address), 204),
        ] {
            let wrong = request.try_clone().unwrap().bearer_auth("wrong").send().await.unwrap();
            assert_eq!(place.holds(("/register/{client_id}", method), wrong).await.0, 401, "{method}");
            let answer = request.bearer_auth(access).send().await.unwrap();
            assert_eq!(place.holds(("/register/{client_id}", method), answer).await.0, good, "{method}");
        }
    })
    .await;
}

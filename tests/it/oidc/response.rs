//! How answers travel: response modes and response types, each one that there is.

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{Arrival, Browser, Idp, Member, MemberSeed, Page, Portal, every_response_type, on_both, part};
use idp_core::client::ResponseType;
use idp_core::key::Algorithm;
use serde_json::Value;

/// A realm and a client with every response type, and a member who is signed in.
async fn everything(database: harness::Database, user_id: &str) -> (Idp, Member, Portal, Browser) {
    let idp = Idp::start_with(database, |settings| settings.response_types = ResponseType::ALL.to_vec()).await;
    let portal = idp.portal_with("legacy", every_response_type).await;
    let (member, browser) = (idp.member(MemberSeed::new(user_id)).await, idp.browser());
    member.signs_in(&browser, &portal).await;
    (idp, member, portal, browser)
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn half_hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&digest(&SHA256, text.as_bytes()).as_ref()[..16])
}

/// The same by the hash that EdDSA uses on Ed25519 (RFC 8032 §5.1): SHA-512.
fn half_hash_of_eddsa(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(&digest(&SHA512, text.as_bytes()).as_ref()[..32])
}

/// Checks the signature with the published keys, and returns the claims.
async fn verified(idp: &Idp, token: &str) -> Value {
    let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_value(idp.browser().get("/jwks").await.json()).unwrap();
    let header = jsonwebtoken::decode_header(token).unwrap();
    let key = keys.find(&header.kid.unwrap()).unwrap();
    let mut validation = jsonwebtoken::Validation::new(header.alg);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    jsonwebtoken::decode::<Value>(token, &jsonwebtoken::DecodingKey::from_jwk(key).unwrap(), &validation)
        .unwrap()
        .claims
}

fn carried(page: &Page, mode: &str) -> Arrival {
    let plain = mode.trim_end_matches(".jwt");
    if plain == "form_post" {
        return page.posted().unwrap_or_else(|| panic!("{mode}: {}", page.summary()));
    }
    let arrival = page.arrived();
    assert_eq!(arrival.url.fragment().is_some(), plain == "fragment", "{mode}: {}", arrival.url);
    assert_eq!(arrival.url.query().is_some(), plain == "query", "{mode}: {}", arrival.url);
    arrival
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_comes_by_every_mode_and_so_does_an_error() {
    on_both(async |database| {
        let (idp, _, portal, browser) = everything(database, "M-1001").await;
        for mode in ["query", "fragment", "form_post", "query.jwt", "fragment.jwt", "form_post.jwt"] {
            for (prompt, name) in [("", "code"), ("none login", "error")] {
                let asked = portal.asks_with(&[("response_mode", mode), ("prompt", prompt)]);
                let page = browser.get(&asked.url).await;
                let arrival = carried(&page, mode);
                assert!(arrival.url.as_str().starts_with(&portal.redirect_uri), "{mode}");
                let told = if mode.ends_with(".jwt") {
                    assert_eq!(arrival.params.len(), 1, "{mode}: {:?}", arrival.params);
                    let told = verified(&idp, arrival.get("response")).await;
                    assert_eq!(told["aud"], portal.client_id.as_str());
                    let exp = told["exp"].as_i64().unwrap() - idp.now().seconds();
                    assert!((1..=600).contains(&exp), "{exp}");
                    told
                } else {
                    serde_json::to_value(&arrival.params).unwrap()
                };
                assert_eq!(
                    (&told["state"], &told["iss"]),
                    (&asked.state.as_str().into(), &idp.origin().into()),
                    "{mode}"
                );
                let code = told[name].as_str().unwrap_or_else(|| panic!("{mode}: no {name} in {told}"));
                if name == "code" {
                    assert_eq!(portal.redeems(&asked, code).await.status, 200, "{mode}");
                } else {
                    assert_eq!(code, "invalid_request");
                }
            }
        }
        let asked = portal.asks_with(&[("response_mode", "jwt")]);
        assert!(!carried(&browser.get(&asked.url).await, "query.jwt").get("response").is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signed_answers_are_rs256_where_nothing_was_registered_whatever_the_id_token_is() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal_with("portal", |settings| settings.id_token_alg = Algorithm::Es256).await;
        let (member, browser) = (idp.member(MemberSeed::new("M-1009")).await, idp.browser());
        let (asked, arrival) = member.signs_in(&browser, &portal).await;
        let tokens = portal.redeems(&asked, arrival.code()).await;
        assert_eq!(part(tokens.id_token(), 0)["alg"], "ES256");

        let answer = browser.get(&portal.asks_with(&[("response_mode", "jwt")]).url).await.arrived();
        assert_eq!(part(answer.get("response"), 0)["alg"], "RS256", "JARM §3");
        assert_eq!(verified(&idp, answer.get("response")).await["aud"], "portal");
        let request = idp.http().post(format!("{}/introspect", idp.origin()));
        let request = request.basic_auth("portal", portal.secret.clone());
        let request = request.header("accept", "application/token-introspection+jwt");
        let answer = request.form(&[("token", tokens.access_token())]).send().await.unwrap().text().await.unwrap();
        assert_eq!(part(&answer, 0)["alg"], "RS256", "RFC 9701 §6");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_posted_form_runs_one_script_has_a_button_and_holds_nothing_of_ours() {
    on_both(async |database| {
        let (idp, _, portal, browser) = everything(database, "M-1002").await;
        let asked = portal.asks_with(&[("response_mode", "form_post"), ("state", "\"><script>alert(1)</script>")]);
        let page = browser.get(&asked.url).await;

        assert_eq!((page.status, page.header("cache-control")), (200, "no-store"));
        let posted = page.posted().unwrap();
        assert_eq!(posted.url.as_str(), portal.redirect_uri);
        let mut names: Vec<&String> = posted.params.keys().collect();
        names.sort();
        assert_eq!(names, ["code", "iss", "state"]);
        assert_eq!(posted.get("state"), "\"><script>alert(1)</script>");
        assert_eq!(page.body.matches("<script").count(), 1, "{}", page.body);
        assert!(page.has("form-post-submit"));

        let policy = page.header("content-security-policy");
        let script = policy.split("script-src ").nth(1).unwrap().split(';').next().unwrap();
        assert!(
            script.starts_with(&format!("{}/assets/form_post.", idp.origin())) && !script.contains(' '),
            "{policy}"
        );
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
        assert!(idp.browser().get(script).await.body.contains(".submit()"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_response_type_gives_what_it_names_and_ties_it_together() {
    on_both(async |database| {
        let (idp, _, portal, browser) = everything(database, "M-1003").await;
        for kind in ResponseType::ALL {
            let asked = portal.asks_with(&[("response_type", kind.name())]);
            let arrival = browser.get(&asked.url).await.arrived();
            assert_eq!(arrival.url.fragment().is_some(), kind != ResponseType::Code, "{}", arrival.url);
            let holds = |name: &str| !arrival.get(name).is_empty();
            let expected = (kind.has_code(), kind.has_token(), kind.has_id_token());
            assert_eq!((holds("code"), holds("access_token"), holds("id_token")), expected, "{}", kind.name());
            assert_eq!((arrival.get("state"), arrival.get("iss")), (asked.state.as_str(), &*idp.origin()));

            if kind.has_token() {
                assert_eq!((arrival.get("token_type"), arrival.get("expires_in")), ("Bearer", "600"));
                let (status, told) = portal.userinfo(arrival.get("access_token")).await;
                assert_eq!((status, told["email_verified"].as_bool()), (200, Some(true)));
            }
            if kind.has_id_token() {
                let told = verified(&idp, arrival.get("id_token")).await;
                assert_eq!((&told["nonce"], &told["aud"]), (&asked.nonce.as_str().into(), &"legacy".into()));
                let hash = |name: &str| Value::from(half_hash(arrival.get(name)));
                let at_hash = if kind.has_token() { hash("access_token") } else { Value::Null };
                let c_hash = if kind.has_code() { hash("code") } else { Value::Null };
                assert_eq!((&told["at_hash"], &told["c_hash"]), (&at_hash, &c_hash), "{}", kind.name());
                // Only where nothing else will ever tell them the claims of the scopes stand in the ID token.
                assert_eq!(told["email"].is_string(), kind == ResponseType::IdToken, "{}", kind.name());
                assert_eq!(told["birthdate"].is_string(), kind == ResponseType::IdToken, "{}", kind.name());
            }
            if kind.has_code() {
                let tokens = portal.redeems(&asked, arrival.code()).await;
                assert_eq!(tokens.status, 200, "{}", tokens.json);
                assert_eq!(claims(tokens.id_token())["nonce"], asked.nonce.as_str());
                assert_eq!(portal.redeems(&asked, arrival.code()).await.error(), "invalid_grant");
                if kind.has_token() {
                    assert_eq!(portal.userinfo(arrival.get("access_token")).await.0, 401, "a replay ends every token");
                }
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ties_an_answer_together_is_hashed_as_its_signature_is() {
    on_both(async |database| {
        let (idp, _, _, browser) = everything(database, "M-1006").await;
        for algorithm in Algorithm::ALL {
            let portal = idp
                .portal_with(algorithm.name(), |settings| {
                    every_response_type(settings);
                    settings.id_token_alg = algorithm;
                })
                .await;
            let asked = portal.asks_with(&[("response_type", "code id_token token")]);
            let arrival = browser.get(&asked.url).await.arrived();
            let token = arrival.get("id_token");
            assert_eq!(part(token, 0)["alg"], algorithm.name());
            let told = verified(&idp, token).await;
            let (access_token, code) = (arrival.get("access_token"), arrival.code());
            let expected = match algorithm {
                Algorithm::Rs256 | Algorithm::Es256 | Algorithm::Ps256 => [half_hash(access_token), half_hash(code)],
                Algorithm::EdDsa => [half_hash_of_eddsa(access_token), half_hash_of_eddsa(code)],
            };
            assert_eq!([told["at_hash"].clone(), told["c_hash"].clone()], expected, "{}", algorithm.name());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_goes_back_where_the_client_listens() {
    on_both(async |database| {
        let (_, _, portal, browser) = everything(database, "M-1004").await;
        for (changes, mode, error) in [
            (vec![("response_type", "id_token"), ("nonce", "")], "fragment", "invalid_request"),
            (vec![("response_type", "code token"), ("response_mode", "query")], "fragment", "invalid_request"),
            (vec![("response_type", "token")], "fragment", "unsupported_response_type"),
            (vec![("response_type", "code id_token"), ("prompt", "none login")], "fragment", "invalid_request"),
            (
                vec![("response_type", "code token"), ("response_mode", "form_post"), ("scope", "")],
                "form_post",
                "invalid_scope",
            ),
            (vec![("response_type", "nonsense")], "query", "unsupported_response_type"),
            (vec![("response_type", "")], "query", "invalid_request"),
        ] {
            let arrival = carried(&browser.get(&portal.asks_with(&changes).url).await, mode);
            assert_eq!(arrival.get("error"), error, "{changes:?}");
            let mut names: Vec<&String> = arrival.params.keys().collect();
            names.sort();
            assert_eq!(names, ["error", "error_description", "iss", "state"], "{changes:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_type_is_off_until_realm_and_client_have_it() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (portal, browser) = (idp.portal().await, idp.browser());
        let legacy = idp.portal_with("legacy", every_response_type).await;
        for kind in ResponseType::ALL.into_iter().filter(|kind| *kind != ResponseType::Code) {
            for client in [&portal, &legacy] {
                let arrival = browser.get(&client.asks_with(&[("response_type", kind.name())]).url).await.arrived();
                assert_eq!(arrival.get("error"), "unsupported_response_type", "{}", kind.name());
            }
        }
        let discovery = browser.get("/.well-known/openid-configuration").await.json();
        assert_eq!(discovery["response_types_supported"], serde_json::json!(["code"]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_gets_no_response_type_that_it_did_not_register() {
    on_both(async |database| {
        let (idp, _, _, browser) = everything(database, "M-1005").await;
        let modest = idp.portal_with("modest", |_| {}).await;
        let arrival = browser.get(&modest.asks_with(&[("response_type", "code id_token")]).url).await.arrived();
        assert_eq!(arrival.get("error"), "unauthorized_client");
        let discovery = browser.get("/.well-known/openid-configuration").await.json();
        assert_eq!(discovery["response_types_supported"].as_array().unwrap().len(), 6);
        let modes = ["query", "fragment", "form_post", "query.jwt", "fragment.jwt", "form_post.jwt", "jwt"];
        assert_eq!(discovery["response_modes_supported"], serde_json::json!(modes));
        assert_eq!(discovery["request_parameter_supported"], true);
        assert_eq!(discovery["request_uri_parameter_supported"], true);
        assert_eq!(discovery["require_request_uri_registration"], true);
        assert_eq!(discovery["claims_parameter_supported"], true);
    })
    .await;
}

//! Clients that register and manage themselves: closed by default, by an operator's token, or open.

use futures::FutureExt;
use harness::{ClientKey, Database, Idp, MemberSeed, is_well_said, on_both};
use idp_core::admin::client::{self, Revised, Revision, revise, show};
use idp_core::admin::realm;
use idp_core::client::{ClientName, Profile, ResponseType};
use idp_core::oidc::acr::Acr;
use idp_core::oidc::register::{NewToken, issue_token};
use idp_core::realm::RegistrationPolicy;
use reqwest::Method;
use serde_json::{Value, json};

async fn idp(database: Database, policy: RegistrationPolicy) -> Idp {
    Idp::start_with(database, move |settings| settings.registration = policy).await
}

async fn asks(idp: &Idp, method: Method, address: &str, token: Option<&str>, body: Option<&Value>) -> (u16, Value) {
    let mut request = idp.http().request(method, address);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if let Some(body) = body {
        request = request.json(body);
    }
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let status = answer.status().as_u16();
    let document = serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default();
    is_well_said(&document);
    (status, document)
}

async fn registers(idp: &Idp, token: Option<&str>, body: &Value) -> (u16, Value) {
    asks(idp, Method::POST, &format!("{}/register", idp.origin()), token, Some(body)).await
}

fn portal() -> Value {
    json!({"redirect_uris": ["https://portal.example/callback"], "client_name": "Portal"})
}

#[tokio::test(flavor = "multi_thread")]
async fn registration_is_closed_until_the_realm_opens_it() {
    on_both(async |database| {
        let idp = idp(database, RegistrationPolicy::Closed).await;
        let (status, answer) = registers(&idp, None, &portal()).await;
        assert_eq!((status, &answer["error"]), (403, &"access_denied".into()));
        let discovery = idp.browser().get("/.well-known/openid-configuration").await.json();
        assert!(discovery.get("registration_endpoint").is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_initial_access_token_registers_as_often_as_the_operator_said_and_no_longer() {
    on_both(async |database| {
        let idp = idp(database, RegistrationPolicy::Token).await;
        let new = NewToken { name: "Vendor".into(), uses: 2, days: 7 };
        let issued = idp.operate(move |ctx| async move { issue_token(ctx, new).await }.boxed()).await.unwrap();
        let token = Some(issued.expose_text());
        for wrong in [None, Some("guessed")] {
            let (status, answer) = registers(&idp, wrong, &portal()).await;
            assert_eq!((status, &answer["error"]), (401, &"invalid_token".into()));
        }
        // A refusal uses nothing up.
        assert_eq!(registers(&idp, token, &json!({})).await.0, 400);
        assert_eq!(registers(&idp, token, &portal()).await.0, 201);
        assert_eq!(registers(&idp, token, &portal()).await.0, 201);
        assert_eq!(registers(&idp, token, &portal()).await.0, 401);

        let new = NewToken { name: "Late".into(), uses: 1, days: 1 };
        let late = idp.operate(move |ctx| async move { issue_token(ctx, new).await }.boxed()).await.unwrap();
        idp.advance(idp_core::clock::days(1));
        assert_eq!(registers(&idp, Some(late.expose_text()), &portal()).await.0, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registered_client_signs_members_in_and_manages_itself_until_it_is_gone() {
    on_both(async |database| {
        let idp = idp(database, RegistrationPolicy::Open).await;
        let member = idp.member(MemberSeed::new("R-1001")).await;
        let (status, client) = registers(&idp, None, &portal()).await;

        assert_eq!(status, 201, "{client}");
        assert_eq!(client["client_secret_expires_at"], 0);
        assert_eq!(
            (&client["grant_types"], &client["response_types"]),
            (&json!(["authorization_code"]), &json!(["code"]))
        );
        assert_eq!(client["token_endpoint_auth_method"], "client_secret_basic");
        let (id, access) =
            (client["client_id"].as_str().unwrap(), client["registration_access_token"].as_str().unwrap());
        let address = client["registration_client_uri"].as_str().unwrap();
        assert_eq!(address, format!("{}/register/{id}", idp.origin()));

        let mut relying = idp.portal_with("other", |_| {}).await;
        relying.client_id = id.to_owned();
        relying.secret = client["client_secret"].as_str().map(str::to_owned);
        let (asked, arrival) = member.signs_in(&idp.browser(), &relying).await;
        assert_eq!(relying.redeems(&asked, arrival.code()).await.status, 200);

        let (status, seen) = asks(&idp, Method::GET, address, Some(access), None).await;
        assert_eq!((status, &seen["client_id"], &seen["registration_access_token"]), (200, &id.into(), &access.into()));
        assert!(seen.get("client_secret").is_none());
        for (token, name) in [(None, id), (Some("x"), id), (Some(access), "other"), (Some(access), "nobody")] {
            let address = format!("{}/register/{name}", idp.origin());
            assert_eq!(asks(&idp, Method::GET, &address, token, None).await.0, 401);
            assert_eq!(asks(&idp, Method::DELETE, &address, token, None).await.0, 401);
        }

        let mut changed = portal();
        changed["client_id"] = id.into();
        changed["redirect_uris"] = json!(["https://portal.example/new"]);
        let (status, seen) = asks(&idp, Method::PUT, address, Some(access), Some(&changed)).await;
        assert_eq!((status, &seen["redirect_uris"]), (200, &json!(["https://portal.example/new"])));
        assert!(seen.get("client_secret").is_none(), "the secret stays");
        for wrong in [
            json!({"client_id": "other", "redirect_uris": ["https://portal.example/new"]}),
            json!({"client_id": id, "redirect_uris": ["https://portal.example/new"], "client_secret": "chosen"}),
            json!({"client_id": id, "redirect_uris": ["https://portal.example/new"], "client_id_issued_at": 1}),
        ] {
            let (status, answer) = asks(&idp, Method::PUT, address, Some(access), Some(&wrong)).await;
            assert_eq!((status, &answer["error"]), (400, &"invalid_client_metadata".into()), "{wrong}");
        }

        assert_eq!(asks(&idp, Method::DELETE, address, Some(access), None).await.0, 204);
        assert_eq!(asks(&idp, Method::GET, address, Some(access), None).await.0, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_operator_set_outlives_every_change_of_the_clients_own() {
    on_both(async |database| {
        let idp = idp(database, RegistrationPolicy::Open).await;
        let member = idp.member(MemberSeed::new("R-1002")).await;
        let (_, client) = registers(&idp, None, &portal()).await;
        let text = |name: &str| client[name].as_str().unwrap().to_owned();
        let (id, access, address) =
            (text("client_id"), text("registration_access_token"), text("registration_client_uri"));
        let mut relying = idp.portal_with("other", |_| {}).await;
        relying.client_id.clone_from(&id);
        relying.secret = Some(text("client_secret"));
        let browser = idp.browser();
        member.signs_in(&browser, &relying).await;
        let name = ClientName::parse(&id).unwrap();
        let revises = async |document: Value, revision: Revision| {
            let (name, document) = (name.clone(), document.as_object().unwrap().clone());
            let done = idp.operate(move |ctx| async move { revise(ctx, &name, &document, revision).await }.boxed());
            assert!(matches!(done.await, Revised::Done { .. }));
        };

        revises(json!({}), Revision { least_acr: Some(Acr::Phr), ..Revision::default() }).await;
        let mut changed = portal();
        changed["client_id"] = id.clone().into();
        changed["client_name"] = "Portal, renewed".into();
        let (status, seen) = asks(&idp, Method::PUT, &address, Some(&access), Some(&changed)).await;
        assert_eq!((status, &seen["client_name"]), (200, &"Portal, renewed".into()));
        assert_eq!(browser.get(&relying.asks().url).await.path(), "/login/out-of-reach");

        // Under a profile that the operator chose, the client keeps its rules or stays as it was.
        let key = ClientKey::new("one");
        let strong = json!({
            "jwks": { "keys": [key.jwk.clone()] }, "token_endpoint_auth_method": "private_key_jwt",
            "require_pushed_authorization_requests": true, "dpop_bound_access_tokens": true,
            "id_token_signed_response_alg": "ES256",
        });
        revises(strong.clone(), Revision { profile: Some(Profile::Fapi2), ..Revision::default() }).await;
        let (status, answer) = asks(&idp, Method::PUT, &address, Some(&access), Some(&changed)).await;
        assert_eq!((status, &answer["error"]), (400, &"invalid_client_metadata".into()), "{answer}");
        changed.as_object_mut().unwrap().extend(strong.as_object().unwrap().clone());
        assert_eq!(asks(&idp, Method::PUT, &address, Some(&access), Some(&changed)).await.0, 200);
        let kept = idp.operate(move |ctx| async move { show(ctx, &name).await }.boxed()).await.unwrap();
        assert_eq!((kept.settings.profile, kept.settings.least_acr), (Profile::Fapi2, Acr::Phr));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_that_break_a_rule_are_refused_by_name() {
    on_both(async |database| {
        let idp = idp(database, RegistrationPolicy::Open).await;
        let with = |name: &str, value: Value| {
            let mut body = portal();
            body[name] = value;
            body
        };
        let metadata = "invalid_client_metadata";
        for (body, error) in [
            (json!({}), "invalid_redirect_uri"),
            (with("redirect_uris", json!(["https://portal.example/cb#f"])), "invalid_redirect_uri"),
            (with("redirect_uris", json!(["http://portal.example/cb"])), "invalid_redirect_uri"),
            (with("redirect_uris", json!(["javascript:alert(1)"])), "invalid_redirect_uri"),
            (with("redirect_uris", json!("https://portal.example/cb")), "invalid_redirect_uri"),
            (with("initiate_login_uri", json!("http://portal.example/start")), metadata),
            (with("logo_uri", json!("ftp://portal.example/logo")), metadata),
            (with("jwks_uri", json!("http://portal.example/jwks")), metadata),
            (with("jwks", json!({"keys": [{"kty": "oct", "k": "AQAB"}]})), metadata),
            (with("sector_identifier_uri", json!("https://127.0.0.1:1/sector")), metadata),
            (with("token_endpoint_auth_method", json!("magic")), metadata),
            (with("token_endpoint_auth_method", json!("private_key_jwt")), metadata),
            (with("id_token_signed_response_alg", json!("none")), metadata),
            (with("id_token_signed_response_alg", json!("HS256")), metadata),
            (with("id_token_encrypted_response_enc", json!("A128GCM")), metadata),
            (with("id_token_encrypted_response_alg", json!("RSA1_5")), metadata),
            (with("subject_type", json!("secret")), metadata),
            (with("grant_types", json!(["implicit"])), metadata),
            (with("response_types", json!(["code token"])), metadata),
            (with("default_max_age", json!(-1)), metadata),
            (with("client_name", json!("x".repeat(101))), metadata),
            (with("contacts", json!([1])), metadata),
            (with("software_statement", json!("a.b.c")), "invalid_software_statement"),
            (json!([]), metadata),
        ] {
            let (status, answer) = registers(&idp, None, &body).await;
            assert_eq!((status, &answer["error"]), (400, &error.into()), "{body}: {answer}");
            let text = answer["error_description"].as_str().unwrap();
            assert!(!text.is_empty() && text.len() < 300, "{text}");
        }
        let odd = idp.http().post(format!("{}/register", idp.origin())).body("{}").send().await.unwrap();
        assert_eq!(odd.status(), 400);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_registered_is_answered_and_unknown_names_are_ignored() {
    on_both(async |database| {
        let idp = idp(database, RegistrationPolicy::Open).await;
        let body = json!({
            "redirect_uris": ["https://a.example/cb"],
            "client_name": "App", "logo_uri": "https://a.example/logo.png", "policy_uri": "https://a.example/p",
            "tos_uri": "https://a.example/t", "contacts": ["dev@a.example"], "initiate_login_uri": "https://a.example/start",
            "token_endpoint_auth_method": "none", "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"], "id_token_signed_response_alg": "PS256", "userinfo_signed_response_alg": "EdDSA",
            "subject_type": "pairwise", "default_max_age": 600, "default_acr_values": ["aal2"],
            "backchannel_logout_uri": "https://a.example/bye", "backchannel_logout_session_required": true,
            "request_uris": ["https://a.example/request#hash"], "made_up": {"x": 1}, "jwks_uri": Value::Null,
        });
        let (status, seen) = registers(&idp, None, &body).await;

        assert_eq!(status, 201, "{seen}");
        for (name, value) in body.as_object().unwrap() {
            match name.as_str() {
                "made_up" | "jwks_uri" => assert!(seen.get(name).is_none()),
                "request_uris" => assert_eq!(seen[name], json!(["https://a.example/request"])),
                _ => assert_eq!(seen[name], *value, "{name}"),
            }
        }
        assert!(seen.get("client_secret").is_none() && seen.get("client_secret_expires_at").is_none());
        let discovery = idp.browser().get("/.well-known/openid-configuration").await.json();
        assert_eq!(discovery["registration_endpoint"], format!("{}/register", idp.origin()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_registers_for_poll_and_ping_and_never_for_push() {
    on_both(async |database| {
        let idp = idp(database, RegistrationPolicy::Open).await;
        let token = issued(&idp, 1).await;
        let good = json!({
            "client_name": "Till", "grant_types": ["urn:openid:params:grant-type:ciba"], "response_types": [],
            "redirect_uris": [], "token_endpoint_auth_method": "client_secret_basic",
            "backchannel_token_delivery_mode": "ping",
            "backchannel_client_notification_endpoint": "https://till.example/ping",
            "backchannel_authentication_request_signing_alg": "ES256",
        });
        let (status, seen) = registers(&idp, Some(&token), &good).await;
        assert_eq!(status, 201, "{seen}");
        for (name, value) in good.as_object().unwrap().iter().filter(|(name, _)| name.starts_with("backchannel")) {
            assert_eq!(seen[name], *value, "{name}");
        }
        for (name, wrong) in [
            ("backchannel_token_delivery_mode", json!("push")),
            ("backchannel_token_delivery_mode", Value::Null),
            ("backchannel_client_notification_endpoint", Value::Null),
            ("backchannel_client_notification_endpoint", json!("http://till.example/ping")),
            ("backchannel_authentication_request_signing_alg", json!("HS256")),
            ("token_endpoint_auth_method", json!("none")),
        ] {
            let mut body = good.clone();
            body[name] = wrong;
            let (status, answer) = registers(&idp, None, &body).await;
            assert_eq!((status, &answer["error"]), (400, &"invalid_client_metadata".into()), "{name}: {body}");
        }
        let discovery = idp.browser().get("/.well-known/openid-configuration").await.json();
        assert_eq!(discovery["backchannel_authentication_endpoint"], format!("{}/bc-authorize", idp.origin()));
        assert_eq!(discovery["backchannel_token_delivery_modes_supported"], json!(["poll", "ping"]));
        assert_eq!(discovery["backchannel_user_code_parameter_supported"], false);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_realm_has_off_cannot_be_registered() {
    on_both(async |database| {
        let idp = idp(database, RegistrationPolicy::Open).await;
        let asking = |types: &[&str], grants: &[&str]| {
            let mut body = portal();
            body["response_types"] = types.into();
            body["grant_types"] = grants.into();
            body
        };
        let (implicit, code) = ("implicit", "authorization_code");
        let kinds = [
            asking(&["id_token"], &[implicit]),
            asking(&["id_token token"], &[implicit]),
            asking(&["code id_token"], &[code, implicit]),
            asking(&["code", "code token"], &[code, implicit]),
        ];
        for body in &kinds {
            let (status, answer) = registers(&idp, None, body).await;
            assert_eq!((status, &answer["error"]), (400, &"invalid_client_metadata".into()), "{body}: {answer}");
            assert!(answer["error_description"].as_str().unwrap().starts_with("response_types: "), "{answer}");
        }
        let (status, client) = registers(&idp, None, &portal()).await;
        assert_eq!(status, 201, "{client}");
        let mut changed = asking(&["code id_token"], &[code, implicit]);
        changed["client_id"] = client["client_id"].clone();
        let address = client["registration_client_uri"].as_str().unwrap();
        let access = client["registration_access_token"].as_str();
        assert_eq!(asks(&idp, Method::PUT, address, access, Some(&changed)).await.0, 400);

        let all = ResponseType::ALL.map(ResponseType::name).join(",");
        let on = vec![format!("response_types={all}").parse().unwrap()];
        idp.operate(|ctx| realm::set(ctx, on).boxed()).await;
        for body in &kinds {
            assert_eq!(registers(&idp, None, body).await.0, 201, "{body}");
        }
        assert_eq!(asks(&idp, Method::PUT, address, access, Some(&changed)).await.0, 200);
    })
    .await;
}

/// An initial access token, good for a day.
async fn issued(idp: &Idp, uses: u16) -> String {
    let new = NewToken { name: "Vendor".into(), uses, days: 1 };
    let issued = idp.operate(move |ctx| async move { issue_token(ctx, new).await }.boxed()).await.unwrap();
    issued.expose_text().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_just_comes_by_gets_no_grant_that_writes_to_members_or_takes_others_tokens() {
    on_both(async |database| {
        let idp = idp(database, RegistrationPolicy::Open).await;
        let ciba = json!({
            "client_name": "Your bank", "grant_types": ["urn:openid:params:grant-type:ciba"], "response_types": [],
            "redirect_uris": [], "backchannel_token_delivery_mode": "poll",
        });
        let mut exchange = portal();
        exchange["grant_types"] = json!(["authorization_code", "urn:ietf:params:oauth:grant-type:token-exchange"]);
        let token = issued(&idp, 2).await;
        for body in [&ciba, &exchange] {
            let (status, answer) = registers(&idp, None, body).await;
            assert_eq!((status, &answer["error"]), (400, &"invalid_client_metadata".into()), "{answer}");
            assert!(answer["error_description"].as_str().unwrap().starts_with("grant_types: urn:"), "{answer}");
            assert_eq!(registers(&idp, Some("guessed"), body).await.0, 401);
            let mut stated = (*body).clone();
            stated["software_statement"] = Value::Null;
            assert_eq!(registers(&idp, None, &stated).await.0, 400, "nothing is no statement");
            assert_eq!(registers(&idp, Some(&token), body).await.0, 201);
        }
        assert_eq!(registers(&idp, Some(&token), &ciba).await.0, 401, "the token is used up");
        assert_eq!(
            registers(&idp, Some(&token), &portal()).await.0,
            201,
            "where nobody must vouch it is not looked at"
        );

        // Nor by changing afterwards what was harmless; what a client has, it keeps.
        let (_, client) = registers(&idp, None, &portal()).await;
        let address = client["registration_client_uri"].as_str().unwrap();
        let access = client["registration_access_token"].as_str();
        exchange["client_id"] = client["client_id"].clone();
        let (status, answer) = asks(&idp, Method::PUT, address, access, Some(&exchange)).await;
        assert_eq!((status, &answer["error"]), (400, &"invalid_client_metadata".into()), "{answer}");
        let id = ClientName::parse(client["client_id"].as_str().unwrap()).unwrap();
        let grants = json!({"grant_types": exchange["grant_types"]}).as_object().unwrap().clone();
        let granted =
            idp.operate(move |ctx| async move { client::revise(ctx, &id, &grants, Revision::default()).await }.boxed());
        assert!(matches!(granted.await, Revised::Done { .. }));
        assert_eq!(asks(&idp, Method::PUT, address, access, Some(&exchange)).await.0, 200);
    })
    .await;
}

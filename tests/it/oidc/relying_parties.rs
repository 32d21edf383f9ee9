//! The relying parties of docs/relying-parties.md that listen: a service that wants a better sign-in (RFC 9470) and the portal
//! that asks for one, a receiver of logout tokens (OpenID Connect Back-Channel Logout 1.0), a receiver of notifications (CIBA
//! Core §10.2). Each is a program of `tests/node`, and the document quotes it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use futures::FutureExt;
use harness::{
    Answer, Browser, ClientKey, Idp, Member, MemberSeed, Page, Portal, Program, hmac, on_both, with_changes,
};
use idp_core::client::{ClientSettings, HttpsUri, WebUri};
use idp_core::clock::minutes;
use idp_core::key::Algorithm;
use idp_core::oidc::register::{NewToken, issue_token};
use idp_core::realm::{MailFallback, RegistrationPolicy};
use idp_core::redirect_uri::RedirectUri;
use reqwest::Method;
use serde_json::{Value, json};

use super::ciba;

const RECORDS: &str = "https://records.example/api";

/// Registers a program, and tells it who it is; `more` is the rest of its plan.
async fn registered(
    program: &Program,
    idp: &Idp,
    client_id: &str,
    more: &Value,
    adjust: impl FnOnce(&mut ClientSettings),
) -> Portal {
    let back = format!("{}/cb", program.address);
    let settings = |settings: &mut ClientSettings| {
        settings.redirect_uris = vec![RedirectUri::parse(&back).unwrap()];
        adjust(settings);
    };
    let mut client = idp.portal_with(client_id, settings).await;
    client.redirect_uri.clone_from(&back);
    let plan = json!({ "issuer": idp.origin(), "client_id": client_id, "client_secret": client.secret });
    program.is_told(&with_changes(plan, more)).await;
    client
}

fn location(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303, "{answer:?}");
    answer.header("location")
}

/// A service that wants more than a mailed code of the last minutes, and the portal in front of it.
async fn service_and_portal(idp: &Idp) -> (Program, Program) {
    let (service, portal) = (Program::start("records.mjs", idp).await, Program::start("step-up.mjs", idp).await);
    idp.portal_with("records", |settings| settings.resource = HttpsUri::parse(RECORDS).ok()).await;
    let plan = json!({ "issuer": idp.origin(), "audience": RECORDS, "acr": "aal2", "max_age": 300 });
    service.is_told(&plan).await;
    let more = json!({ "records": format!("{}/records", service.address), "resource": RECORDS });
    registered(&portal, idp, "step-up", &more, |_| {}).await;
    (service, portal)
}

/// Goes where the portal sends the browser, until the page that asks for something.
async fn sent_on(portal: &Program, browser: &Browser) -> (Page, url::Url) {
    let sent = portal.opens("/records").await;
    let address = url::Url::parse(location(&sent)).unwrap();
    (browser.get(address.as_str()).await, address)
}

async fn comes_back(portal: &Program, page: Page) {
    let back = portal.opens(page.arrived().url.as_str()).await;
    assert_eq!(location(&back), "/records");
}

fn asked(address: &url::Url, name: &str) -> Option<String> {
    address.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

/// Leaves the app at home and signs in by a mailed code.
async fn by_mailed_code(idp: &Idp, member: &Member, page: Page) -> Page {
    let page = member.types_password(&page, &member.password).await.follow("mail-fallback").await;
    let page = page.submit("mail-fallback-send").await;
    let code = idp.mailbox().code_to(&member.mail).await;
    page.fill("mail-code", &code).submit("mail-code-submit").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_content_once_its_member_has_signed_in_strongly_and_lately() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| settings.mail_fallback = MailFallback::On).await;
        let (service, portal) = service_and_portal(&idp).await;
        let member = idp.member(MemberSeed::new("RP-1")).await.wanting_an_app();
        member.signs_in(&idp.browser(), &idp.portal().await).await;
        idp.advance(minutes(1));
        let browser = idp.browser();

        let (page, address) = sent_on(&portal, &browser).await;
        assert_eq!((asked(&address, "acr_values"), asked(&address, "max_age")), (None, None));
        comes_back(&portal, by_mailed_code(&idp, &member, page).await).await;
        idp.advance(Duration::from_secs(1));

        // Stronger: the app is asked for, and nothing else.
        let (page, address) = sent_on(&portal, &browser).await;
        let wanted = (Some("aal2".to_owned()), Some("300".to_owned()));
        assert_eq!((asked(&address, "acr_values"), asked(&address, "max_age")), wanted);
        assert_eq!(page.path(), "/login/totp", "{}", page.summary());
        comes_back(&portal, member.answers(&page).await).await;
        let served = portal.opens("/records").await;
        assert_eq!((served.status, &served.document["acr"]), (200, &json!("aal2")));
        assert_eq!(served.document["sub"], idp.record_of("RP-1").await.member.subject);

        // Newer: what was proved is too old by now, though the access token is not.
        idp.advance(minutes(6));
        service.looks_at_the_clock();
        let (page, _) = sent_on(&portal, &browser).await;
        assert_eq!(page.path(), "/login", "{}", page.summary());
        comes_back(&portal, member.walks(page).await).await;
        assert_eq!(portal.opens("/records").await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_has_nothing_stronger_is_not_sent_round_in_a_circle() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_service, portal) = service_and_portal(&idp).await;
        let (member, browser) = (idp.member(MemberSeed::new("RP-2")).await, idp.browser());
        let (page, _) = sent_on(&portal, &browser).await;
        comes_back(&portal, member.walks(page).await).await;
        let (page, address) = sent_on(&portal, &browser).await;
        assert_eq!(asked(&address, "acr_values").as_deref(), Some("aal2"));
        comes_back(&portal, page).await;

        let refused = portal.opens("/records").await;

        let wanted = json!({ "wanted": { "acr_values": "aal2", "max_age": "300" } });
        assert_eq!((refused.status, refused.document), (403, wanted));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_challenges_by_what_the_token_lacks() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (service, _portal) = service_and_portal(&idp).await;
        let (member, browser, portal) = (idp.member(MemberSeed::new("RP-3")).await, idp.browser(), idp.portal().await);
        member.signs_in(&browser, &portal).await;
        let redeems = async |resource: &str| {
            let asked = portal.asks_with(&[("resource", resource)]);
            portal.redeems(&asked, browser.get(&asked.url).await.arrived().code()).await
        };
        let challenge = async |token: &str| {
            let answer = service.answers(service.request(Method::GET, "/records").bearer_auth(token)).await;
            assert_eq!(answer.status, 401);
            answer.header("www-authenticate").to_owned()
        };
        let weak = redeems(RECORDS).await;

        let insufficient = r#"Bearer error="insufficient_user_authentication", error_description="records need a strong sign-in of the last minutes", acr_values="aal2", max_age="300""#;
        assert_eq!(challenge(weak.access_token()).await, insufficient);
        let silent = service.opens("/records").await;
        assert_eq!((silent.status, silent.header("www-authenticate")), (401, "Bearer"));
        let elsewhere = redeems("").await;
        let tampered = weak.access_token().replace('.', "x.");
        for token in [elsewhere.access_token(), weak.id_token(), tampered.as_str(), "x"] {
            assert_eq!(challenge(token).await, r#"Bearer error="invalid_token""#, "{token}");
        }
        idp.advance(minutes(11));
        assert_eq!(challenge(weak.access_token()).await, r#"Bearer error="invalid_token""#, "it is over");
    })
    .await;
}

async fn posts_logout(program: &Program, body: &str) -> Answer {
    let form = "application/x-www-form-urlencoded";
    let request = program.request(Method::POST, "/bye").header("content-type", form).body(body.to_owned());
    let answer = program.answers(request).await;
    assert_eq!(answer.header("cache-control"), "no-store", "{body}");
    assert_eq!(program.says().await["heard"], answer.status);
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_that_hears_of_a_sign_out_ends_the_session_that_began_with_it() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = Program::start("sign-out.mjs", &idp).await;
        let ear = WebUri::parse(&format!("{}/bye", portal.address)).ok();
        let client = registered(&portal, &idp, "portal", &json!({}), |settings| {
            settings.logout.backchannel_uri = ear;
            settings.id_token_alg = Algorithm::Es256;
        })
        .await;
        let (member, browser, elsewhere) = (idp.member(MemberSeed::new("RP-4")).await, idp.browser(), idp.browser());
        let sent = portal.opens("/sign-in").await;
        let arrival = member.walks(browser.get(location(&sent)).await).await.arrived();
        assert_eq!(location(&portal.opens(arrival.url.as_str()).await), "/");
        let signed_in = portal.opens("/").await;
        assert_eq!(signed_in.status, 200);

        // Another session of the same member is none of its business.
        let asked = client.asks();
        let tokens = client.redeems(&asked, member.walks(elsewhere.get(&asked.url).await).await.arrived().code()).await;
        assert_ne!(tokens.claims()["sid"], signed_in.document["sid"]);
        elsewhere.get("/logout").await.submit("logout-confirm").await;
        assert_eq!(portal.says().await["heard"], 200);
        assert_eq!(portal.opens("/").await.document, signed_in.document);

        // Whatever else we signed is no logout token.
        for token in [tokens.id_token(), tokens.access_token()] {
            assert_eq!(posts_logout(&portal, &format!("logout_token={token}")).await.status, 400);
        }
        assert_eq!(portal.opens("/").await.status, 200);

        browser.get("/logout").await.submit("logout-confirm").await;
        assert_eq!(portal.says().await["heard"], 200);
        assert_eq!(portal.opens("/").await.status, 401, "its session is over");
    })
    .await;
}

/// A provider whose key the test holds; its keys can be out of reach.
struct Issuer {
    origin: String,
    key: ClientKey,
    is_away: Arc<AtomicBool>,
}

impl Issuer {
    async fn open() -> Self {
        let (key, is_away) = (ClientKey::new("a"), Arc::new(AtomicBool::new(false)));
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let endpoint = |name: &str| format!("{origin}/{name}");
        let discovery = json!({
            "issuer": origin, "jwks_uri": endpoint("jwks"), "authorization_endpoint": endpoint("authorize"),
            "token_endpoint": endpoint("token"),
        });
        let (keys, away) = (json!({ "keys": [key.jwk] }), Arc::clone(&is_away));
        let jwks = async move || {
            let status = if away.load(Ordering::SeqCst) { StatusCode::BAD_GATEWAY } else { StatusCode::OK };
            (status, Json(keys.clone()))
        };
        let discovered = async move || Json(discovery.clone());
        let routes =
            Router::new().route("/.well-known/openid-configuration", get(discovered)).route("/jwks", get(jwks));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { origin, key, is_away }
    }

    /// The claims of a good logout token, with changes; null leaves a claim out.
    fn claims(&self, idp: &Idp, changes: &Value) -> Value {
        let now = idp.seconds();
        let claims = json!({
            "iss": self.origin, "aud": "portal", "sub": "a-member", "sid": "a-session", "iat": now, "exp": now + 120,
            "jti": "1", "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        with_changes(claims, changes)
    }

    fn signs(&self, claims: &Value) -> String {
        self.key.signs(&json!({ "kid": "a", "typ": "logout+jwt" }), claims)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_logout_token_is_answered_400_whatever_is_wrong_with_it() {
    on_both(async |database| {
        let (idp, issuer) = (Idp::start(database).await, Issuer::open().await);
        let portal = Program::start("sign-out.mjs", &idp).await;
        let plan = json!({ "issuer": issuer.origin, "client_id": "portal", "client_secret": "not asked for" });
        portal.is_told(&plan).await;
        let (now, good) = (idp.seconds(), issuer.claims(&idp, &json!({})));
        let hears = async |token: &str| posts_logout(&portal, &format!("logout_token={token}")).await.status;

        issuer.is_away.store(true, Ordering::SeqCst);
        assert_eq!(hears(&issuer.signs(&good)).await, 503, "it is to be told again");
        issuer.is_away.store(false, Ordering::SeqCst);
        for changes in [
            json!({ "iss": null }),
            json!({ "iss": idp.origin() }),
            json!({ "aud": null }),
            json!({ "aud": "another" }),
            json!({ "iat": null }),
            json!({ "iat": now + 600 }),
            json!({ "iat": now - 600 }),
            json!({ "exp": null }),
            json!({ "exp": now - 60 }),
            json!({ "jti": null }),
            json!({ "events": null }),
            json!({ "events": {} }),
            json!({ "events": { "http://schemas.openid.net/event/backchannel-logout": "yes" } }),
            json!({ "events": ["http://schemas.openid.net/event/backchannel-logout"] }),
            json!({ "nonce": "n" }),
            json!({ "sub": null, "sid": null }),
            json!({ "sid": 1 }),
        ] {
            assert_eq!(hears(&issuer.signs(&issuer.claims(&idp, &changes))).await, 400, "{changes}");
        }
        let stranger = ClientKey::new("a");
        let signed = issuer.signs(&good);
        let (message, _) = signed.rsplit_once('.').unwrap();
        let head = json!({ "kid": "a", "typ": "logout+jwt" });
        for forged in [
            stranger.signs(&head, &good),
            hmac(issuer.key.jwk.to_string().as_bytes(), &head, &good),
            issuer.key.signs(&json!({ "kid": "a", "typ": "JWT" }), &good),
            issuer.key.signs(&json!({ "kid": "a" }), &good),
            stranger.signs(&json!({ "typ": "logout+jwt", "jwk": stranger.jwk }), &good),
            format!("{message}."),
            "x".into(),
            String::new(),
        ] {
            assert_eq!(hears(&forged).await, 400, "{forged}");
        }
        assert_eq!(posts_logout(&portal, "").await.status, 400);

        assert_eq!(hears(&signed).await, 200, "none of them used its jti up");
        assert_eq!(hears(&signed).await, 200, "whose answer was lost is told again");
        for (jti, changes) in [("2", json!({ "sub": null })), ("3", json!({ "sid": null }))] {
            let claims = with_changes(issuer.claims(&idp, &changes), &json!({ "jti": jti }));
            assert_eq!(hears(&issuer.signs(&claims)).await, 200, "one name is enough: {changes}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_till_that_is_notified_fetches_its_tokens_and_believes_nobody_else() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| settings.registration = RegistrationPolicy::Token).await;
        let till = Program::start("ping.mjs", &idp).await;
        let new = NewToken { name: "Tills".into(), uses: 1, days: 1 };
        let token = idp.operate(move |ctx| async move { issue_token(ctx, new).await }.boxed()).await.unwrap();
        // As the document shows it, with the address that this one happens to have.
        let mut metadata: Value = serde_json::from_str(include_str!("../../node/ping.json")).unwrap();
        metadata["backchannel_client_notification_endpoint"] = format!("{}/ping", till.address).into();
        let request = idp.http().post(format!("{}/register", idp.origin())).bearer_auth(token.expose_text());
        let registered = request.json(&metadata).send().await.unwrap();
        let registered: Value = serde_json::from_str(&registered.text().await.unwrap()).unwrap();
        let (id, secret) = (&registered["client_id"], &registered["client_secret"]);
        assert!(id.is_string() && secret.is_string(), "{registered}");
        till.is_told(&json!({ "issuer": idp.origin(), "client_id": id, "client_secret": secret })).await;
        let (_, browser) = ciba::signed_in(&idp, "RP-5").await;
        let asks = async || {
            let begun = till.answers(till.request(Method::POST, "/ask").body("RP-5")).await.document;
            begun["auth_req_id"].as_str().unwrap().to_owned()
        };
        let posts = async |body: String, bearer: &str| {
            till.answers(till.request(Method::POST, "/ping").bearer_auth(bearer).body(body)).await.status
        };
        let pings = async |id: &str, bearer: &str| posts(json!({ "auth_req_id": id }).to_string(), bearer).await;

        let first = asks().await;
        for (id, bearer) in [(first.as_str(), "guessed"), (first.as_str(), ""), ("unknown", "guessed")] {
            assert_eq!(pings(id, bearer).await, 401, "{id} {bearer}");
        }
        for body in ["", "null", "[]", "no JSON"] {
            assert_eq!(posts(body.to_owned(), "guessed").await, 401, "{body}");
        }
        ciba::answers(&browser, "allow").await;
        let told = till.says().await;
        assert_eq!(told["claims"]["sub"], idp.record_of("RP-5").await.member.subject, "{told}");
        assert_eq!(pings(&first, "guessed").await, 401, "it is over");

        idp.advance(Duration::from_secs(5));
        till.looks_at_the_clock();
        asks().await;
        ciba::answers(&browser, "deny").await;
        assert_eq!(till.says().await, json!({ "error": "access_denied" }));
    })
    .await;
}

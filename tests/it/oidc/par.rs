//! Pushed authorization requests (RFC 9126): the client's own, opened again until the sign-in ends, answered once.

use std::time::Duration;

use futures::future::join_all;
use harness::{Asked, Browser, Idp, Member, MemberSeed, Portal, on_both};
use idp_core::client::{AuthMethod, Party};
use idp_core::realm::PushedRequests;

async fn signed_in(idp: &Idp, user_id: &str) -> (Member, Portal, Browser) {
    let (member, portal, browser) = (idp.member(MemberSeed::new(user_id)).await, idp.portal().await, idp.browser());
    member.signs_in(&browser, &portal).await;
    (member, portal, browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_request_is_answered_as_if_it_had_come_directly() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("P-1001")).await, idp.portal().await);

        let asked = portal.asks();
        let (status, document) = portal.pushes(&asked).await;
        assert_eq!((status, &document["expires_in"]), (201, &90.into()));
        let request_uri = document["request_uri"].as_str().unwrap();
        assert!(request_uri.starts_with("urn:ietf:params:oauth:request_uri:") && request_uri.len() > 70);
        assert_eq!(document.as_object().unwrap().len(), 2);

        let page = idp.browser().get(&portal.pushed_url(request_uri)).await;
        let arrival = member.walks(page).await.arrived();
        assert_eq!((arrival.get("state"), arrival.get("iss")), (asked.state.as_str(), &*idp.origin()));
        let tokens = portal.redeems(&asked, arrival.code()).await;
        assert_eq!(tokens.claims()["nonce"], asked.nonce.as_str());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_before_the_sign_in_ends_does_no_harm_and_after_it_nothing_is_left() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal, browser) =
            (idp.member(MemberSeed::new("P-1002")).await, idp.portal().await, idp.browser());
        let asked = portal.asks_pushed(&[]).await;

        for _ in 0..3 {
            assert_eq!(browser.get(&asked.url).await.path(), "/login");
        }
        let abandoned = browser.get(&asked.url).await;
        idp.advance(Duration::from_secs(60));
        let arrival = member.walks(browser.get(&asked.url).await).await.arrived();
        assert_eq!(portal.redeems(&asked, arrival.code()).await.status, 200);

        let again = browser.get(&asked.url).await;
        assert_eq!((again.status, again.error_code().as_deref()), (400, Some("invalid_request_uri")));
        let late = member.walks_to(abandoned, "/login/mail-code").await;
        let late = member.answers(&late).await;
        assert_eq!(late.error_code().as_deref(), Some("expired"), "{}", late.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_tabs_with_one_request_the_first_is_answered_whatever_the_other_says() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, _, browser) = signed_in(&idp, "P-1012").await;
        let clinic = idp.portal_with("clinic", |settings| settings.party = Party::Third).await;
        let opened = async |asked: &Asked| {
            let (one, other) = (browser.get(&asked.url).await, browser.get(&asked.url).await);
            assert_eq!((one.path(), other.path()), ("/consent", "/consent"), "{}", other.summary());
            (one, other)
        };

        // Whoever asks for consent each time is not helped by what the other tab was allowed.
        let asked = clinic.asks_pushed(&[("prompt", "consent")]).await;
        let (one, other) = opened(&asked).await;
        let arrival = one.submit("consent-allow").await.arrived();
        let late = other.submit("consent-deny").await;
        assert!(late.arrival().is_none(), "{}", late.summary());
        assert_eq!(late.error_code().as_deref(), Some("expired"));
        assert_eq!(clinic.redeems(&asked, arrival.code()).await.status, 200);

        let asked = clinic.asks_pushed(&[("prompt", "consent")]).await;
        let (one, other) = opened(&asked).await;
        assert_eq!(one.submit("consent-deny").await.arrived().get("error"), "access_denied");
        assert_eq!(other.submit("consent-allow").await.error_code().as_deref(), Some("expired"));

        let asked = clinic.asks_pushed(&[("prompt", "consent")]).await;
        let (one, other) = opened(&asked).await;
        let (one, other) = tokio::join!(one.submit("consent-allow"), other.submit("consent-deny"));
        let answered = [one.arrival(), other.arrival()].into_iter().flatten().count();
        assert_eq!(answered, 1, "{} {}", one.summary(), other.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_is_an_answer_too() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        let browser = idp.browser();

        let asked = portal.asks_pushed(&[("prompt", "none")]).await;
        assert_eq!(browser.get(&asked.url).await.arrived().get("error"), "login_required");
        assert_eq!(browser.get(&asked.url).await.error_code().as_deref(), Some("invalid_request_uri"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_expires_and_is_worthless_to_another_client() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, portal, browser) = signed_in(&idp, "P-1003").await;
        let other = idp.portal_with("other", |_| {}).await;
        let asked = portal.asks_pushed(&[]).await;
        let stolen = asked.url.replace("client_id=portal", "client_id=other");
        assert_ne!(stolen, asked.url);

        for url in [
            stolen,
            format!("{}x", asked.url),
            other.pushed_url("urn:ietf:params:oauth:request_uri:"),
            other.pushed_url("urn:ietf:params:oauth:request_uri:unknown"),
        ] {
            let page = browser.get(&url).await;
            assert_eq!((page.status, page.error_code().as_deref()), (400, Some("invalid_request_uri")), "{url}");
        }
        let doubled = format!("{}&request_uri=x", asked.url);
        assert_eq!(browser.get(&doubled).await.error_code().as_deref(), Some("invalid_request"));

        idp.advance(Duration::from_secs(89));
        assert!(!browser.get(&asked.url).await.arrived().code().is_empty());
        let late = portal.asks_pushed(&[]).await;
        idp.advance(Duration::from_secs(90));
        assert_eq!(browser.get(&late.url).await.error_code().as_deref(), Some("invalid_request_uri"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_beside_the_reference_counts() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, portal, browser) = signed_in(&idp, "P-1004").await;
        let asked = portal.asks_pushed(&[]).await;

        let evil = "redirect_uri=https%3A%2F%2Fevil.example&state=evil&scope=openid+address&prompt=login&nonce=evil";
        let arrival = browser.get(&format!("{}&{evil}", asked.url)).await.arrived();
        assert_eq!(arrival.get("state"), asked.state);
        let tokens = portal.redeems(&asked, arrival.code()).await;
        assert_eq!(tokens.claims()["nonce"], asked.nonce.as_str());
        assert_eq!(tokens.json["scope"], "openid profile email");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_be_refused_later_is_refused_when_it_is_pushed() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;

        for (change, error) in [
            (("redirect_uri", "https://evil.example/"), "invalid_request"),
            (("redirect_uri", ""), "invalid_request"),
            (("response_type", ""), "invalid_request"),
            (("response_type", "token"), "unsupported_response_type"),
            (("response_type", "code id_token"), "unsupported_response_type"),
            (("scope", "profile"), "invalid_scope"),
            (("code_challenge", ""), "invalid_request"),
            (("prompt", "none login"), "invalid_request"),
            (("resource", "nowhere"), "invalid_target"),
            (("authorization_details", "[{\"type\":\"x\"}]"), "invalid_authorization_details"),
            (("request_uri", "urn:ietf:params:oauth:request_uri:x"), "invalid_request"),
            (("client_id", "somebody-else"), "invalid_request"),
        ] {
            let (status, document) = portal.pushes(&portal.asks_with(&[change])).await;
            assert_eq!((status, document["error"].as_str()), (400, Some(error)), "{change:?}: {document}");
            assert!(document["request_uri"].is_null());
        }
        let asked = portal.asks();
        let (_, query) = asked.url.split_once('?').unwrap();
        let mut form: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        form.push(("nonce".into(), "again".into()));
        assert_eq!(portal.pushes_form(form).await.1["error"], "invalid_request");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_client_that_proves_itself_pushes_and_only_by_post() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (posting, public) = (
            idp.portal_with("posting", |settings| settings.auth_method = AuthMethod::ClientSecretPost).await,
            idp.portal_with("public", |settings| settings.auth_method = AuthMethod::None).await,
        );
        for portal in [&posting, &public] {
            assert_eq!(portal.pushes(&portal.asks()).await.0, 201);
        }
        let mut liar = idp.portal().await;
        liar.secret = Some("wrong".into());
        let (status, document) = liar.pushes(&liar.asks()).await;
        assert_eq!((status, document["error"].as_str()), (401, Some("invalid_client")));

        let address = format!("{}/par", idp.origin());
        for method in ["PUT", "GET", "DELETE", "PATCH"] {
            let request = idp.http().request(method.parse().unwrap(), &address);
            assert_eq!(request.send().await.unwrap().status(), 405, "{method}");
        }
        let json = idp.http().post(&address).json(&serde_json::json!({"client_id": "portal"}));
        assert_eq!(json.send().await.unwrap().status(), 400);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_it_is_required_only_a_pushed_request_is_answered() {
    on_both(async |database| {
        let idp = Idp::start_with(database, |settings| {
            settings.pushed_authorization_requests = PushedRequests::Required;
        })
        .await;
        let portal = idp.portal().await;
        let asked = portal.asks();
        let arrival = idp.browser().get(&asked.url).await.arrived();
        assert_eq!((arrival.get("error"), arrival.get("state")), ("invalid_request", asked.state.as_str()));
        let pushed = portal.asks_pushed(&[]).await;
        assert_eq!(idp.browser().get(&pushed.url).await.path(), "/login");
        let discovery = idp.browser().get("/.well-known/openid-configuration").await.json();
        assert_eq!(discovery["require_pushed_authorization_requests"], true);
        assert_eq!(discovery["pushed_authorization_request_endpoint"], format!("{}/par", idp.origin()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_browser_tabs_with_one_pushed_request_get_one_code() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, portal, browser) = signed_in(&idp, "P-1005").await;
        let asked = portal.asks_pushed(&[]).await;

        let tabs = join_all((0..50).map(|_| browser.get(&asked.url))).await;

        let codes = tabs.iter().filter(|page| page.arrival().is_some_and(|at| !at.get("code").is_empty())).count();
        assert_eq!(codes, 1);
        for page in tabs.iter().filter(|page| page.arrival().is_none()) {
            let code = page.error_code().unwrap_or_default();
            assert!(["expired", "invalid_request_uri"].contains(&code.as_str()), "{}", page.summary());
        }
    })
    .await;
}

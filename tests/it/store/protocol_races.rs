//! What a client may use once, at two nodes on one PostgreSQL, by many at the same moment, half of them at each node: one
//! has it. (What members may use once: `two_nodes`.)

use std::collections::HashSet;
use std::time::Duration;

use futures::FutureExt;
use futures::future::join_all;
use harness::{Browser, ClientKey, Database, Idp, Member, MemberSeed, Node, Page, Portal, Tokens, owned};
use idp_core::client::{AuthMethod, CibaDelivery, ClientSettings, GrantType, KeySource};
use idp_core::oidc::register::{NewToken, issue_token};
use idp_core::realm::RegistrationPolicy;
use serde_json::json;

/// How many come at once.
const CROWD: usize = 12;

struct Place {
    idp: Idp,
    node: Node,
}

async fn place() -> Option<Place> {
    let database = Database::postgres().await?;
    let idp = Idp::start_with(database, |settings| settings.registration = RegistrationPolicy::Token).await;
    let node = idp.another_node().await;
    Some(Place { idp, node })
}

impl Place {
    async fn member(&self, user_id: &str, portal: &Portal) -> (Member, Browser) {
        let (member, browser) = (self.idp.member(MemberSeed::new(user_id)).await, self.idp.browser());
        member.signs_in(&browser, portal).await;
        (member, browser)
    }

    /// The same form to the same endpoint by everybody, half of them at each node.
    async fn all_post(
        &self,
        portal: &Portal,
        path: &str,
        form: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Vec<Tokens> {
        let there = portal.clone().through(&self.node);
        join_all((0..CROWD).map(|number| {
            let portal = if number.is_multiple_of(2) { portal } else { &there };
            portal.posts_to(path, owned(form), headers)
        }))
        .await
    }

    /// Every node has heard of what the others did.
    fn word_spreads(&self) {
        self.idp.advance(Duration::from_secs(5));
    }
}

/// The one that was answered; every other one heard one of these errors.
fn winner(answers: Vec<Tokens>, errors: &[&str]) -> Tokens {
    let heard: Vec<_> = answers.iter().map(|answer| (answer.status, answer.error().to_owned())).collect();
    let (mut won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status < 300);
    assert_eq!(won.len(), 1, "{heard:?}");
    assert!(lost.iter().all(|answer| answer.status < 500 && errors.contains(&answer.error())), "{heard:?}");
    won.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authorization_code_has_one_winner_over_two_nodes_who_keeps_nothing() {
    let Some(place) = place().await else { return };
    let portal = place.idp.portal().await;
    let (_, browser) = place.member("PR-1", &portal).await;
    let asked = portal.asks_with(&[("scope", "openid offline_access")]);
    let arrival = browser.get(&asked.url).await.arrived();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", arrival.code()),
        ("redirect_uri", portal.redirect_uri.as_str()),
        ("code_verifier", asked.verifier.as_str()),
    ];

    let won = winner(place.all_post(&portal, "/token", &form, &[]).await, &["invalid_grant"]);

    place.word_spreads();
    for portal in [portal.clone(), portal.through(&place.node)] {
        assert_eq!(portal.introspects(won.access_token()).await, json!({"active": false}));
        assert_eq!(portal.refreshes(won.refresh_token()).await.error(), "invalid_grant");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_has_one_successor_over_two_nodes_and_its_reuse_ends_the_family_on_both() {
    let Some(place) = place().await else { return };
    let portal = place.idp.portal().await;
    let (_, browser) = place.member("PR-2", &portal).await;
    let asked = portal.asks_with(&[("scope", "openid offline_access")]);
    let first = portal.redeems(&asked, browser.get(&asked.url).await.arrived().code()).await;
    let refresh = |token: &str| [("grant_type", "refresh_token".to_owned()), ("refresh_token", token.to_owned())];
    let all_refresh = async |token: &str| {
        let form = refresh(token);
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        place.all_post(&portal, "/token", &form, &[]).await
    };

    let answers = all_refresh(first.refresh_token()).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "an answer may be lost: {answers:?}");
    let successors: HashSet<_> = answers.iter().map(|answer| answer.refresh_token().to_owned()).collect();
    assert_eq!(successors.len(), 1, "{answers:?}");

    place.idp.advance(Duration::from_secs(11));
    let again = all_refresh(first.refresh_token()).await;
    assert!(again.iter().all(|answer| (answer.status, answer.error()) == (400, "invalid_grant")), "{again:?}");
    place.word_spreads();
    let successor = successors.into_iter().next().unwrap();
    for answer in all_refresh(&successor).await {
        assert_eq!((answer.status, answer.error()), (400, "invalid_grant"));
    }
    for portal in [portal.clone(), portal.through(&place.node)] {
        assert_eq!(portal.introspects(answers[0].access_token()).await, json!({"active": false}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_request_is_answered_once_over_two_nodes() {
    let Some(place) = place().await else { return };
    let portal = place.idp.portal().await;
    let (member, browser) = place.member("PR-3", &portal).await;
    let there = browser.clone().through(&place.node);
    let pushed = portal.asks_pushed(&[]).await;
    let before = place.idp.events_of(&member, "code_issued").await;

    let opened = join_all((0..CROWD).map(|number| {
        let browser = if number.is_multiple_of(2) { &browser } else { &there };
        browser.get(&pushed.url)
    }))
    .await;

    let seen: Vec<_> = opened.iter().map(Page::summary).collect();
    assert!(opened.iter().all(|page| page.status < 500), "{seen:#?}");
    let codes = opened.iter().filter_map(Page::arrival).filter(|arrival| !arrival.get("code").is_empty()).count();
    assert_eq!(codes, 1, "{seen:#?}");
    assert_eq!(place.idp.events_of(&member, "code_issued").await, before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_code_is_allowed_once_and_redeemed_once_over_two_nodes() {
    let Some(place) = place().await else { return };
    let tv = place.idp.portal_with("tv", |settings| {
        settings.auth_method = AuthMethod::None;
        settings.grant_types.push(GrantType::DeviceCode);
    });
    let tv = tv.await;
    let (member, browser) = place.member("PR-4", &place.idp.portal().await).await;
    let begun = tv.posts_to("/device_authorization", owned(&[("scope", "openid")]), &[]).await;
    let user_code = begun.json["user_code"].as_str().unwrap();
    let page = browser.get("/device").await.fill("user-code", user_code).submit("user-code-submit").await;
    let (fields, there) = (page.fields("device-allow"), browser.clone().through(&place.node));
    let answers = join_all((0..CROWD).map(|number| {
        let browser = if number.is_multiple_of(2) { &browser } else { &there };
        browser.post("/device", &fields)
    }))
    .await;
    assert!(answers.iter().all(|page| page.status < 500));
    assert_eq!(answers.iter().filter(|page| page.has("device-allowed")).count(), 1);
    assert_eq!(place.idp.done_events_of(&member, "device_allowed").await, 1);

    let code = begun.json["device_code"].as_str().unwrap();
    let form = [("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", code)];
    winner(place.all_post(&tv, "/token", &form, &[]).await, &["invalid_grant", "slow_down"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_from_elsewhere_is_redeemed_once_over_two_nodes() {
    let Some(place) = place().await else { return };
    let counter = place.idp.portal_with("counter", |settings| {
        settings.grant_types.push(GrantType::Ciba);
        settings.ciba = Some(CibaDelivery::Poll);
    });
    let counter = counter.await;
    let (member, browser) = place.member("PR-5", &place.idp.portal().await).await;
    let form = owned(&[("scope", "openid"), ("login_hint", &member.user_id)]);
    let begun = counter.posts_to("/bc-authorize", form, &[]).await;
    let page = browser.get("/account/requests").await;
    let button = page.body.split('"').find(|part| part.starts_with("request-allow-")).unwrap().to_owned();
    page.submit(&button).await;
    assert_eq!(place.idp.done_events_of(&member, "ciba_allowed").await, 1);

    let id = begun.json["auth_req_id"].as_str().unwrap();
    let form = [("grant_type", "urn:openid:params:grant-type:ciba"), ("auth_req_id", id)];
    winner(place.all_post(&counter, "/token", &form, &[]).await, &["invalid_grant", "slow_down"]);
}

/// A service that proves itself by a key.
fn service(key: &ClientKey) -> impl FnOnce(&mut ClientSettings) {
    let keys = serde_json::from_value(json!({ "keys": [key.jwk] })).unwrap();
    move |settings| {
        settings.auth_method = AuthMethod::PrivateKeyJwt;
        settings.keys = Some(KeySource::Registered(keys));
        settings.grant_types.push(GrantType::ClientCredentials);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_proves_its_client_once_over_two_nodes() {
    let Some(place) = place().await else { return };
    let key = ClientKey::new("a");
    let mut batch = place.idp.portal_with("batch", service(&key)).await;
    batch.key = Some(key);
    let mut form = batch.asserts(&batch.assertion_claims());
    form.push(("grant_type".into(), "client_credentials".into()));
    // The assertion is in the form already: nothing is to be added but the name.
    batch.auth_method = AuthMethod::None;
    for path in ["/token", "/introspect", "/par"] {
        let mut form = form.clone();
        form.push(("token".into(), "x".into()));
        let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answers = place.all_post(&batch, path, &fields, &[]).await;
        let won = answers.iter().filter(|answer| answer.error() != "invalid_client").count();
        assert_eq!(won, usize::from(path == "/token"), "{path}: {answers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_of_possession_counts_once_over_two_nodes() {
    let Some(place) = place().await else { return };
    let batch =
        place.idp.portal_with("batch", |settings| settings.grant_types.push(GrantType::ClientCredentials)).await;
    let key = ClientKey::new("a");
    let proof = key.proof(&place.idp);
    let form = [("grant_type", "client_credentials")];
    winner(place.all_post(&batch, "/token", &form, &[("DPoP", &proof)]).await, &["invalid_dpop_proof"]);

    let (_, browser) = place.member("PR-7", &batch).await;
    let asked = batch.asks();
    let code = browser.get(&asked.url).await.arrived();
    let redeem = [
        ("grant_type", "authorization_code"),
        ("code", code.code()),
        ("redirect_uri", &batch.redirect_uri),
        ("code_verifier", &asked.verifier),
    ];
    let tokens = batch.posts_proving(&redeem, &key.proof(&place.idp)).await;
    let mut claims = key.proof_claims(&place.idp, "POST", "/userinfo");
    claims["ath"] = hash(tokens.access_token()).into();
    let (proof, token) = (key.proves(&claims), format!("DPoP {}", tokens.access_token()));
    let mut asking = batch.clone();
    asking.auth_method = AuthMethod::None;
    let headers = [("DPoP", proof.as_str()), ("authorization", token.as_str())];
    let answers = place.all_post(&asking, "/userinfo", &[], &headers).await;
    let told = answers.iter().filter(|answer| answer.status == 200).count();
    let refused = answers.iter().filter(|answer| answer.error() == "invalid_dpop_proof").count();
    assert_eq!((told, refused), (1, CROWD - 1), "{answers:?}");
}

fn hash(token: &str) -> String {
    use base64::Engine;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_initial_access_token_registers_as_often_as_it_may_over_two_nodes() {
    let Some(place) = place().await else { return };
    let new = NewToken { name: "Vendor".into(), uses: 2, days: 7 };
    let issued = place.idp.operate(move |ctx| async move { issue_token(ctx, new).await }.boxed()).await.unwrap();
    let origin = url::Url::parse(&place.idp.origin()).unwrap();
    let host = format!("{}:{}", origin.host_str().unwrap(), origin.port().unwrap());
    let answers = join_all((0..CROWD).map(|number| {
        let base = if number.is_multiple_of(2) { place.idp.origin() } else { format!("http://{}", place.node.address) };
        let request = place.idp.http().post(format!("{base}/register")).header("host", &host);
        request.bearer_auth(issued.expose_text()).json(&json!({"redirect_uris": ["https://a.example/cb"]})).send()
    }))
    .await;
    let statuses: Vec<u16> = answers.into_iter().map(|answer| answer.unwrap().status().as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 2, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), CROWD - 2, "{statuses:?}");
}

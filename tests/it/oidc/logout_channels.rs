//! How relying parties hear that a session ended: by a logout token from our queue, and in frames of the browser.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::FutureExt;
use harness::{Authority, Browser, Ear, Idp, Member, MemberSeed, Page, Portal, Shelf, on_both, part};
use idp_core::admin::member::{self as admin_member, Change};
use idp_core::admin::remedy;
use idp_core::admin::session::{self, Ended};
use idp_core::client::{
    ClientName, ContentEncryption, Encryption, HttpsUri, KeyManagement, KeySource, SubjectType, WebUri,
};
use idp_core::jwe::{self, AgreementKey, Reader};
use idp_core::jws;
use idp_core::key::{Algorithm, PublicJwk};
use idp_core::oidc::backchannel;
use idp_core::user_id::UserId;
use serde_json::Value;

async fn notices(idp: &Idp, client_id: &str) -> Vec<backchannel::Notice> {
    let name = ClientName::parse(client_id).unwrap();
    idp.operate(move |ctx| async move { backchannel::of_client(ctx, &name, 10).await }.boxed()).await.unwrap()
}

async fn key_of(idp: &Idp, kid: &Value) -> (Algorithm, PublicJwk) {
    let keys = idp.browser().get("/jwks").await.json();
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == *kid).unwrap().clone();
    let algorithm = Algorithm::from_name(key["alg"].as_str().unwrap()).unwrap();
    (algorithm, serde_json::from_value(key).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_client_of_the_session_gets_a_logout_token_and_no_other_does() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("L-1001")).await;
        let (ear, other_ear) = (Ear::open(&[]).await, Ear::open(&[]).await);
        let listening = |address: &str| WebUri::parse(address).ok();
        let portal = idp.portal_with("first", |s| s.logout.backchannel_uri = listening(&ear.address)).await;
        idp.portal_with("never-used", |s| s.logout.backchannel_uri = listening(&other_ear.address)).await;
        let browser = idp.browser();
        let (asked, arrival) = member.signs_in(&browser, &portal).await;
        let tokens = portal.redeems(&asked, arrival.code()).await;

        browser.get("/logout").await.submit("logout-confirm").await;
        let (claims, token) = ear.hears_logout().await;

        let head = part(&token, 0);
        assert_eq!(head["typ"], "logout+jwt");
        let (algorithm, key) = key_of(&idp, &head["kid"]).await;
        assert!(jws::verified::<Value>(&token, algorithm, &key).is_some());
        assert_eq!(claims["iss"], idp.origin());
        assert_eq!(claims["aud"], "first");
        assert_eq!((&claims["sub"], &claims["sid"]), (&tokens.claims()["sub"], &tokens.claims()["sid"]));
        assert_eq!(claims["events"], serde_json::json!({"http://schemas.openid.net/event/backchannel-logout": {}}));
        assert!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap() <= 120);
        let mut names: Vec<&str> = claims.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["aud", "events", "exp", "iat", "iss", "jti", "sid", "sub"]);
        assert!(other_ear.is_silent().await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_busy_is_told_again_and_one_that_refuses_is_not() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("L-1002")).await;
        let (busy, refusing) = (Ear::open(&[503, 302]).await, Ear::open(&[400]).await);
        let one = idp.portal_with("busy", |s| s.logout.backchannel_uri = WebUri::parse(&busy.address).ok()).await;
        let other =
            idp.portal_with("refusing", |s| s.logout.backchannel_uri = WebUri::parse(&refusing.address).ok()).await;
        let browser = idp.browser();
        member.signs_in(&browser, &one).await;
        browser.get(&other.asks().url).await.arrived();

        browser.get("/logout").await.submit("logout-confirm").await;
        let (first, _) = busy.hears_logout().await;
        refusing.hears_logout().await;
        let (second, _) = busy.hears_logout_while(|| idp.advance(Duration::from_secs(15))).await;
        let (third, _) = busy.hears_logout_while(|| idp.advance(Duration::from_secs(15))).await;

        assert_eq!(first["jti"], second["jti"]);
        assert_eq!(first["jti"], third["jti"]);
        assert!(refusing.is_silent().await);
        let told = &notices(&idp, "refusing").await[0];
        assert_eq!((told.state.as_str(), told.answer.as_deref()), ("failed", Some("the answer has status 400")));
        assert_eq!(notices(&idp, "busy").await[0].attempts, 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_nobody_took_ends_after_a_day() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("L-1003")).await;
        let portal =
            idp.portal_with("gone", |s| s.logout.backchannel_uri = WebUri::parse("http://127.0.0.1:1/bye").ok()).await;
        let ear = Ear::open(&[]).await;
        let later = idp.portal_with("later", |s| s.logout.backchannel_uri = WebUri::parse(&ear.address).ok()).await;
        let browser = idp.browser();
        member.signs_in(&browser, &portal).await;
        browser.get("/logout").await.submit("logout-confirm").await;
        idp.advance(Duration::from_secs(25 * 3600));

        // The worker takes notices in order: once the later one has arrived, the earlier one was looked at.
        member.signs_in(&browser, &later).await;
        browser.get("/logout").await.submit("logout-confirm").await;
        ear.hears_logout().await;

        assert_eq!(notices(&idp, "gone").await[0].state, "expired");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_listen_in_the_browser_get_a_frame_with_issuer_and_session() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("L-1004")).await;
        let portal = idp
            .portal_with("framed", |s| {
                s.logout.frontchannel_uri = WebUri::parse("https://portal.example/front?x=1").ok();
                s.logout.frontchannel_session_required = true;
            })
            .await;
        let browser = idp.browser();
        let (asked, arrival) = member.signs_in(&browser, &portal).await;
        let tokens = portal.redeems(&asked, arrival.code()).await;

        let url = portal.end_session_url(&[
            ("id_token_hint", tokens.id_token()),
            ("post_logout_redirect_uri", &portal.post_logout_redirect_uri),
            ("state", "s"),
        ]);
        let page = browser.get(&url).await;

        assert_eq!((page.status, page.name()), (200, "signed-out".to_owned()), "{}", page.summary());
        let sid = tokens.claims()["sid"].as_str().unwrap().to_owned();
        let mut expected = url::Url::parse("https://portal.example/front?x=1").unwrap();
        expected.query_pairs_mut().append_pair("iss", &idp.origin()).append_pair("sid", &sid);
        assert_eq!(page.attribute_of("frame-1", "src").as_deref(), Some(expected.as_str()));
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.ends_with("; frame-src https://portal.example"), "{policy}");
        let back = format!("{}?state=s", portal.post_logout_redirect_uri);
        assert_eq!(page.headers["refresh"], format!("2; url={back}"));
        assert_eq!(page.attribute_of("return", "href"), Some(back));
    })
    .await;
}

/// What the frames of a page open, and the origins that its policy lets them have.
fn frames(page: &Page) -> (BTreeSet<String>, Option<String>) {
    let opened = (1..).map_while(|number| page.attribute_of(&format!("frame-{number}"), "src")).collect();
    let policy = page.header("content-security-policy").to_owned();
    (opened, policy.split_once("frame-src ").map(|(_, origins)| origins.to_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn after_sign_out_on_our_own_page_the_browser_alone_opens_a_frame_for_each_client_of_the_session() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("L-1009")).await;
        let listening = async |name: &str, address: &str, session_required: bool| {
            let uri = WebUri::parse(address).ok();
            idp.portal_with(name, |settings| {
                settings.logout.frontchannel_uri = uri;
                settings.logout.frontchannel_session_required = session_required;
            })
            .await
        };
        let named = listening("named", "https://portal.example/front?x=1", true).await;
        let plain = listening("plain", "https://meals.example:8443/out", false).await;
        listening("never-used", "https://elsewhere.example/out", true).await;
        let browser = idp.browser();
        let (asked, arrival) = member.signs_in(&browser, &named).await;
        let sid = named.redeems(&asked, arrival.code()).await.claims()["sid"].as_str().unwrap().to_owned();
        browser.get(&plain.asks().url).await.arrived();

        let page = browser.get("/logout").await.submit("logout-confirm").await;

        assert_eq!((page.status, page.name()), (200, "signed-out".to_owned()), "{}", page.summary());
        let mut told = url::Url::parse("https://portal.example/front?x=1").unwrap();
        told.query_pairs_mut().append_pair("iss", &idp.origin()).append_pair("sid", &sid);
        // Who did not ask for issuer and session is told both, too (§2).
        let mut unasked = url::Url::parse("https://meals.example:8443/out").unwrap();
        unasked.query_pairs_mut().append_pair("iss", &idp.origin()).append_pair("sid", &sid);
        let opened = BTreeSet::from([told.to_string(), unasked.to_string()]);
        let origins = Some("https://meals.example:8443 https://portal.example".to_owned());
        assert_eq!(frames(&page), (opened, origins));
        assert!(!page.headers.contains_key("refresh"), "there is nowhere to go on to");

        let nothing = (BTreeSet::new(), None);
        assert_eq!(frames(&idp.browser().get(page.url.as_str()).await), nothing, "another browser");
        idp.advance(Duration::from_secs(11 * 60));
        assert_eq!(frames(&page.reload().await), nothing, "later");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_ends_a_session_its_clients_hear_of_it() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("L-1005")).await;
        let ear = Ear::open(&[]).await;
        let portal = idp.portal_with("told", |s| s.logout.backchannel_uri = WebUri::parse(&ear.address).ok()).await;
        let sid = |tokens: &harness::Tokens| tokens.claims()["sid"].as_str().unwrap().to_owned();
        let browser = idp.browser();
        let user_id = || UserId::parse("L-1005").unwrap().normal().clone();

        let (asked, arrival) = member.signs_in(&browser, &portal).await;
        let first = sid(&portal.redeems(&asked, arrival.code()).await);
        let sessions = idp.operate(move |ctx| async move { session::list(ctx, &user_id()).await }.boxed()).await;
        let id = sessions.unwrap()[0].id;
        let ended = idp.operate(move |ctx| async move { session::revoke(ctx, id).await }.boxed()).await;
        assert_eq!(ended, Ended::Done);
        assert_eq!(ear.hears_logout().await.0["sid"], first);
        let again = idp.operate(move |ctx| async move { session::revoke(ctx, id).await }.boxed()).await;
        assert_eq!(again, Ended::Over);

        let (asked, arrival) = member.signs_in(&browser, &portal).await;
        let second = sid(&portal.redeems(&asked, arrival.code()).await);
        let user_id = || UserId::parse("L-1005").unwrap().normal().clone();
        idp.operate(move |ctx| async move { admin_member::disable(ctx, &user_id()).await }.boxed()).await;
        assert_eq!(ear.hears_logout().await.0["sid"], second);
    })
    .await;
}

/// A browser in which the member came to a client, and the `sid` that the client knows.
async fn comes(idp: &Idp, member: &Member, portal: &Portal) -> (Browser, String) {
    let browser = idp.browser();
    let asked = portal.asks();
    let arrival = member.walks(browser.get(&asked.url).await).await.arrived();
    let tokens = portal.redeems(&asked, arrival.code()).await;
    (browser, tokens.claims()["sid"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn however_a_member_ends_a_session_its_clients_hear_of_it_and_of_no_other() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("L-1007")).await;
        let ear = Ear::open(&[]).await;
        let portal = idp.portal_with("told", |s| s.logout.backchannel_uri = WebUri::parse(&ear.address).ok()).await;
        let (here, sid_here) = comes(&idp, &member, &portal).await;

        // One session, from the page that lists them.
        let (_, there) = comes(&idp, &member, &portal).await;
        let page = here.get("/account/sessions").await;
        let (_, rest) = page.body.split_once("id=\"session-revoke-").unwrap();
        let button = format!("session-revoke-{}", rest.split('"').next().unwrap());
        page.submit(&button).await;
        assert_eq!(ear.hears_logout().await.0["sid"], there.as_str());

        // All others.
        let mut others = BTreeSet::new();
        for _ in 0..2 {
            others.insert(comes(&idp, &member, &portal).await.1);
        }
        here.get("/account/sessions").await.submit("sessions-revoke-all").await;
        let mut heard = BTreeSet::new();
        for _ in 0..2 {
            heard.insert(ear.hears_logout().await.0["sid"].as_str().unwrap().to_owned());
        }
        assert_eq!(heard, others);

        // A changed password, as the page offers it.
        let (_, there) = comes(&idp, &member, &portal).await;
        let page = here.get("/account/password").await;
        let password = "kawa-no-nagare-to-hashi-74";
        let page = page.fill("new-password", password).fill("new-password-confirm", password);
        assert_eq!(page.submit("password-submit").await.path(), "/account");
        assert_eq!(ear.hears_logout().await.0["sid"], there.as_str());

        // Somebody else signs in in the browser: the last of them, so that all that was heard is accounted for.
        let second = idp.member(MemberSeed::new("L-1008")).await;
        second.signs_in(&idp.browser(), &idp.portal().await).await;
        let asked = portal.asks_with(&[("prompt", "select_account")]);
        second.walks(here.get(&asked.url).await).await.arrived();
        assert_eq!(ear.hears_logout().await.0["sid"], sid_here.as_str());
        assert!(ear.is_silent().await, "the session that began is not over");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_hear_of_a_member_who_was_deleted_by_the_subject_they_knew() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("L-1006")).await;
        let browser = idp.browser();
        let mut known = Vec::new();
        for (name, kind) in [("all", SubjectType::Public), ("own", SubjectType::Pairwise)] {
            let ear = Ear::open(&[]).await;
            let address = WebUri::parse(&ear.address).ok();
            let portal = idp
                .portal_with(name, |settings| {
                    settings.logout.backchannel_uri = address;
                    settings.subject.kind = kind;
                })
                .await;
            let asked = portal.asks();
            let arrival = member.walks(browser.get(&asked.url).await).await.arrived();
            known.push((ear, portal.redeems(&asked, arrival.code()).await.claims()));
        }
        assert_ne!(known[0].1["sub"], known[1].1["sub"]);

        let user_id = UserId::parse("L-1006").unwrap().normal().clone();
        let deleted = idp.operate(move |ctx| async move { remedy::delete(ctx, &user_id).await }.boxed()).await;
        assert!(matches!(deleted, Change::Changed(_)));

        for (ear, id_token) in &known {
            let (claims, _) = ear.hears_logout().await;
            assert_eq!((&claims["sub"], &claims["sid"]), (&id_token["sub"], &id_token["sid"]));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_with_encrypted_id_tokens_hears_encrypted_logout_tokens_and_waits_for_its_keys() {
    on_both(async |database| {
        let (authority, folder) = (Authority::new("portals"), tempfile::tempdir().unwrap());
        let trusted = authority.write(folder.path());
        let believe = |config: &mut idp_core::config::Config| config.outgoing.ca_certificate = Some(trusted);
        let idp = Idp::start_configured(database, believe, |_| {}).await;
        let (shelf, ear, (key, _)) =
            (Shelf::open(&authority).await, Ear::open(&[]).await, AgreementKey::generate().unwrap());
        let address = WebUri::parse(&ear.address).ok();
        let keys = HttpsUri::parse(&shelf.address("keys")).unwrap();
        let encryption = Encryption { alg: KeyManagement::EcdhEs, enc: ContentEncryption::A128Gcm };
        let portal = idp
            .portal_with("sealed", |settings| {
                settings.logout.backchannel_uri = address;
                settings.keys = Some(KeySource::Fetched(keys));
                settings.answers.id_token_encryption = Some(encryption);
            })
            .await;
        let (member, browser) = (idp.member(MemberSeed::new("L-9001")).await, idp.browser());
        member.signs_in(&browser, &portal).await;
        browser.get("/logout").await.submit("logout-confirm").await;
        let name = ClientName::parse("sealed").unwrap();
        let put_off = async || {
            let name = name.clone();
            let known =
                idp.operate(move |ctx| async move { backchannel::of_client(ctx, &name, 10).await }.boxed()).await;
            known.unwrap()[0].answer.clone()
        };
        while put_off().await.is_none() {
            tokio::task::yield_now().await;
        }
        assert!(ear.is_silent().await, "nothing goes out in clear");

        let mut jwk = serde_json::to_value(key.public()).unwrap();
        jwk["use"] = "enc".into();
        shelf.holds("keys", &serde_json::json!({ "keys": [jwk] }).to_string());
        idp.advance(Duration::from_secs(15));
        let token = ear.hears().await.remove(0).1;
        let inside = jwe::decrypt(&token, &Reader::Agreement(&key)).expect("the client's key opens it");
        let inside = std::str::from_utf8(&inside).unwrap();
        assert_eq!((&part(inside, 0)["typ"], &part(inside, 1)["aud"]), (&"logout+jwt".into(), &"sealed".into()));
    })
    .await;
}

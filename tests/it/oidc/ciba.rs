//! Backchannel authentication (CIBA): a client asks for a member who is elsewhere, the member answers on a page of ours, and
//! the client gets its tokens; once, in time, never for somebody else, and never told who is a member here.

mod mails;
mod ping;
mod request_object;

use std::time::Duration;

use futures::FutureExt;
use futures::future::join_all;
use harness::{Browser, ClientKey, Database, Idp, Member, MemberSeed, Page, Portal, Tokens, on_both, owned, part};
use idp_core::client::{CibaDelivery, ClientSettings, GrantType, HttpsUri, SubjectType};
use idp_core::clock::{days, minutes};
use idp_core::store::cleanup::{self, Rest};
use serde_json::{Value, json};

pub(crate) const GRANT: &str = "urn:openid:params:grant-type:ciba";

/// A call centre that asks by itself.
pub(crate) async fn call_centre(idp: &Idp) -> Portal {
    asking(idp, "calls", |_| {}).await
}

/// A client that asks by itself, with other settings.
pub(crate) async fn asking(idp: &Idp, client_id: &str, adjust: impl FnOnce(&mut ClientSettings)) -> Portal {
    let settings = |settings: &mut ClientSettings| {
        settings.grant_types.push(GrantType::Ciba);
        settings.ciba = Some(CibaDelivery::Poll);
        adjust(settings);
    };
    idp.portal_with(client_id, settings).await
}

/// Asks for a member, with these parameters beside the scope; an empty value leaves a parameter out.
pub(crate) async fn asks(portal: &Portal, changes: &[(&str, &str)]) -> Tokens {
    let mut form = vec![("scope", "openid")];
    form.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    form.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    portal.posts_to("/bc-authorize", owned(&form), &[]).await
}

pub(crate) fn auth_req_id(begun: &Tokens) -> &str {
    begun.json["auth_req_id"].as_str().unwrap_or_else(|| panic!("{} {}", begun.status, begun.json))
}

pub(crate) async fn polls(portal: &Portal, begun: &Tokens) -> Tokens {
    portal.posts(owned(&[("grant_type", GRANT), ("auth_req_id", auth_req_id(begun))])).await
}

/// A browser in which a member is signed in.
pub(crate) async fn signed_in(idp: &Idp, user_id: &str) -> (Member, Browser) {
    let (member, browser) = (idp.member(MemberSeed::new(user_id)).await, idp.browser());
    let portal = idp.portal_with(&format!("portal-{user_id}"), |_| {}).await;
    member.signs_in(&browser, &portal).await;
    (member, browser)
}

/// The buttons of the requests on the page, by how their ids begin.
pub(crate) fn buttons(page: &Page, start: &str) -> Vec<String> {
    let opening = format!("id=\"{start}");
    let rest = page.body.split(&opening).skip(1);
    rest.map(|rest| format!("{start}{}", rest.split('"').next().unwrap())).collect()
}

/// Answers the newest request.
pub(crate) async fn answers(browser: &Browser, verdict: &str) -> Page {
    let page = browser.get("/account/requests").await;
    let button = buttons(&page, &format!("request-{verdict}-")).first().cloned();
    page.submit(&button.unwrap_or_else(|| panic!("nothing waits: {}", page.summary()))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_gets_its_tokens_once_the_member_allows_it() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let calls = call_centre(&idp).await;
        let (member, browser) = signed_in(&idp, "B-1").await;
        let begun = asks(
            &calls,
            &[("scope", "openid email offline_access"), ("login_hint", "b-1"), ("binding_message", "窓口 7-42")],
        )
        .await;
        assert_eq!((begun.status, &begun.json["expires_in"], &begun.json["interval"]), (200, &600.into(), &5.into()));
        assert_eq!(begun.headers["cache-control"], "no-store");
        assert_eq!(auth_req_id(&begun).len(), 43);
        assert_eq!(polls(&calls, &begun).await.error(), "authorization_pending");

        let mail = idp.mailbox().mail_to(&member.mail, "確認の依頼").await;
        assert!(mail.text.contains(&format!("{}/account/requests", idp.origin())), "{}", mail.text);
        assert!(mail.text.contains("健保ポータル") && !mail.text.contains("7-42"), "{}", mail.text);
        assert!(browser.get("/account").await.has("requests-waiting"));
        let page = browser.get("/account/requests").await;
        assert!(page.body.contains("健保ポータル") && page.body.contains("窓口 7-42"), "{}", page.summary());
        idp.advance(Duration::from_secs(5));
        assert_eq!(polls(&calls, &begun).await.error(), "authorization_pending", "looking is not allowing");
        let done = page.submit(&buttons(&page, "request-allow-")[0]).await;
        assert_eq!(done.url.query(), Some("done=request-allowed"), "{}", done.summary());
        assert!(done.has("requests-none"));

        let tokens = polls(&calls, &begun).await;
        assert_eq!(tokens.status, 200, "what was answered need not wait: {}", tokens.json);
        assert_eq!(tokens.json["scope"], "openid email offline_access");
        let claims = tokens.claims();
        assert_eq!((&claims["aud"], &claims["acr"], &claims["amr"]), (&json!("calls"), &json!("aal1"), &amr()));
        assert!(claims["auth_time"].is_i64() && claims.get("urn:openid:params:jwt:claim:auth_req_id").is_none());
        assert_eq!(calls.userinfo(tokens.access_token()).await.1["email"], member.mail.as_str());
        assert_eq!(calls.refreshes(tokens.refresh_token()).await.status, 200);
        assert_eq!(polls(&calls, &begun).await.error(), "invalid_grant");
        for kind in ["ciba_asked", "ciba_allowed", "ciba_redeemed"] {
            assert_eq!(idp.events_of(&member, kind).await, 1, "{kind}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_asks_for_the_resource_that_its_token_is_for() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let calls = call_centre(&idp).await;
        let resource = "https://records.example/api";
        idp.portal_with("records", |settings| settings.resource = HttpsUri::parse(resource).ok()).await;
        let (_, browser) = signed_in(&idp, "B-R").await;
        let begun = asks(&calls, &[("scope", "openid offline_access"), ("login_hint", "B-R")]).await;
        answers(&browser, "allow").await;
        let asks = async |resource: &str| {
            let form = [("grant_type", GRANT), ("auth_req_id", auth_req_id(&begun)), ("resource", resource)];
            calls.posts(owned(&form)).await
        };
        assert_eq!(asks("https://elsewhere.example/").await.error(), "invalid_target");
        idp.advance(Duration::from_secs(5));
        let tokens = asks(resource).await;
        assert_eq!(part(tokens.access_token(), 1)["aud"], resource, "{}", tokens.json);
        assert_eq!(part(calls.refreshes(tokens.refresh_token()).await.access_token(), 1)["aud"], resource);
    })
    .await;
}

fn amr() -> Value {
    json!(["pwd", "otp", "mca"])
}

#[tokio::test(flavor = "multi_thread")]
async fn every_hint_finds_its_member() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let calls = call_centre(&idp).await;
        let (member, browser) = signed_in(&idp, "B-2").await;
        let asked = calls.asks();
        let arrival = browser.get(&asked.url).await.arrived();
        let id_token = calls.redeems(&asked, arrival.code()).await.id_token().to_owned();
        idp.advance(minutes(11));

        let address = member.mail.to_uppercase();
        for hint in [("login_hint", " ｂ－２ "), ("login_hint", &address), ("id_token_hint", &id_token)] {
            let begun = asks(&calls, &[hint]).await;
            assert_eq!(begun.status, 200, "{hint:?}: {}", begun.json);
            answers(&browser, "allow").await;
            assert_eq!(polls(&calls, &begun).await.status, 200, "{hint:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_of_a_pairwise_client_finds_its_member_when_its_session_is_long_forgotten() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let calls = asking(&idp, "calls", |settings| settings.subject.kind = SubjectType::Pairwise).await;
        let member = idp.member(MemberSeed::new("B-P")).await;
        let (asked, arrival) = member.signs_in(&idp.browser(), &calls).await;
        let tokens = calls.redeems(&asked, arrival.code()).await;
        idp.advance(days(5));
        while idp.operate(|ctx| cleanup::delete_ended(ctx).boxed()).await.rest == Rest::Perhaps {}

        let browser = idp.browser();
        member.signs_in(&browser, &idp.portal().await).await;
        let begun = asks(&calls, &[("id_token_hint", tokens.id_token())]).await;
        assert_eq!(begun.status, 200, "{}", begun.json);
        answers(&browser, "allow").await;
        let again = polls(&calls, &begun).await;
        assert_eq!((again.status, &again.claims()["sub"]), (200, &tokens.claims()["sub"]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_that_names_nobody_who_can_answer_reads_like_any_other() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let calls = call_centre(&idp).await;
        let (member, _) = signed_in(&idp, "B-3").await;
        idp.disables("B-3").await;
        idp.member(MemberSeed::new("B-4").with_mail_on_file()).await;
        let mut begun = Vec::new();
        for hint in ["B-3", &member.mail, "B-4", "b-4@mail.example", "nobody", "nobody@mail.example"] {
            let answer = asks(&calls, &[("login_hint", hint)]).await;
            let names: Vec<&str> = answer.json.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!((answer.status, names), (200, vec!["auth_req_id", "expires_in", "interval"]), "{hint}");
            assert_eq!(polls(&calls, &answer).await.error(), "authorization_pending", "{hint}");
            begun.push(answer);
        }
        idp.advance(minutes(10));
        for answer in &begun {
            assert_eq!(polls(&calls, answer).await.error(), "expired_token");
        }
        for address in [&member.mail, "b-4@mail.example"] {
            assert_eq!(idp.mailbox().count_saying(address, "/account/requests"), 0, "{address}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_breaks_a_rule_is_told_which() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (calls, portal) = (call_centre(&idp).await, idp.portal().await);
        let (member, browser) = signed_in(&idp, "B-5").await;
        let asked = portal.asks();
        let foreign = portal.redeems(&asked, browser.get(&asked.url).await.arrived().code()).await;
        let hint = ("login_hint", "B-5");
        let refused = asks(&portal, &[hint]).await;
        assert_eq!((refused.status, refused.error()), (400, "unauthorized_client"));
        let long = "x".repeat(101);
        for (changes, error) in [
            (vec![("scope", ""), hint], "invalid_scope"),
            (vec![("scope", "email"), hint], "invalid_scope"),
            (vec![], "invalid_request"),
            (vec![hint, ("id_token_hint", foreign.id_token())], "invalid_request"),
            (vec![hint, ("login_hint", "B-5")], "invalid_request"),
            (vec![("login_hint_token", "x")], "invalid_request"),
            (vec![("id_token_hint", foreign.id_token())], "invalid_request"),
            (vec![("id_token_hint", "x")], "invalid_request"),
            (vec![("login_hint", "a@b@c")], "unknown_user_id"),
            (vec![("login_hint", "\u{202E}")], "unknown_user_id"),
            (vec![hint, ("binding_message", &long)], "invalid_binding_message"),
            (vec![hint, ("binding_message", "a\nb")], "invalid_binding_message"),
            (vec![hint, ("binding_message", "Review at https://a.example/x")], "invalid_binding_message"),
            (vec![hint, ("requested_expiry", "0")], "invalid_request"),
            (vec![hint, ("requested_expiry", "-5")], "invalid_request"),
            (vec![hint, ("requested_expiry", "soon")], "invalid_request"),
        ] {
            let refused = asks(&calls, &changes).await;
            assert_eq!((refused.status, refused.error()), (400, error), "{changes:?}: {}", refused.json);
        }
        let mut stranger = calls.clone();
        stranger.secret = Some("wrong".into());
        let refused = asks(&stranger, &[hint]).await;
        assert_eq!((refused.status, refused.error()), (401, "invalid_client"));
        assert_eq!(idp.events_of(&member, "ciba_asked").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_parameters_do_no_harm_and_a_lifetime_stays_within_bounds() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let calls = call_centre(&idp).await;
        let hint = ("login_hint", "nobody");
        for (sent, told) in [("1", 30), ("120", 120), ("99999", 1800)] {
            let begun = asks(&calls, &[hint, ("requested_expiry", sent), ("user_code", "1234"), ("x", "y")]).await;
            assert_eq!(begun.json["expires_in"], told, "{}", begun.json);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn denied_late_and_impatient_clients_are_told_so() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let calls = call_centre(&idp).await;
        let (member, browser) = signed_in(&idp, "B-6").await;
        let hint = ("login_hint", "B-6");

        let denied = asks(&calls, &[hint]).await;
        assert_eq!(answers(&browser, "deny").await.url.query(), Some("done=request-denied"));
        assert_eq!(polls(&calls, &denied).await.error(), "access_denied");
        assert_eq!(idp.events_of(&member, "ciba_denied").await, 1);

        let impatient = asks(&calls, &[hint]).await;
        assert_eq!(polls(&calls, &impatient).await.error(), "authorization_pending");
        assert_eq!(polls(&calls, &impatient).await.error(), "slow_down");
        idp.advance(Duration::from_secs(9));
        assert_eq!(polls(&calls, &impatient).await.error(), "slow_down", "ten seconds are owed now");
        idp.advance(Duration::from_secs(15));
        assert_eq!(polls(&calls, &impatient).await.error(), "authorization_pending");

        let allowed = asks(&calls, &[hint]).await;
        answers(&browser, "allow").await;
        idp.advance(minutes(10));
        assert_eq!(polls(&calls, &impatient).await.error(), "expired_token");
        assert_eq!(polls(&calls, &allowed).await.error(), "expired_token", "it was not fetched in time");
        assert!(browser.get("/account/requests").await.has("requests-none"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_clients_and_wrong_ids_get_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (calls, portal) = (call_centre(&idp).await, idp.portal().await);
        let other = asking(&idp, "other", |_| {}).await;
        let (_, browser) = signed_in(&idp, "B-7").await;
        let begun = asks(&calls, &[("login_hint", "B-7")]).await;
        answers(&browser, "allow").await;
        assert_eq!(polls(&portal, &begun).await.error(), "unauthorized_client");
        assert_eq!(polls(&other, &begun).await.error(), "invalid_grant");
        assert_eq!(calls.posts(owned(&[("grant_type", GRANT)])).await.error(), "invalid_request");
        assert_eq!(calls.posts(owned(&[("grant_type", GRANT), ("auth_req_id", "x")])).await.error(), "invalid_grant");
        assert_eq!(polls(&calls, &begun).await.status, 200, "guessing around used nothing up");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_fetched_is_bound_and_a_missing_proof_uses_nothing_up() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let calls = asking(&idp, "bound", |settings| settings.access_tokens.dpop_bound = true).await;
        let (_, browser) = signed_in(&idp, "B-8").await;
        let begun = asks(&calls, &[("login_hint", "B-8")]).await;
        answers(&browser, "allow").await;
        assert_eq!(polls(&calls, &begun).await.error(), "invalid_request");
        let fields = [("grant_type", GRANT), ("auth_req_id", auth_req_id(&begun))];
        let tokens = calls.posts_proving(&fields, &ClientKey::new("d").proof(&idp)).await;
        assert_eq!((tokens.status, &tokens.json["token_type"]), (200, &json!("DPoP")), "{}", tokens.json);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_left_or_signed_out_gives_nothing_any_more() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let calls = call_centre(&idp).await;
        let (_, browser) = signed_in(&idp, "B-9").await;
        let begun = asks(&calls, &[("login_hint", "B-9")]).await;
        answers(&browser, "allow").await;
        browser.get("/logout").await.submit("logout-confirm").await;
        assert_eq!(polls(&calls, &begun).await.error(), "invalid_grant");

        let (_, browser) = signed_in(&idp, "B-10").await;
        let begun = asks(&calls, &[("login_hint", "B-10"), ("scope", "openid offline_access")]).await;
        answers(&browser, "allow").await;
        idp.disables("B-10").await;
        assert_eq!(polls(&calls, &begun).await.error(), "invalid_grant");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_not_allowed_rests_and_others_do_not() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (calls, other) = (call_centre(&idp).await, asking(&idp, "other", |_| {}).await);
        let (member, browser) = signed_in(&idp, "B-11").await;
        for hint in ["B-11", "nobody"] {
            for _ in 0..5 {
                assert_eq!(asks(&calls, &[("login_hint", hint)]).await.status, 200);
            }
            let held = asks(&calls, &[("login_hint", hint)]).await;
            assert_eq!((held.status, held.error()), (403, "access_denied"), "{hint}: {}", held.json);
        }
        assert_eq!(idp.events_of(&member, "ciba_asked").await, 5);
        assert_eq!(asks(&other, &[("login_hint", "B-11")]).await.status, 200);
        idp.advance(minutes(1));
        assert_eq!(asks(&calls, &[("login_hint", "B-11")]).await.status, 200);
        answers(&browser, "allow").await;
        for _ in 0..5 {
            assert_eq!(asks(&calls, &[("login_hint", "B-11")]).await.status, 200, "a yes ends the count");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_questions_on_two_nodes_have_one_winner() {
    let Some(database) = Database::postgres().await else { return };
    let idp = Idp::start(database).await;
    let node = idp.another_node().await;
    let calls = call_centre(&idp).await;
    let there = calls.clone().through(&node);
    let (_, browser) = signed_in(&idp, "B-12").await;
    let begun = asks(&calls, &[("login_hint", "B-12")]).await;
    answers(&browser, "allow").await;

    let questions = (0..50).map(|number| polls(if number % 2 == 0 { &calls } else { &there }, &begun));
    let answers = join_all(questions).await;

    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert!(answers.iter().all(|answer| answer.status == 200 || answer.error() == "invalid_grant"));
}

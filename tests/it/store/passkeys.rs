//! Fifty answers at once to one challenge have one winner; a challenge of one node is answered at another.

use futures::future::join_all;
use harness::{Authenticator, Idp, Member, MemberSeed, Page, Portal, on_both};

/// How many come at once.
const CROWD: usize = 50;

async fn with_a_passkey(idp: &Idp, user_id: &str) -> (Member, Portal) {
    let member = idp.member(MemberSeed::new(user_id)).await.wanting_a_passkey();
    let portal = idp.portal().await;
    member.signs_in(&idp.browser(), &portal).await;
    (member, portal)
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_answers_to_one_challenge_give_one_authorization_code() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_a_passkey(&idp, "R-20").await;
        let page = idp.browser().get(&portal.asks().url).await;
        let challenge = page.challenge("passkey-submit").await;
        let signed = member.with_authenticator(|own| own.signs(&challenge, &idp.origin()));

        let answers = join_all((0..CROWD).map(|_| page.presents("passkey-submit", &challenge, &signed))).await;

        assert!(answers.iter().all(|page| page.status < 500));
        let arrived = answers.iter().filter(|page| page.arrival().is_some()).count();
        assert_eq!(arrived, 1, "{:?}", answers.iter().map(Page::summary).collect::<Vec<_>>());
        assert_eq!(idp.events_of(&member, "session_started").await, 2, "the set-up's and the winner's");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_second_steps_by_one_challenge_prove_it_once() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_a_passkey(&idp, "R-21").await;
        let page = member.types_password(&idp.browser().get(&portal.asks().url).await, &member.password).await;
        let challenge = page.challenge("passkey-submit").await;
        let signed = member.with_authenticator(|own| own.signs(&challenge, &idp.origin()));

        let answers = join_all((0..CROWD).map(|_| page.presents("passkey-submit", &challenge, &signed))).await;

        assert!(answers.iter().all(|page| page.status < 500));
        assert_eq!(answers.iter().filter(|page| page.arrival().is_some()).count(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_new_key_pairs_for_one_challenge_set_one_passkey_up() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("R-22")).await.wanting_a_passkey();
        let portal = idp.portal().await;
        let page = member.walks_to(idp.browser().get(&portal.asks().url).await, "/enrol/passkey").await;
        let challenge = page.challenge("passkey-create").await;
        let made: Vec<_> = (0..CROWD).map(|_| Authenticator::new().creates(&challenge, &idp.origin())).collect();

        let answers = join_all(made.iter().map(|made| page.presents("passkey-create", &challenge, made))).await;

        assert!(answers.iter().all(|page| page.status < 500));
        assert_eq!(idp.events_of(&member, "method_enrolled").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_challenge_of_one_node_is_answered_at_another() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = with_a_passkey(&idp, "R-23").await;
        let node = idp.another_node().await;
        let browser = idp.browser();
        let page = browser.get(&portal.asks().url).await;
        let challenge = page.challenge("passkey-submit").await;
        let signed = member.with_authenticator(|own| own.signs(&challenge, &idp.origin()));

        let mut fields = page.fields("passkey-submit");
        fields.push(("ceremony".into(), challenge["ceremony"].as_str().unwrap().into()));
        fields.push(("credential".into(), signed.to_string()));
        let there = browser.clone().through(&node).post("/login/passkey", &fields).await;
        assert!(there.arrival().is_some(), "{}", there.summary());

        let again = browser.get(&portal.asks_with(&[("prompt", "login")]).url).await;
        let again = again.presents("passkey-submit", &challenge, &signed).await;
        assert_eq!(again.error_code().as_deref(), Some("passkey_expired"), "what one node took is gone at the other");
    })
    .await;
}

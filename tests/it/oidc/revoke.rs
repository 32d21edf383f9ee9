//! Revocation: a client takes back what is its own, at once.

use std::time::Duration;

use futures::FutureExt;
use harness::{Browser, Idp, MemberSeed, Portal, Tokens, on_both, owned};
use idp_core::admin::client;
use idp_core::client::{ClientName, TokenFormat};
use reqwest::Method;

async fn offline(idp: &Idp, user_id: &str, portal: &Portal) -> Tokens {
    let member = idp.member(MemberSeed::new(user_id)).await;
    let asked = portal.asks_with(&[("scope", "openid offline_access")]);
    let page = idp.browser().get(&asked.url).await;
    portal.redeems(&asked, member.walks(page).await.arrived().code()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_access_token_is_dead_and_its_family_lives() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        for (number, format) in [TokenFormat::Jwt, TokenFormat::Opaque].into_iter().enumerate() {
            let portal =
                idp.portal_with(&format!("p{number}"), |settings| settings.access_tokens.format = format).await;
            let tokens = offline(&idp, &format!("V-{number}"), &portal).await;
            assert_eq!(portal.userinfo(tokens.access_token()).await.0, 200);

            assert_eq!(portal.revokes(tokens.access_token()).await.status, 200);

            assert_eq!(portal.userinfo(tokens.access_token()).await.0, 401);
            assert_eq!(portal.introspects(tokens.access_token()).await["active"], false);
            assert_eq!(portal.revokes(tokens.access_token()).await.status, 200, "again");
            assert_eq!(portal.refreshes(tokens.refresh_token()).await.status, 200);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_refresh_token_takes_its_family_along() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        let first = offline(&idp, "V-3", &portal).await;
        let second = portal.refreshes(first.refresh_token()).await;

        assert_eq!(portal.revokes(second.refresh_token()).await.status, 200);

        assert_eq!(portal.refreshes(second.refresh_token()).await.error(), "invalid_grant");
        for tokens in [&first, &second] {
            assert_eq!(portal.userinfo(tokens.access_token()).await.0, 401);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_revokes_what_is_not_theirs_and_unknown_tokens_are_nothing_to_speak_of() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        let other = idp.portal_with("other", |_| {}).await;
        let tokens = offline(&idp, "V-4", &portal).await;

        for token in [tokens.access_token(), tokens.refresh_token(), tokens.id_token(), "unknown", "a.b.c"] {
            let answer = other.revokes(token).await;
            assert_eq!((answer.status, &answer.json), (200, &serde_json::json!({})), "{token}");
        }
        assert_eq!(portal.userinfo(tokens.access_token()).await.0, 200);
        assert_eq!(portal.refreshes(tokens.refresh_token()).await.status, 200);

        let answer = portal.posts_to("/revoke", Vec::new(), &[]).await;
        assert_eq!((answer.status, answer.error()), (400, "invalid_request"));
        let mut stranger = portal.clone();
        stranger.secret = Some("guessed".into());
        let answer = stranger.posts_to("/revoke", owned(&[("token", tokens.access_token())]), &[]).await;
        assert_eq!((answer.status, answer.error()), (401, "invalid_client"));
    })
    .await;
}

/// What userinfo says of a token, at the node that the browser reaches.
async fn userinfo_at(browser: &Browser, token: &str) -> u16 {
    let request = browser.request(Method::GET, "/userinfo").header("authorization", format!("Bearer {token}"));
    browser.send(request).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_a_token_at_one_node_ends_it_there_at_once_and_at_the_other_within_five_seconds() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let node = idp.another_node().await;
        let (here, there) = (idp.browser(), idp.browser().through(&node));
        for end in ["the token", "the grant", "the member", "the client"] {
            let id = end.replace(' ', "-");
            let portal = idp.portal_with(&id, |_| {}).await;
            let tokens = offline(&idp, &id, &portal).await;
            let token = tokens.access_token();
            assert_eq!((userinfo_at(&here, token).await, userinfo_at(&there, token).await), (200, 200), "{end}");

            match end {
                "the token" => drop(portal.revokes(token).await),
                "the grant" => drop(portal.revokes(tokens.refresh_token()).await),
                "the member" => idp.disables(&id).await,
                _ => {
                    let name = ClientName::parse(&id).unwrap();
                    idp.operate(move |ctx| async move { client::delete(ctx, &name).await }.boxed()).await;
                }
            }

            assert_eq!(userinfo_at(&here, token).await, 401, "{end}");
            idp.advance(Duration::from_secs(5));
            assert_eq!(userinfo_at(&there, token).await, 401, "{end}, at the other node");
        }
    })
    .await;
}

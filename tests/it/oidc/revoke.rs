//! Revocation: a client takes back what is its own, at once.

use harness::{Idp, MemberSeed, Portal, Tokens, on_both, owned};
use idp_core::client::TokenFormat;

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

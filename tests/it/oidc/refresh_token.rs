//! Refresh tokens: they rotate in families, a lost answer is told again, a thief ends the family.

use std::collections::HashSet;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::future::join_all;
use harness::{Idp, Member, MemberSeed, Portal, Tokens, on_both, owned};
use idp_core::clock::days;

async fn signed_in(idp: &Idp, user_id: &str) -> (Member, Portal, Tokens) {
    let (member, portal) = (idp.member(MemberSeed::new(user_id)).await, idp.portal().await);
    let tokens = offline(idp, &member, &portal).await;
    (member, portal, tokens)
}

async fn offline(idp: &Idp, member: &Member, portal: &Portal) -> Tokens {
    let asked = portal.asks_with(&[("scope", "openid email offline_access")]);
    let arrival = walked(idp, member, &asked.url).await;
    portal.redeems(&asked, &arrival).await
}

async fn walked(idp: &Idp, member: &Member, url: &str) -> String {
    let page = idp.browser().get(url).await;
    member.walks(page).await.arrived().code().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_gives_new_tokens_about_the_same_sign_in() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, portal, first) = signed_in(&idp, "F-1").await;
        idp.advance(Duration::from_secs(300));

        let second = portal.refreshes(first.refresh_token()).await;

        assert_eq!(second.status, 200, "{}", second.json);
        assert_ne!(second.refresh_token(), first.refresh_token());
        assert_ne!(second.access_token(), first.access_token());
        let (before, after) = (first.claims(), second.claims());
        for claim in ["iss", "sub", "aud", "auth_time", "acr", "sid"] {
            assert_eq!(before[claim], after[claim], "{claim}");
        }
        assert_eq!(after["iat"].as_u64().unwrap(), before["iat"].as_u64().unwrap() + 300);
        assert!(after.get("nonce").is_none());
        assert_eq!(portal.userinfo(second.access_token()).await.0, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_offline_access_there_is_nothing_to_refresh() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("F-2")).await, idp.portal().await);
        let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;
        let tokens = portal.redeems(&asked, arrival.code()).await;
        assert!(tokens.json.get("refresh_token").is_none(), "{}", tokens.json);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reused_token_ends_the_family() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, portal, first) = signed_in(&idp, "F-3").await;
        let second = portal.refreshes(first.refresh_token()).await;
        idp.advance(Duration::from_secs(11));

        let reused = portal.refreshes(first.refresh_token()).await;

        assert_eq!((reused.status, reused.error()), (400, "invalid_grant"));
        assert_eq!(portal.refreshes(second.refresh_token()).await.error(), "invalid_grant");
        assert_eq!(portal.userinfo(second.access_token()).await.0, 401);
        assert_eq!(portal.introspects(second.access_token()).await["active"], false);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_told_again_for_ten_seconds_and_only_while_its_successor_is_unused() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, portal, first) = signed_in(&idp, "F-4").await;
        let second = portal.refreshes(first.refresh_token()).await;
        idp.advance(Duration::from_secs(10));
        let again = portal.refreshes(first.refresh_token()).await;
        assert_eq!((again.status, again.refresh_token()), (200, second.refresh_token()));

        let third = portal.refreshes(second.refresh_token()).await;
        assert_eq!(third.status, 200);
        assert_eq!(portal.refreshes(first.refresh_token()).await.error(), "invalid_grant");
        assert_eq!(portal.refreshes(third.refresh_token()).await.error(), "invalid_grant");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_refreshes_at_once_have_one_successor() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, portal, first) = signed_in(&idp, "F-5").await;

        let answers = join_all((0..50).map(|_| portal.refreshes(first.refresh_token()))).await;

        assert!(answers.iter().all(|answer| answer.status == 200), "{:?}", answers[0].json);
        let successors: HashSet<&str> = answers.iter().map(Tokens::refresh_token).collect();
        assert_eq!(successors.len(), 1);
        assert_eq!(portal.refreshes(answers[0].refresh_token()).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn scope_only_narrows_and_another_client_gets_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, portal, first) = signed_in(&idp, "F-6").await;
        let other = idp.portal_with("other", |_| {}).await;
        let stolen = other.refreshes(first.refresh_token()).await;
        assert_eq!((stolen.status, stolen.error()), (400, "invalid_grant"));

        let with_scope = |scope: &'static str| {
            portal.posts(owned(&[
                ("grant_type", "refresh_token"),
                ("refresh_token", first.refresh_token()),
                ("scope", scope),
            ]))
        };
        for wider in ["openid profile", "openid nonsense"] {
            assert_eq!(with_scope(wider).await.error(), "invalid_scope", "{wider}");
        }
        let narrow = with_scope("openid").await;
        assert_eq!((narrow.status, &narrow.json["scope"]), (200, &"openid".into()));
        assert!(portal.userinfo(narrow.access_token()).await.1.get("email").is_none());
        let wide = portal.refreshes(narrow.refresh_token()).await;
        assert_eq!(wide.json["scope"], "openid email offline_access", "the grant itself did not narrow");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_family_outlives_its_session_but_not_its_month_nor_its_member() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal, first) = signed_in(&idp, "F-7").await;
        idp.advance(days(1));
        let second = portal.refreshes(first.refresh_token()).await;
        assert_eq!(second.status, 200, "{}", second.json);
        idp.advance(days(30));
        assert_eq!(portal.refreshes(second.refresh_token()).await.error(), "invalid_grant");

        let fresh = offline(&idp, &member, &portal).await;
        idp.disables("F-7").await;
        assert_eq!(portal.refreshes(fresh.refresh_token()).await.error(), "invalid_grant");
        assert_eq!(portal.introspects(fresh.refresh_token()).await["active"], false);
    })
    .await;
}

/// The same token with one bit of byte `place` turned.
fn turned(token: &str, place: usize) -> String {
    let mut bytes = URL_SAFE_NO_PAD.decode(token).unwrap();
    bytes[place] ^= 1;
    URL_SAFE_NO_PAD.encode(bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_nobody_issued_is_refused_and_ends_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, portal, first) = signed_in(&idp, "F-9").await;
        let length = URL_SAFE_NO_PAD.decode(first.refresh_token()).unwrap().len();

        let mut forged: Vec<String> = (0..length).map(|place| turned(first.refresh_token(), place)).collect();
        forged.extend([format!("{}A", first.refresh_token()), first.refresh_token()[1..].to_owned()]);
        for token in &forged {
            assert_eq!(portal.refreshes(token).await.error(), "invalid_grant", "{token}");
            assert_eq!(portal.introspects(token).await["active"], false, "{token}");
            assert_eq!(portal.revokes(token).await.status, 200, "{token}");
        }
        idp.advance(Duration::from_secs(60));

        assert_eq!(portal.refreshes(first.refresh_token()).await.status, 200, "the family lives");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_token_of_the_family_takes_it_back() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, portal, first) = signed_in(&idp, "F-10").await;
        let second = portal.refreshes(first.refresh_token()).await;
        let third = portal.refreshes(second.refresh_token()).await;
        for (token, is_active) in [(&first, false), (&second, false), (&third, true)] {
            assert_eq!(portal.introspects(token.refresh_token()).await["active"], is_active);
        }

        assert_eq!(portal.revokes(first.refresh_token()).await.status, 200);

        assert_eq!(portal.refreshes(third.refresh_token()).await.error(), "invalid_grant");
        assert_eq!(portal.introspects(third.refresh_token()).await["active"], false);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_refresh_token_refreshes_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (_, portal, first) = signed_in(&idp, "F-8").await;
        for other in [first.access_token(), first.id_token(), "x"] {
            assert_eq!(portal.refreshes(other).await.error(), "invalid_grant");
        }
        assert_eq!(portal.posts(owned(&[("grant_type", "refresh_token")])).await.error(), "invalid_request");
        assert_eq!(portal.userinfo(first.refresh_token()).await.0, 401);
        assert_eq!(portal.userinfo(first.id_token()).await.0, 401);
    })
    .await;
}

//! The key set: keys follow one another by schedule, and whoever holds a token of the one before notices nothing

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::join_all;
use harness::{Idp, MemberSeed, on_both};
use idp_core::admin::audit::Verification;
use idp_core::admin::key;
use idp_core::clock::{days, hours, minutes};
use idp_core::key::{KeyAlgorithm, KeyState};
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

/// The keys that applications prove tokens by.
async fn published(idp: &Idp) -> BTreeSet<String> {
    let keys = idp.browser().get("/jwks").await.json();
    let signing = keys["keys"].as_array().unwrap().iter().filter(|key| key["use"] == "sig");
    signing.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// Starts the provider anew, whose worker looks at the keys first, and waits until it did what is expected.
async fn looks_at_the_keys(idp: &Idp, expected: [KeyState; 2]) {
    idp.restart().await;
    let begun = Instant::now();
    loop {
        let keys = idp.operate(|ctx| key::list(ctx).boxed()).await;
        let of = |algorithm| keys.iter().filter(move |key| key.algorithm == algorithm).map(|key| key.state);
        let are_so = KeyAlgorithm::ALWAYS
            .into_iter()
            .all(|algorithm| expected.iter().all(|state| of(algorithm).any(|one| one == *state)));
        if are_so {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{keys:?}");
        tokio::task::yield_now().await;
    }
}

fn signed_by(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_followed_by_schedule_and_what_the_old_one_signed_is_good_to_its_end() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (portal, member) = (idp.portal().await, idp.member(MemberSeed::new("J-1001")).await);
        let old = published(&idp).await;
        member.signs_in(&idp.browser(), &portal).await;

        idp.advance(days(89));
        looks_at_the_keys(&idp, [KeyState::Active, KeyState::Next]).await;
        let both = published(&idp).await;
        assert!(both.is_superset(&old) && both.len() == 2 * old.len(), "{both:?}");

        idp.advance(hours(23) + minutes(55));
        let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;
        let before = portal.redeems(&asked, arrival.code()).await;
        assert!(old.contains(&signed_by(before.id_token())) && old.contains(&signed_by(before.access_token())));

        idp.advance(minutes(5));
        looks_at_the_keys(&idp, [KeyState::Active, KeyState::Retiring]).await;
        assert_eq!(published(&idp).await, both);
        assert_eq!(portal.userinfo(before.access_token()).await.0, 200);
        let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;
        let after = portal.redeems(&asked, arrival.code()).await;
        for token in [after.id_token(), after.access_token()] {
            assert!(
                both.difference(&old).any(|kid| *kid == signed_by(token)),
                "a key signs that was not published before"
            );
        }

        idp.advance(days(7));
        idp.restart().await;
        let begun = Instant::now();
        while published(&idp).await.intersection(&old).next().is_some() {
            assert!(begun.elapsed() < Duration::from_secs(10), "the old keys stay");
        }
        assert!(matches!(idp.verifies_audit().await, Verification::Good { .. }));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_see_it_at_the_same_moment_make_one_successor() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        idp.advance(days(89));
        let nodes = join_all((0..6).map(|_| idp.another_node())).await;
        // Each finishes what it began before it is down.
        join_all(nodes.iter().map(harness::Node::restart)).await;
        idp.restart().await;

        let keys = idp.operate(|ctx| key::list(ctx).boxed()).await;
        let mut states: Vec<_> = keys.iter().map(|key| (key.algorithm, key.state.name())).collect();
        states.sort_unstable();
        let mut expected: Vec<_> = KeyAlgorithm::ALWAYS
            .into_iter()
            .flat_map(|algorithm| [(algorithm, "active"), (algorithm, "next")])
            .collect();
        expected.sort_unstable();
        assert_eq!(states, expected);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_realm_without_keys_gets_one_of_each_however_many_ask() {
    on_both(async |database| {
        let (url, empty) = (database.url(), "DELETE FROM signing_keys");
        let idp = Idp::start(database).await;
        match url.starts_with("postgres") {
            true => PgConnection::connect(&url).await.unwrap().execute(empty).await.map(drop).unwrap(),
            false => SqliteConnection::connect(&url).await.unwrap().execute(empty).await.map(drop).unwrap(),
        }
        join_all((0..8).map(|_| idp.operate(|ctx| key::ensure(ctx).boxed()))).await;

        let keys = idp.operate(|ctx| key::list(ctx).boxed()).await;
        let mut algorithms: Vec<_> = keys.iter().map(|key| (key.algorithm, key.state.name())).collect();
        algorithms.sort_unstable();
        let mut expected = KeyAlgorithm::ALWAYS.map(|algorithm| (algorithm, "active"));
        expected.sort_unstable();
        assert_eq!(algorithms, expected);
    })
    .await;
}

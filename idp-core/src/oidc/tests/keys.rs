//! Keys come, sign and go.

use super::*;
use crate::key::KeyAlgorithm;

#[tokio::test]
async fn a_new_key_is_published_a_day_before_it_signs_and_the_old_one_a_week_after() {
    let place = place().await;
    let before = place.published().await;
    assert_eq!(before.len(), 2);
    let token = place.exchanges(&place.code().await, &[]).await.unwrap().id_token.unwrap();
    let signed_by = |token: &str| jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    let rotate = place.store.write(&place.scope, |ctx| key::rotate(ctx, Algorithm::Rs256, Urgency::Planned).boxed());
    let successor = rotate.await.unwrap();
    assert_eq!(successor.state, KeyState::Next);
    let again = place.store.write(&place.scope, |ctx| key::rotate(ctx, Algorithm::Rs256, Urgency::Planned).boxed());
    assert_eq!(again.await.unwrap().kid, successor.kid);
    let advance = async || place.store.write(&place.scope, |ctx| key::advance(ctx).boxed()).await.unwrap();

    place.clock.advance(hours(23));
    advance().await;
    let still = place.exchanges(&place.code().await, &[]).await.unwrap().id_token.unwrap();
    assert_eq!((signed_by(&still), place.published().await.len()), (signed_by(&token), 3));

    place.clock.advance(hours(1));
    advance().await;
    let new = place.exchanges(&place.code().await, &[]).await.unwrap().id_token.unwrap();
    assert_eq!((signed_by(&new), place.published().await.len()), (successor.kid, 3));

    place.clock.advance(days(7));
    advance().await;
    let left = place.published().await;
    assert!(left.len() == 2 && !left.iter().any(|(kid, _)| *kid == signed_by(&token)));
}

#[tokio::test]
async fn a_key_that_signed_for_the_realm_s_term_is_followed_by_one_that_was_published_before() {
    let place = place().await;
    let advance = async || place.store.write(&place.scope, |ctx| key::advance(ctx).boxed()).await.unwrap();
    let states = async || {
        let keys = place.store.read(&place.scope, |ctx| key::list(ctx).boxed()).await.unwrap();
        let mut states: Vec<_> = keys.iter().map(|key| (key.algorithm, key.state.name())).collect();
        states.sort_unstable();
        states
    };
    let both = |states: &[&'static str]| {
        let of = |algorithm| states.iter().map(move |state| (algorithm, *state));
        let mut all: Vec<_> = KeyAlgorithm::ALWAYS.into_iter().flat_map(of).collect();
        all.sort_unstable();
        all
    };
    for (length, expected) in [
        (days(88), &["active"][..]),
        (days(1), &["active", "next"]),
        (hours(23), &["active", "next"]),
        (hours(1), &["active", "retiring"]),
        (days(7), &["active"]),
        // The term of the new one counts from the day it signs.
        (days(81), &["active"]),
        (days(1), &["active", "next"]),
    ] {
        place.clock.advance(length);
        for _ in 0..2 {
            advance().await;
            assert_eq!(states().await, both(expected));
        }
    }
}

#[tokio::test]
async fn a_compromised_key_is_dropped_at_once() {
    let place = place().await;
    let tokens = place.exchanges(&place.code().await, &[]).await.unwrap();
    let rotate =
        place.store.write(&place.scope, |ctx| key::rotate(ctx, Algorithm::Es256, Urgency::Compromised).boxed());
    assert_eq!(rotate.await.unwrap().state, KeyState::Active);
    assert!(matches!(place.userinfo(&tokens.access_token).await, Userinfo::InvalidToken));
    assert_eq!(place.published().await.len(), 2);
    let tokens = place.exchanges(&place.code().await, &[]).await.unwrap();
    assert!(matches!(place.userinfo(&tokens.access_token).await, Userinfo::Told(_)));
}

//! Sign-out that a client starts.

use super::*;

#[tokio::test]
async fn logout_leads_back_only_with_a_good_hint_and_a_registered_address() {
    let place = place().await;
    let tokens = place.exchanges(&place.code().await, &[]).await.unwrap();
    let hint = ("id_token_hint", id_token(&tokens));
    let back = ("post_logout_redirect_uri", GOODBYE);
    let live = || Some(place.session.clone());

    let ask = async |params: &[(&str, &str)]| place.ends_session(params, live()).await;
    assert_eq!(ask(&[]).await, EndSession::Confirm(Doubt::NoHint));
    assert_eq!(ask(&[("client_id", "portal"), back]).await, EndSession::Confirm(Doubt::NoHint));
    assert_eq!(ask(&[("id_token_hint", "x.y.z"), back]).await, EndSession::Confirm(Doubt::BadHint));
    assert_eq!(ask(&[("id_token_hint", &tokens.access_token), back]).await, EndSession::Confirm(Doubt::BadHint));
    assert_eq!(ask(&[hint, ("client_id", "spa"), back]).await, EndSession::Confirm(Doubt::BadHint));
    assert_eq!(ask(&[hint, back, back]).await, EndSession::Confirm(Doubt::Malformed));
    let unregistered = ask(&[hint, ("post_logout_redirect_uri", "https://portal.example/bye")]).await;
    assert_eq!(unregistered, EndSession::Confirm(Doubt::UnregisteredUri));
    assert!(matches!(place.userinfo(&tokens.access_token).await, Userinfo::Told(_)));

    place.clock.advance(minutes(11));
    let location = "https://portal.example/bye?from=idp&state=a+b%26".to_owned();
    assert_eq!(ask(&[hint, back, ("state", "a b&")]).await, EndSession::Redirect { location });
    assert!(matches!(place.userinfo(&tokens.access_token).await, Userinfo::InvalidToken));
    assert_eq!(place.ends_session(&[hint], None).await, EndSession::SignedOut);
}

#[tokio::test]
async fn logout_for_another_members_session_is_asked_first() {
    let place = place().await;
    let tokens = place.exchanges(&place.code().await, &[]).await.unwrap();
    let new = member::NewMember {
        user_id: UserId::parse("B-1").unwrap(),
        name: Name::default(),
        birth_date: None,
        household: Household::default(),
        mail: None,
        language: None,
    };
    let created = place.store.write(&place.scope, move |ctx| member::create(ctx, new).boxed()).await.unwrap();
    let member::Creation::Created(other) = created else { panic!() };
    let session =
        Session { id: crate::id::Id::from_uuid(uuid::Uuid::nil()), member: other.id, ..place.session.clone() };
    let params = [("id_token_hint", id_token(&tokens)), ("post_logout_redirect_uri", GOODBYE)];
    assert_eq!(place.ends_session(&params, Some(session)).await, EndSession::Confirm(Doubt::OtherSession));
}

//! What an access token opens, and how long.

use super::*;

#[tokio::test]
async fn userinfo_tells_what_the_scopes_open() {
    let place = place().await;
    let tokens = place.exchanges(&place.code().await, &[]).await.unwrap();
    let told = shown(place.userinfo(&tokens.access_token).await);
    assert_eq!(told["sub"], place.member.subject.as_str());
    assert_eq!(told["name"], "山田 花子");
    assert_eq!(told["family_name#ja-Kana-JP"], "ヤマダ");
    assert_eq!((&told["birthdate"], &told["preferred_username"]), (&"1980-01-01".into(), &"A-123".into()));
    assert_eq!((&told["email"], &told["email_verified"]), (&"hanako@example.jp".into(), &false.into()));

    let code = parameter(&place.authorizes(&[("scope", "openid")]).await, "code").unwrap();
    let tokens = place.exchanges(&code, &[]).await.unwrap();
    let told = shown(place.userinfo(&tokens.access_token).await);
    assert_eq!(told.keys().collect::<Vec<_>>(), ["sub"]);
}

#[tokio::test]
async fn an_access_token_ends_on_time_and_with_its_members_account() {
    let place = place().await;
    let tokens = place.exchanges(&place.code().await, &[]).await.unwrap();
    place.clock.advance(minutes(9));
    assert!(matches!(place.userinfo(&tokens.access_token).await, Userinfo::Told(_)));
    place.clock.advance(minutes(1));
    assert!(matches!(place.userinfo(&tokens.access_token).await, Userinfo::InvalidToken));

    let tokens = place.exchanges(&place.code().await, &[]).await.unwrap();
    let waiting = place.code().await;
    let disable = place.store.write(&place.scope, |ctx| {
        async move { member::disable(ctx, UserId::parse("A-123").unwrap().normal()).await }.boxed()
    });
    disable.await.unwrap();
    assert!(matches!(place.userinfo(&tokens.access_token).await, Userinfo::InvalidToken));
    assert_eq!(place.exchanges(&waiting, &[]).await.err(), Some("invalid_grant"));
}

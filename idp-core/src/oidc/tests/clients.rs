//! Clients prove themselves, change and go.

use super::*;

#[tokio::test]
async fn a_client_proves_itself_by_its_registered_method_alone() {
    let place = place().await;
    let code = place.code().await;
    let by_post = [("client_id", "portal"), ("client_secret", place.secret.as_str())];
    assert_eq!(place.exchanges(&code, &by_post).await.err(), Some("invalid_client"));
    assert_eq!(place.exchanges(&code, &[("client_id", "portal")]).await.err(), Some("invalid_client"));
    assert_eq!(place.exchanges(&code, &[("client_id", "nobody")]).await.err(), Some("invalid_client"));
    let with_secret = [("client_id", "spa"), ("client_secret", "x")];
    assert_eq!(place.exchanges(&code, &with_secret).await.err(), Some("invalid_client"));

    let code = parameter(&place.authorizes(&[("client_id", "spa")]).await, "code").unwrap();
    assert!(place.exchanges(&code, &[("client_id", "spa")]).await.is_ok());
}

#[tokio::test]
async fn a_rotated_secret_and_a_deleted_client_work_no_more() {
    let place = place().await;
    let code = place.code().await;
    let tokens = place.exchanges(&code, &[]).await.unwrap();
    let code = place.code().await;
    let portal = || ClientName::parse("portal").unwrap();
    let rotated =
        place.store.write(&place.scope, move |ctx| async move { client::rotate_secret(ctx, &portal()).await }.boxed());
    assert!(matches!(rotated.await.unwrap(), client::Changed::Done(_)));
    assert_eq!(place.exchanges(&code, &[]).await.err(), Some("invalid_client"));

    let deleted =
        place.store.write(&place.scope, move |ctx| async move { client::delete(ctx, &portal()).await }.boxed());
    assert!(matches!(deleted.await.unwrap(), client::Changed::Done(())));
    assert!(matches!(place.userinfo(&tokens.access_token).await, Userinfo::InvalidToken));
    assert!(matches!(place.checks(request(&[])).await, Checked::RefusedWithPage(PageRefusal::UnknownClient)));
}

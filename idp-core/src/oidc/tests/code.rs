//! The code, once, and what it becomes.

use super::*;

#[tokio::test]
async fn a_code_becomes_tokens_that_say_who_when_and_how() {
    let place = place().await;
    let location = place.authorizes(&[]).await;
    assert!(location.as_str().starts_with("https://portal.example/cb?code="));
    assert_eq!(parameter(&location, "state").as_deref(), Some("s&1"));
    assert_eq!(parameter(&location, "iss").as_deref(), Some("https://mgc.id.example"));

    let tokens = place.exchanges(&parameter(&location, "code").unwrap(), &[]).await.unwrap();
    let id = claims(id_token(&tokens));
    assert_eq!(id["sub"], place.member.subject.as_str());
    assert_eq!((&id["iss"], &id["aud"]), (&"https://mgc.id.example".into(), &"portal".into()));
    assert_eq!((&id["nonce"], &id["acr"]), (&"n-1".into(), &"aal1".into()));
    assert_eq!(id["amr"], serde_json::json!(["pwd"]));
    assert_eq!(id["sid"], place.session.id.to_string());
    assert_eq!(id["auth_time"], 1_795_000_000);
    assert!(id.get("name").is_none() && id.get("email").is_none() && id.get("azp").is_none());
    assert_eq!((tokens.expires_in, tokens.scope.as_str()), (600, "openid profile email"));
    let header = |token: &str| jsonwebtoken::decode_header(token).unwrap();
    assert_eq!(header(id_token(&tokens)).alg, jsonwebtoken::Algorithm::RS256);
    assert_eq!(header(&tokens.access_token).typ.as_deref(), Some("at+jwt"));
}

#[tokio::test]
async fn a_replayed_code_revokes_its_tokens() {
    for wait in [0, 30, 300] {
        let place = place().await;
        let code = place.code().await;
        let tokens = place.exchanges(&code, &[]).await.unwrap();
        place.clock.advance(std::time::Duration::from_secs(wait));
        assert_eq!(place.exchanges(&code, &[]).await.err(), Some("invalid_grant"));
        assert!(matches!(place.userinfo(&tokens.access_token).await, Userinfo::InvalidToken), "after {wait} s");
    }
}

#[tokio::test]
async fn of_many_redemptions_at_once_one_wins() {
    let place = place().await;
    let code = place.code().await;
    let attempts = futures::future::join_all((0..50).map(|_| place.exchanges(&code, &[]))).await;
    assert_eq!(attempts.iter().filter(|attempt| attempt.is_ok()).count(), 1);
}

#[tokio::test]
async fn a_code_is_refused_late_elsewhere_to_others_and_without_its_verifier_and_stays_usable() {
    let place = place().await;
    let code = place.code().await;
    let wrong_verifier = VERIFIER.replace('d', "e");
    for changes in [
        &[("redirect_uri", "https://portal.example/other")][..],
        &[("code_verifier", "")],
        &[("code_verifier", wrong_verifier.as_str())],
        &[("client_id", "spa")],
        &[("code", "unknown")],
    ] {
        assert_eq!(place.exchanges(&code, changes).await.err(), Some("invalid_grant"), "{changes:?}");
    }
    for changes in [&[("code", "")][..], &[("redirect_uri", "")], &[("grant_type", "")]] {
        assert_eq!(place.exchanges(&code, changes).await.err(), Some("invalid_request"), "{changes:?}");
    }
    assert_eq!(place.exchanges(&code, &[("grant_type", "password")]).await.err(), Some("unsupported_grant_type"));
    assert!(place.exchanges(&code, &[]).await.is_ok());

    let late = place.code().await;
    place.clock.advance(minutes(1));
    assert_eq!(place.exchanges(&late, &[]).await.err(), Some("invalid_grant"));
}

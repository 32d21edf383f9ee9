//! What the authorization endpoint answers without a page.

use super::*;

#[tokio::test]
async fn an_untrusted_redirect_is_a_page_and_every_other_refusal_a_redirect() {
    let place = place().await;
    let cases: [(&[(&str, &str)], PageRefusal); 5] = [
        (&[("client_id", "")], PageRefusal::NoClient),
        (&[("client_id", "portal"), ("client_id", "portal")], PageRefusal::ClientRepeated),
        (&[("client_id", "nobody")], PageRefusal::UnknownClient),
        (&[("redirect_uri", "https://evil.example/cb")], PageRefusal::InvalidRedirectUri),
        (&[("redirect_uri", "")], PageRefusal::NoRedirectUri),
    ];
    for (changes, expected) in cases {
        let checked = place.checks(request(changes)).await;
        assert!(matches!(checked, Checked::RefusedWithPage(found) if found == expected), "{changes:?}: {checked:?}");
    }
    let Checked::RefusedWithRedirect(response) = place.checks(request(&[("prompt", "x")])).await else { panic!() };
    let location = address(&response);
    let names: Vec<String> = location.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["error", "error_description", "state", "iss"]);
}

#[tokio::test]
async fn without_a_page_nobody_signs_in() {
    let place = place().await;
    let visitor = Visitor { browser: Hashed::from_bytes(vec![9; 32]), session: None };
    let params = request(&[("prompt", "none")]);
    let started = place
        .store
        .write(&place.scope, move |ctx| async move { authorize::start(ctx, &params, &visitor).await }.boxed());
    let Started::Response { response, .. } = started.await.unwrap() else { panic!("no answer") };
    assert_eq!(response.error_code(), Some("login_required"));
}

#[tokio::test]
async fn a_hint_that_names_somebody_else_gets_no_code() {
    let place = place().await;
    let tokens = place.exchanges(&place.code().await, &[]).await.unwrap();
    place.clock.advance(days(1));
    let same = place.authorizes(&[("id_token_hint", id_token(&tokens))]).await;
    assert!(parameter(&same, "code").is_some());

    let Checked::Accepted { client, request: mut hinting } = place.checks(request(&[])).await else {
        panic!("refused")
    };
    hinting.hinted_subject = Some("somebody else".into());
    let authentication = Authentication::of(&place.session);
    let response = place.store.write(&place.scope, move |ctx| {
        async move { authorize::issue(ctx, client.id, &hinting, &authentication).await }.boxed()
    });
    assert_eq!(response.await.unwrap().unwrap().error_code(), Some("login_required"));

    for hint in ["x", tokens.access_token.as_str()] {
        let checked = place.checks(request(&[("id_token_hint", hint)])).await;
        assert!(matches!(checked, Checked::RefusedWithRedirect(_)));
    }
}

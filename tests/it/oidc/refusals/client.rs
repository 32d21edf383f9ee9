//! How a client proves itself, and what every grant asks first

use harness::{ClientKey, Idp, is_well_said, on_both, owned};
use idp_core::client::{AuthMethod, ClientKeySet, GrantType, KeySource};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::{Call, Mend, Walk};

const JWT: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Posts fields in a body as they are.
async fn sends(idp: &Idp, header: Option<&str>, fields: &[(&str, &str)]) -> Value {
    let request: RequestBuilder = idp.http().post(format!("{}/token", idp.origin()));
    let request = header.into_iter().fold(request, |request, header| request.header("authorization", header));
    let document = request.form(fields).send().await.unwrap().json().await.unwrap();
    is_well_said(&document);
    document
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_refused_in_this_order() {
    on_both(async |database| {
        let (idp, key) = (Idp::start(database).await, ClientKey::new("k"));
        let keys = ClientKeySet::read(json!({"keys": [key.jwk]})).unwrap();
        let mut batch = idp
            .portal_with("batch", |settings| {
                settings.auth_method = AuthMethod::PrivateKeyJwt;
                settings.keys = Some(KeySource::Registered(keys));
                settings.grant_types.push(GrantType::ClientCredentials);
            })
            .await;
        batch.key = Some(key);
        let assertion = batch.asserts(&batch.assertion_claims())[1].1.clone();
        let forged = format!("{}x", batch.asserts(&batch.assertion_claims())[1].1);
        let (twice, kind) = ([("scope", "a"), ("scope", "b")], ("client_assertion_type", JWT));
        let (id, other) = (("client_id", "batch"), ("client_id", "other"));
        let wrong = [("client_secret", "x"), ("client_assertion", "x"), ("client_assertion_type", "x"), other];
        let (unreadable, foreign) = (Some("Basic x"), Some("Basic YmF0Y2g6eA=="));
        let again = batch.posts(owned(&[("grant_type", "client_credentials")])).await;
        assert_eq!(again.status, 200, "{}", again.json);

        let mut walk = Walk::down("refused: the client");
        walk.meets(&sends(&idp, unreadable, &[&twice[..], &wrong].concat()).await);
        walk.meets(&sends(&idp, unreadable, &wrong).await);
        walk.meets(&sends(&idp, unreadable, &wrong[2..]).await);
        walk.meets(&sends(&idp, foreign, &wrong[2..]).await);
        walk.meets(&sends(&idp, None, &wrong[1..]).await);
        walk.meets(&sends(&idp, None, &[kind, ("client_assertion", "x"), other]).await);
        walk.meets(&sends(&idp, None, &[kind, ("client_assertion", &forged), other]).await);
        walk.meets(&sends(&idp, None, &[]).await);
        walk.meets(&sends(&idp, None, &[kind, ("client_assertion", &forged), id]).await);
        let proof = [kind, ("client_assertion", assertion.as_str()), id];
        let grant = ("grant_type", "client_credentials");
        assert!(sends(&idp, None, &[&proof[..], &[grant]].concat()).await["access_token"].is_string());
        walk.meets(&sends(&idp, None, &proof).await);
        walk.ends(&batch.posts(owned(&[grant])).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_is_refused_in_this_order() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = idp.portal().await;
        let batch = idp.portal_with("batch", |settings| settings.grant_types.push(GrantType::ClientCredentials)).await;
        let mut call = Call::at("/token", (&idp, &portal), &[]);
        let mut walk = Walk::down("refused at /token");
        let mends = [Mend::Set("grant_type", "x"), Mend::Set("grant_type", "client_credentials"), Mend::By(&batch)];
        walk.through(&mut call, &mends).await;
        walk.ends(&call.made().await);
    })
    .await;
}

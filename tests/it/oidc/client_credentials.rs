//! Tokens of clients that act for themselves.

use harness::{Idp, on_both, owned, part};
use idp_core::client::{AuthMethod, GrantType, HttpsUri, Profile, TokenFormat};
use idp_core::key::Algorithm;
use serde_json::Value;

fn claims(token: &str) -> Value {
    part(token, 1)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_gets_a_token_in_its_own_name() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let service = idp.portal_with("batch", |settings| *settings = Profile::Service.defaults()).await;
        idp.portal_with("records", |settings| {
            settings.resource = Some(HttpsUri::parse("https://records.example/api").unwrap());
        })
        .await;

        let tokens = service.posts(owned(&[("grant_type", "client_credentials")])).await;
        assert_eq!((tokens.status, &tokens.json["token_type"]), (200, &"Bearer".into()));
        assert!(tokens.json.get("id_token").is_none() && tokens.json.get("refresh_token").is_none());
        let said = claims(tokens.access_token());
        assert_eq!((&said["sub"], &said["client_id"]), (&"batch".into(), &"batch".into()));
        assert_eq!(said["aud"], idp.origin());
        assert_eq!(service.userinfo(tokens.access_token()).await.0, 403, "no member stands behind it");

        let form = [("grant_type", "client_credentials"), ("resource", "https://records.example/api")];
        let tokens = service.posts(owned(&form)).await;
        assert_eq!(claims(tokens.access_token())["aud"], "https://records.example/api");
        assert_eq!(service.userinfo(tokens.access_token()).await.0, 401, "it is for another resource");

        for (name, value, error) in [
            ("resource", "https://elsewhere.example/", "invalid_target"),
            ("scope", "openid", "invalid_scope"),
            ("grant_type", "authorization_code", "unauthorized_client"),
            ("grant_type", "refresh_token", "unauthorized_client"),
        ] {
            let mut form = owned(&[("grant_type", "client_credentials")]);
            form.retain(|(given, _)| given != name);
            form.push((name.to_owned(), value.to_owned()));
            let answer = service.posts(form).await;
            assert_eq!((answer.status, answer.error()), (400, error), "{name}={value}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_gets_one() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let spa = idp.portal_with("spa", |settings| settings.auth_method = AuthMethod::None).await;
        for portal in [idp.portal().await, spa] {
            let answer = portal.posts(owned(&[("grant_type", "client_credentials")])).await;
            assert_eq!((answer.status, answer.error()), (400, "unauthorized_client"));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opaque_token_says_nothing_by_itself_and_everything_when_asked() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let service = idp
            .portal_with("batch", |settings| {
                *settings = Profile::Service.defaults();
                settings.grant_types = vec![GrantType::ClientCredentials];
                settings.access_tokens.format = TokenFormat::Opaque;
            })
            .await;

        let tokens = service.posts(owned(&[("grant_type", "client_credentials")])).await;
        assert!(!tokens.access_token().contains('.'));
        let known = service.introspects(tokens.access_token()).await;
        assert_eq!((&known["active"], &known["sub"]), (&true.into(), &"batch".into()));
        assert!(known.get("jti").is_none() && known.get("gid").is_none(), "{known}");
        service.revokes(tokens.access_token()).await;
        assert_eq!(service.introspects(tokens.access_token()).await, serde_json::json!({"active": false}));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_signed_with_what_its_resource_can_read() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        for algorithm in Algorithm::ALL {
            let registered = idp.portal_with(algorithm.name(), |settings| {
                *settings = Profile::Service.defaults();
                settings.access_tokens.signing_alg = algorithm;
            });
            let service = registered.await;

            let tokens = service.posts(owned(&[("grant_type", "client_credentials")])).await;

            let header = part(tokens.access_token(), 0);
            assert_eq!((&header["alg"], &header["typ"]), (&algorithm.name().into(), &"at+jwt".into()));
            let keys = idp.browser().get("/jwks").await.json();
            assert!(keys["keys"].as_array().unwrap().iter().any(|key| key["kid"] == header["kid"]), "{keys}");
            assert_eq!(service.introspects(tokens.access_token()).await["active"], true);
        }
    })
    .await;
}

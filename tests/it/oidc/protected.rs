//! Answers that a client wants signed or encrypted.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{Idp, MemberSeed, Portal, Tokens, on_both, part};
use idp_core::client::{
    Answers, ClientKey, ClientKeySet, ClientSettings, ContentEncryption, Encryption, KeyManagement, KeySource, KeyUse,
    Protection,
};
use idp_core::jwe::{self, AgreementKey, Reader};
use idp_core::key::Algorithm;
use serde_json::Value;

async fn signed_in(idp: &Idp, portal: &Portal, user_id: &str) -> Tokens {
    let member = idp.member(MemberSeed::new(user_id)).await;
    let (asked, arrival) = member.signs_in(&idp.browser(), portal).await;
    portal.redeems(&asked, arrival.code()).await
}

async fn userinfo(idp: &Idp, token: &str) -> (String, String) {
    let answer = idp.http().get(format!("{}/userinfo", idp.origin())).bearer_auth(token).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let content_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
    (content_type, answer.text().await.unwrap())
}

fn wants_encryption(key: &AgreementKey) -> impl FnOnce(&mut ClientSettings) {
    let public = key.public().clone();
    let key =
        ClientKey { kid: Some("mine".into()), usage: Some(KeyUse::Encryption), alg: None, x5c: Vec::new(), public };
    let encryption = Encryption { alg: KeyManagement::EcdhEsA256Kw, enc: ContentEncryption::A256Gcm };
    move |settings| {
        settings.keys = Some(KeySource::Registered(ClientKeySet { keys: vec![key] }));
        settings.answers = Answers {
            id_token_encryption: Some(encryption),
            userinfo: Protection { signed: Some(Algorithm::Es256), encrypted: Some(encryption) },
            ..Answers::default()
        };
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signed_userinfo_says_who_speaks_and_to_whom_in_every_algorithm() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        for algorithm in Algorithm::ALL {
            let portal = idp
                .portal_with(algorithm.name(), |settings| {
                    settings.id_token_alg = algorithm;
                    settings.answers.userinfo = Protection { signed: Some(algorithm), encrypted: None };
                })
                .await;
            let tokens = signed_in(&idp, &portal, &format!("P-{}", algorithm.name())).await;

            let (content_type, token) = userinfo(&idp, tokens.access_token()).await;
            let claims = part(&token, 1);

            assert_eq!(content_type, "application/jwt");
            assert_eq!(part(&token, 0)["alg"], algorithm.name());
            assert_eq!(part(tokens.id_token(), 0)["alg"], algorithm.name());
            assert_eq!((&claims["iss"], &claims["aud"]), (&idp.origin().into(), &algorithm.name().into()));
            assert_eq!(claims["sub"], tokens.claims()["sub"]);
            assert!(claims["email"].is_string());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_id_token_and_userinfo_open_with_the_clients_key_alone() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (key, _) = AgreementKey::generate().unwrap();
        let (other, _) = AgreementKey::generate().unwrap();
        let portal = idp.portal_with("sealed", wants_encryption(&key)).await;
        let tokens = signed_in(&idp, &portal, "P-2001").await;

        for token in [tokens.id_token().to_owned(), userinfo(&idp, tokens.access_token()).await.1] {
            let head: Value =
                serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap()).unwrap();
            assert_eq!(head["kid"], "mine");
            assert_eq!(
                (&head["alg"], &head["enc"], &head["cty"]),
                (&"ECDH-ES+A256KW".into(), &"A256GCM".into(), &"JWT".into())
            );
            assert!(jwe::decrypt(&token, &Reader::Agreement(&other)).is_none());
            let inner = jwe::decrypt(&token, &Reader::Agreement(&key)).unwrap();
            let claims = part(std::str::from_utf8(&inner).unwrap(), 1);
            assert_eq!((&claims["iss"], &claims["aud"]), (&idp.origin().into(), &"sealed".into()));
        }
    })
    .await;
}

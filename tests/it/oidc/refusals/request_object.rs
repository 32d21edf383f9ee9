//! A request that its client signed

use harness::{Browser, ClientKey, Idp, Portal, on_both, owned, with_changes};
use idp_core::client::{ClientKeySet, ContentEncryption, Encryption, HttpsUri, KeyManagement, KeySource};
use serde_json::{Value, json};

use super::Walk;
use crate::oidc::encrypted_request::{RSA, published, sealed};

const UNSIGNED: &str = "eyJhbGciOiJub25lIn0.e30.";
const EC: Encryption = Encryption { alg: KeyManagement::EcdhEs, enc: ContentEncryption::A256Gcm };

/// A client that must sign, by keys that are here or there.
async fn signing(idp: &Idp, name: &str, keys: KeySource) -> Portal {
    idp.portal_with(name, |settings| {
        settings.keys = Some(keys);
        settings.requests.require_signed = true;
        settings.requests.encryption = Some(RSA);
    })
    .await
}

/// What the client is told at its redirect URI.
async fn told(browser: &Browser, portal: &Portal, fields: &[(&str, &str)]) -> Value {
    let outside = [("request", ""), ("scope", "openid")];
    let asked = portal.asks_with(&outside);
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let arrival = browser.get(&format!("{}&{query}", asked.url)).await.arrived();
    json!({"error": arrival.get("error"), "error_description": arrival.get("error_description")})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_object_is_refused_in_this_order() {
    on_both(async |database| {
        let (idp, key, other) = (Idp::start(database).await, ClientKey::new("a"), ClientKey::new("a"));
        let keys = KeySource::Registered(ClientKeySet::read(json!({"keys": [key.jwk]})).unwrap());
        let there = KeySource::Fetched(HttpsUri::parse("https://127.0.0.1:1/keys").unwrap());
        let (portal, far) = (signing(&idp, "signing", keys).await, signing(&idp, "far", there).await);
        let browser = idp.browser();
        let mut walk = Walk::down("refused: the request object");
        let (rsa, ec) = (published(&idp, "RSA").await, published(&idp, "EC").await);
        let (to_nobody, otherwise) =
            (sealed(RSA, (Some("nobody".to_owned()), rsa.1), UNSIGNED), sealed(EC, (Some(ec.0), ec.1), UNSIGNED));
        let twice = ("request", UNSIGNED);
        let uri = ("request_uri", "https://portal.example/request");
        walk.meets(&told(&browser, &far, &[("request", &to_nobody), twice, uri]).await);
        walk.meets(&told(&browser, &far, &[("request", &otherwise), twice, uri]).await);
        walk.meets(&told(&browser, &far, &[twice, twice, uri]).await);
        walk.meets(&told(&browser, &far, &[twice, uri]).await);
        walk.meets(&told(&browser, &far, &[twice]).await);
        walk.meets(&told(&browser, &far, &[("request", "a.b.c")]).await);
        walk.passes("the keys of the client are unreadable");
        walk.meets(&told(&browser, &portal, &[("request", "a.b.c")]).await);

        let now = idp.seconds();
        let mut header = json!({"kid": "nobody", "typ": "at+jwt", "alg": "HS256", "crit": ["kid"]});
        let mut claims = json!({
            "iss": "other", "aud": "https://elsewhere.example/", "exp": now - 7200, "nbf": now + 3600,
            "client_id": "other", "request": "x", "sub": "signing", "jti": 1,
        });
        for mend in [json!({"crit": null}), json!({"typ": "jwt"}), json!({"alg": "ES256"}), json!({"kid": "a"})] {
            walk.meets(&told(&browser, &portal, &[("request", &other.signs(&header, &claims))]).await);
            header = with_changes(header, &mend);
        }
        walk.meets(&told(&browser, &portal, &[("request", &other.signs(&header, &claims))]).await);
        for mend in [
            json!({"iss": "signing"}),
            json!({"aud": idp.origin()}),
            json!({"exp": null}),
            json!({"nbf": now - 7200}),
            json!({"exp": now + 7200}),
            json!({"exp": now + 300}),
            json!({"nbf": now}),
            json!({"client_id": null}),
            json!({"client_id": "signing"}),
            json!({"request": null}),
            json!({"sub": null}),
            json!({"jti": "once"}),
        ] {
            walk.meets(&told(&browser, &portal, &[("request", &key.signs(&header, &claims))]).await);
            claims = with_changes(claims, &mend);
        }
        let asked = portal.asks();
        let asked = url::Url::parse(&asked.url).unwrap();
        let asked = asked.query_pairs().map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())));
        let claims = with_changes(claims, &Value::Object(asked.collect()));
        let pushes = async |claims: &Value| {
            portal.posts_to("/par", owned(&[("request", &key.signs(&header, claims))]), &[]).await
        };
        assert_eq!(pushes(&claims).await.status, 201);
        walk.meets(&pushes(&claims).await.json);
        walk.ends(&pushes(&with_changes(claims, &json!({"jti": "twice"}))).await);
    })
    .await;
}

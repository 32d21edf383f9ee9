//! Introspection: what a client may know of a token.

use futures::FutureExt;
use harness::{Idp, MemberSeed, on_both, owned};
use idp_core::admin::key::{self, Urgency};
use idp_core::client::{AuthMethod, HttpsUri};
use idp_core::clock::minutes;
use idp_core::key::Algorithm;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_client_sees_its_own_tokens_and_those_it_is_a_resource_for() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("I-1")).await, idp.portal().await);
        let resource = HttpsUri::parse("https://records.example/api").unwrap();
        let records = idp.portal_with("records", |settings| settings.resource = Some(resource)).await;
        let stranger = idp.portal_with("stranger", |_| {}).await;
        let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", arrival.code()),
            ("redirect_uri", &portal.redirect_uri),
            ("code_verifier", &asked.verifier),
            ("resource", "https://records.example/api"),
        ];
        let tokens = portal.posts(owned(&form)).await;
        assert_eq!(tokens.status, 200, "{}", tokens.json);

        for who in [&portal, &records] {
            let known = who.introspects(tokens.access_token()).await;
            assert_eq!(known["active"], true, "{}", who.client_id);
            assert_eq!((&known["client_id"], &known["token_type"]), (&"portal".into(), &"Bearer".into()));
            assert_eq!(known["aud"], "https://records.example/api");
            assert_eq!(known["sub"], tokens.claims()["sub"]);
            assert!(known["exp"].is_u64() && known["iat"].is_u64() && known["acr"].is_string(), "{known}");
        }
        assert_eq!(stranger.introspects(tokens.access_token()).await, json!({"active": false}));
        assert_eq!(portal.introspects(tokens.id_token()).await, json!({"active": false}));
        assert_eq!(portal.introspects("unknown").await, json!({"active": false}));
        idp.advance(minutes(10));
        assert_eq!(portal.introspects(tokens.access_token()).await, json!({"active": false}));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_that_was_found_good_is_worth_nothing_without_its_key() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("I-9")).await, idp.portal().await);
        let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;
        let tokens = portal.redeems(&asked, arrival.code()).await;
        for _ in 0..2 {
            assert_eq!(portal.introspects(tokens.access_token()).await["active"], true);
        }

        let leaked = [Algorithm::Rs256, Algorithm::Es256];
        for algorithm in leaked {
            idp.operate(move |ctx| key::rotate(ctx, algorithm, Urgency::Compromised).boxed()).await;
        }
        assert_eq!(portal.introspects(tokens.access_token()).await, json!({"active": false}));
        assert_eq!(portal.userinfo(tokens.access_token()).await.0, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_prove_itself_learns_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let mut portal = idp.portal().await;
        portal.secret = Some("guessed".into());
        let answer = portal.posts_to("/introspect", owned(&[("token", "x")]), &[]).await;
        assert_eq!((answer.status, answer.error()), (401, "invalid_client"));
        portal.auth_method = AuthMethod::None;
        let answer = portal.posts_to("/introspect", owned(&[("token", "x")]), &[]).await;
        assert_eq!((answer.status, answer.error()), (401, "invalid_client"));
        assert!(answer.headers["www-authenticate"].to_str().unwrap().starts_with("Basic"));

        let portal = idp.portal_with("good", |_| {}).await;
        let answer = portal.posts_to("/introspect", Vec::new(), &[]).await;
        assert_eq!((answer.status, answer.error()), (400, "invalid_request"));
        let get = idp.http().get(format!("{}/introspect?token=x", idp.origin())).send().await.unwrap();
        assert_eq!(get.status(), 405);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_comes_signed_to_whoever_asks_for_a_jwt() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("I-2")).await, idp.portal().await);
        let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;
        let tokens = portal.redeems(&asked, arrival.code()).await;
        let request = idp.http().post(format!("{}/introspect", idp.origin()));
        let request = request.basic_auth("portal", portal.secret.clone());
        let request = request.header("accept", "application/token-introspection+jwt");
        let answer = request.form(&[("token", tokens.access_token())]).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/token-introspection+jwt");
        let jwt = answer.text().await.unwrap();

        let header = jsonwebtoken::decode_header(&jwt).unwrap();
        assert_eq!(header.typ.as_deref(), Some("token-introspection+jwt"));
        let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_value(idp.browser().get("/jwks").await.json()).unwrap();
        let key = jsonwebtoken::DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
        let mut validation = jsonwebtoken::Validation::new(header.alg);
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        validation.set_audience(&["portal"]);
        let claims = jsonwebtoken::decode::<serde_json::Value>(&jwt, &key, &validation).unwrap().claims;
        assert_eq!((&claims["iss"], &claims["token_introspection"]["active"]), (&idp.origin().into(), &true.into()));
        assert_eq!(portal.introspects(&jwt).await, json!({"active": false}), "it is no token itself");
        assert_eq!(portal.userinfo(&jwt).await.0, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_client_learns_nothing_even_of_its_own_token_and_may_take_it_back() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("I-3")).await;
        let spa = idp.portal_with("spa", |settings| settings.auth_method = AuthMethod::None).await;
        let (asked, arrival) = member.signs_in(&idp.browser(), &spa).await;
        let tokens = spa.redeems(&asked, arrival.code()).await;

        for token in [tokens.access_token(), "unknown"] {
            let answer = spa.posts_to("/introspect", owned(&[("token", token)]), &[]).await;
            assert_eq!((answer.status, answer.error()), (401, "invalid_client"), "{}", answer.json);
            assert!(answer.headers["www-authenticate"].to_str().unwrap().starts_with("Basic"));
        }
        assert_eq!(spa.userinfo(tokens.access_token()).await.0, 200);
        assert_eq!(spa.revokes(tokens.access_token()).await.status, 200);
        assert_eq!(spa.userinfo(tokens.access_token()).await.0, 401);

        let discovery = idp.browser().get("/.well-known/openid-configuration").await.json();
        let takes_none = |endpoint: &str| {
            let methods = discovery[format!("{endpoint}_endpoint_auth_methods_supported")].as_array().unwrap();
            methods.iter().any(|method| method == "none")
        };
        assert_eq!([takes_none("token"), takes_none("revocation"), takes_none("introspection")], [true, true, false]);
    })
    .await;
}

//! What the authorization endpoint and introspection tell a client that registered encryption: a JWE, and nothing in clear.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{Authority, Browser, Database, Idp, MemberSeed, Portal, Shelf, every_response_type, on_both, part};
use idp_core::client::{
    Answers, ClientKey, ClientKeySet, ContentEncryption, Encryption, HttpsUri, KeyManagement, KeySource, KeyUse,
    Protection, ResponseType,
};
use idp_core::jwe::{self, AgreementKey, Reader};
use serde_json::Value;

const ENCRYPTION: Encryption = Encryption { alg: KeyManagement::EcdhEs, enc: ContentEncryption::A256Gcm };

struct Place {
    idp: Idp,
    portal: Portal,
    browser: Browser,
    key: AgreementKey,
}

/// A client that wants everything encrypted, and a member who is signed in.
async fn place(database: Database, user_id: &str) -> Place {
    let idp = Idp::start_with(database, |settings| settings.response_types = ResponseType::ALL.to_vec()).await;
    let (key, _) = AgreementKey::generate().unwrap();
    let public = key.public().clone();
    let registered =
        ClientKey { kid: Some("mine".into()), usage: Some(KeyUse::Encryption), alg: None, x5c: Vec::new(), public };
    let portal = idp
        .portal_with("sealed", |settings| {
            every_response_type(settings);
            settings.keys = Some(KeySource::Registered(ClientKeySet { keys: vec![registered] }));
            let sealed = Protection { signed: None, encrypted: Some(ENCRYPTION) };
            settings.answers = Answers {
                id_token_encryption: Some(ENCRYPTION),
                authorization: sealed,
                introspection: sealed,
                ..Answers::default()
            };
        })
        .await;
    let (member, browser) = (idp.member(MemberSeed::new(user_id)).await, idp.browser());
    member.signs_in(&browser, &idp.portal().await).await;
    Place { idp, portal, browser, key }
}

impl Place {
    /// The claims inside, of a token that only the client opens.
    fn opens(&self, token: &str) -> Value {
        let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
        let header: Value = serde_json::from_slice(&header).unwrap();
        assert_eq!((&header["alg"], &header["enc"]), (&"ECDH-ES".into(), &"A256GCM".into()), "{header}");
        assert_eq!((&header["kid"], &header["cty"]), (&"mine".into(), &"JWT".into()), "{header}");
        let (stranger, _) = AgreementKey::generate().unwrap();
        assert!(jwe::decrypt(token, &Reader::Agreement(&stranger)).is_none());
        let inside = jwe::decrypt(token, &Reader::Agreement(&self.key)).expect("the client's key opens it");
        part(std::str::from_utf8(&inside).unwrap(), 1)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_token_of_the_authorization_endpoint_is_encrypted_in_every_response_type() {
    on_both(async |database| {
        let place = place(database, "EA-1").await;
        for kind in ["id_token", "id_token token", "code id_token", "code id_token token"] {
            let asked = place.portal.asks_with(&[("response_type", kind)]);
            let arrival = place.browser.get(&asked.url).await.arrived();
            let claims = place.opens(arrival.get("id_token"));
            assert_eq!((&claims["nonce"], &claims["aud"]), (&asked.nonce.as_str().into(), &"sealed".into()), "{kind}");
            assert_eq!(claims["c_hash"].is_string(), kind.contains("code"), "{kind}");
            assert_eq!(claims["at_hash"].is_string(), kind.ends_with(" token"), "{kind}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_by_jarm_is_encrypted_and_so_is_an_error() {
    on_both(async |database| {
        let place = place(database, "EA-2").await;
        for mode in ["query.jwt", "fragment.jwt", "form_post.jwt"] {
            for (prompt, name) in [("", "code"), ("none login", "error")] {
                let asked = place.portal.asks_with(&[("response_mode", mode), ("prompt", prompt)]);
                let page = place.browser.get(&asked.url).await;
                let arrival = page.posted().or_else(|| page.arrival()).unwrap();
                assert_eq!(arrival.params.len(), 1, "{mode}: {:?}", arrival.params);
                let told = place.opens(arrival.get("response"));
                assert_eq!(
                    (&told["iss"], &told["aud"], &told["state"]),
                    (&place.idp.origin().into(), &"sealed".into(), &asked.state.as_str().into()),
                    "{mode}"
                );
                assert!(told[name].is_string(), "{mode}: {told}");
            }
        }
        let asked = place.portal.asks_with(&[("response_mode", "jwt"), ("response_type", "code id_token")]);
        let arrival = place.browser.get(&asked.url).await.arrived();
        let told = place.opens(arrival.get("response"));
        assert_eq!(place.opens(told["id_token"].as_str().unwrap())["nonce"], asked.nonce.as_str());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_of_a_token_is_encrypted_to_whoever_wants_that() {
    on_both(async |database| {
        let place = place(database, "EA-3").await;
        let asked = place.portal.asks();
        let arrival = place.browser.get(&asked.url).await.arrived();
        let tokens = place.portal.redeems(&asked, arrival.code()).await;
        let secret = place.portal.secret.clone();
        let request = place.idp.http().post(format!("{}/introspect", place.idp.origin()));
        let request = request.basic_auth("sealed", secret).form(&[("token", tokens.access_token())]);
        let answer = request.header("accept", "application/token-introspection+jwt").send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/token-introspection+jwt");
        let told = place.opens(&answer.text().await.unwrap());
        assert_eq!((&told["aud"], &told["token_introspection"]["active"]), (&"sealed".into(), &true.into()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_at_the_clients_address_are_fetched_first_and_without_them_nothing_is_told() {
    on_both(async |database| {
        let (authority, folder) = (Authority::new("portals"), tempfile::tempdir().unwrap());
        let trusted = authority.write(folder.path());
        let believe = |config: &mut idp_core::config::Config| config.outgoing.ca_certificate = Some(trusted);
        let idp = Idp::start_configured(database, believe, |_| {}).await;
        let (shelf, (key, _)) = (Shelf::open(&authority).await, AgreementKey::generate().unwrap());
        let mut jwk = serde_json::to_value(key.public()).unwrap();
        (jwk["kid"], jwk["use"]) = ("mine".into(), "enc".into());
        shelf.holds("keys", &serde_json::json!({ "keys": [jwk] }).to_string());
        let portal = |name: &'static str, at: &str| {
            let keys = HttpsUri::parse(&shelf.address(at)).unwrap();
            idp.portal_with(name, move |settings| {
                settings.keys = Some(KeySource::Fetched(keys));
                settings.answers.authorization = Protection { signed: None, encrypted: Some(ENCRYPTION) };
            })
        };
        let (sealed, lost) = (portal("sealed", "keys").await, portal("lost", "missing").await);
        let (member, browser) = (idp.member(MemberSeed::new("EA-4")).await, idp.browser());
        member.signs_in(&browser, &idp.portal().await).await;

        let page = browser.get(&lost.asks_with(&[("response_mode", "jwt")]).url).await;
        assert_eq!((page.status, page.arrival().is_none()), (503, true), "{}", page.summary());
        let arrival = browser.get(&sealed.asks_with(&[("response_mode", "jwt")]).url).await.arrived();
        let place = Place { idp, portal: sealed, browser, key };
        assert!(place.opens(arrival.get("response"))["code"].is_string());
        assert_eq!(shelf.fetched("keys"), 1);
    })
    .await;
}

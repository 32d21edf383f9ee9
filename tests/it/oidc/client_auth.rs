//! Client authentication by assertion: what it must say, to whom, how often, and every known way to forge one.

use std::time::Duration;

use futures::future::join_all;
use harness::{Authority, Certificate, ClientKey, Database, Idp, Portal, Shelf, hmac_by_public_key, on_both, owned};
use idp_core::client::{AuthMethod, ClientKeySet, ClientSettings, GrantType, HttpsUri, KeySource, Profile};
use idp_core::config::Config;
use serde_json::{Value, json};

fn with_key(key: &ClientKey, method: AuthMethod) -> impl FnOnce(&mut ClientSettings) + use<> {
    let set = ClientKeySet::read(json!({ "keys": [key.jwk] })).unwrap();
    move |settings| {
        settings.auth_method = method;
        settings.keys = Some(KeySource::Registered(set));
        settings.grant_types.push(GrantType::ClientCredentials);
    }
}

async fn portal_by_key(idp: &Idp, client_id: &str) -> Portal {
    let key = ClientKey::new("k1");
    let mut portal = idp.portal_with(client_id, with_key(&key, AuthMethod::PrivateKeyJwt)).await;
    portal.key = Some(key);
    portal
}

/// Asks for a token with an assertion made elsewhere; status and error.
async fn asserting(idp: &Idp, assertion: &str) -> (u16, String) {
    let form = owned(&[
        ("grant_type", "client_credentials"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion),
    ]);
    let answer = idp.http().post(format!("{}/token", idp.origin())).form(&form).send().await.unwrap();
    let status = answer.status().as_u16();
    let document: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    (status, document["error"].as_str().unwrap_or_default().to_owned())
}

fn changed(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[name] = value;
    claims
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_by_key_or_by_secret_proves_the_client_at_every_endpoint() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let by_secret = idp
            .portal_with("by-secret", |settings| {
                settings.auth_method = AuthMethod::ClientSecretJwt;
                settings.grant_types.push(GrantType::ClientCredentials);
            })
            .await;
        for portal in [portal_by_key(&idp, "by-key").await, by_secret] {
            let tokens = portal.posts(owned(&[("grant_type", "client_credentials")])).await;
            assert_eq!(tokens.status, 200, "{}", tokens.json);
            assert_eq!(portal.introspects(tokens.access_token()).await["active"], true);
            assert_eq!(portal.revokes(tokens.access_token()).await.status, 200);
            assert_eq!(portal.introspects(tokens.access_token()).await["active"], false);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audience_of_an_assertion_is_us_and_for_fapi_the_issuer_alone() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (plain, key) = (portal_by_key(&idp, "plain").await, ClientKey::new("k1"));
        let register = with_key(&key, AuthMethod::PrivateKeyJwt);
        let fapi = idp
            .portal_with("fapi", |settings| {
                let redirect_uris = settings.redirect_uris.clone();
                *settings = Profile::Fapi2.defaults();
                settings.redirect_uris = redirect_uris;
                register(settings);
            })
            .await;
        let issuer = idp.origin();
        let endpoint = format!("{issuer}/token");

        for (audience, plainly, by_fapi) in [
            (json!(issuer), true, true),
            (json!(endpoint), true, false),
            (json!([issuer]), true, false),
            (json!(["https://elsewhere.example", endpoint]), true, false),
            (json!("https://elsewhere.example"), false, false),
            (json!(format!("{issuer}/")), false, false),
            (json!([]), false, false),
        ] {
            let claims = changed(&plain.assertion_claims(), "aud", audience.clone());
            let (status, error) = asserting(&idp, &plain.key.as_ref().unwrap().signs(&json!({}), &claims)).await;
            assert_eq!(status == 200, plainly, "{audience}: {error}");
            let claims = changed(&fapi.assertion_claims(), "aud", audience.clone());
            let (_, error) = asserting(&idp, &key.signs(&json!({}), &claims)).await;
            // The profile demands a DPoP proof, which is looked at once the client is known.
            assert_eq!(error == "invalid_request", by_fapi, "{audience}: {error}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_misaddressed_late_and_nameless_assertions_are_all_refused_alike() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = portal_by_key(&idp, "portal").await;
        let (key, stranger) = (portal.key.clone().unwrap(), ClientKey::new("k1"));
        let (good, now) = (portal.assertion_claims(), idp.seconds());
        let signed = |header: Value, claims: &Value| key.signs(&header, claims);
        let unsigned = |alg: &str| {
            let token = signed(json!({"alg": alg}), &good);
            format!("{}.", token.rsplit_once('.').unwrap().0)
        };

        let certificate = Certificate::self_signed("attacker");
        let chain = &certificate.jwks()["keys"][0]["x5c"];
        let forged = [
            unsigned("none"),
            unsigned("None"),
            stranger.signs(&json!({"kid": "k1"}), &good),
            stranger.signs(&json!({"kid": "k1", "jwk": stranger.jwk}), &good),
            stranger.signs(&json!({"jku": "https://attacker.example/jwks"}), &good),
            stranger.signs(&json!({"x5u": "https://attacker.example/cert"}), &good),
            certificate.signing_key("k1").signs(&json!({"kid": "k1", "x5c": chain}), &good),
            signed(json!({"kid": "k2"}), &good),
            signed(json!({"crit": ["exp"]}), &good),
            signed(json!({"typ": "dpop+jwt"}), &good),
            signed(json!({"typ": "at+jwt"}), &good),
            signed(json!({"alg": "RS256"}), &good),
            signed(json!({}), &changed(&good, "iss", json!("other"))),
            signed(json!({}), &changed(&good, "sub", json!("other"))),
            signed(json!({}), &changed(&good, "exp", json!(now))),
            signed(json!({}), &changed(&good, "exp", json!(now + 7200))),
            signed(json!({}), &changed(&good, "exp", Value::Null)),
            signed(json!({}), &changed(&good, "iat", json!(now + 60))),
            signed(json!({}), &changed(&good, "nbf", json!(now + 60))),
            signed(json!({}), &changed(&good, "jti", json!(""))),
            signed(json!({}), &changed(&good, "jti", json!(1))),
            "x".into(),
            "a.b.c".into(),
        ];
        let macs = hmac_by_public_key(&key.jwk, &json!({"kid": "k1"}), &good).into_iter().map(|(_, token)| token);
        for assertion in forged.into_iter().chain(macs) {
            assert_eq!(asserting(&idp, &assertion).await, (400, "invalid_client".into()), "{assertion}");
        }

        for ahead in [json!(now + 10), json!(now)] {
            let claims = changed(&portal.assertion_claims(), "iat", ahead);
            assert_eq!(asserting(&idp, &signed(json!({"kid": "k1", "typ": "JWT"}), &claims)).await.0, 200);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_counts_once_however_many_send_it() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = portal_by_key(&idp, "portal").await;
        let assertion = portal.key.as_ref().unwrap().signs(&json!({}), &portal.assertion_claims());

        let answers = join_all((0..50).map(|_| asserting(&idp, &assertion))).await;

        assert_eq!(answers.iter().filter(|(status, _)| *status == 200).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|(_, error)| error == "invalid_client").count(), 49);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_proves_itself_the_registered_way_and_by_one_way_at_a_time() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let portal = portal_by_key(&idp, "by-key").await;
        let mut with_secret = portal.clone();
        with_secret.auth_method = AuthMethod::ClientSecretPost;
        with_secret.secret = Some("guessed".into());
        let answer = with_secret.posts(owned(&[("grant_type", "client_credentials")])).await;
        assert_eq!((answer.status, answer.error()), (400, "invalid_client"));

        let mut both = portal.asserts(&portal.assertion_claims());
        both.extend(owned(&[("grant_type", "client_credentials")]));
        let answer = with_secret.posts(both).await;
        assert_eq!((answer.status, answer.error()), (400, "invalid_request"));

        let by_secret = idp.portal().await;
        let mut asserted = portal.asserts(&changed(&portal.assertion_claims(), "sub", json!("portal")));
        asserted.extend(owned(&[("grant_type", "client_credentials")]));
        assert_eq!(by_secret.posts(asserted).await.error(), "invalid_request");
    })
    .await;
}

/// A client whose keys stand at its own address.
struct Elsewhere {
    idp: Idp,
    shelf: Shelf,
    bank: Portal,
    // Holds the certificate that the provider reads at its start.
    _folder: tempfile::TempDir,
}

async fn elsewhere(database: Database, first: &ClientKey) -> Elsewhere {
    let (authority, folder) = (Authority::new("portals"), tempfile::tempdir().unwrap());
    let trusted = authority.write(folder.path());
    let believe = |config: &mut Config| config.outgoing.ca_certificate = Some(trusted);
    let idp = Idp::start_configured(database, believe, |_| {}).await;
    let shelf = Shelf::open(&authority).await;
    shelf.holds("keys", &json!({"keys": [first.jwk]}).to_string());
    let keys = HttpsUri::parse(&shelf.address("keys")).unwrap();
    let mut bank = idp
        .portal_with("bank", |settings| {
            settings.auth_method = AuthMethod::PrivateKeyJwt;
            settings.keys = Some(KeySource::Fetched(keys));
            settings.grant_types.push(GrantType::ClientCredentials);
        })
        .await;
    bank.key = Some(first.clone());
    Elsewhere { idp, shelf, bank, _folder: folder }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_looked_for_at_the_clients_own_address_and_again_when_it_is_new() {
    on_both(async |database| {
        let (first, second) = (ClientKey::new("k1"), ClientKey::new("k2"));
        let Elsewhere { idp, shelf, mut bank, _folder } = elsewhere(database, &first).await;
        let form = || owned(&[("grant_type", "client_credentials")]);
        for _ in 0..3 {
            assert_eq!(bank.posts(form()).await.status, 200);
        }
        assert_eq!(shelf.fetched("keys"), 1, "what is held is used");

        bank.key = Some(second.clone());
        assert_eq!(bank.posts(form()).await.error(), "invalid_client", "it is not there yet");
        shelf.holds("keys", &json!({"keys": [second.jwk]}).to_string());
        assert_eq!(bank.posts(form()).await.error(), "invalid_client", "the address is left alone for a second");
        assert_eq!(shelf.fetched("keys"), 0);
        idp.advance(Duration::from_secs(1));
        assert_eq!(bank.posts(form()).await.status, 200, "a new key is understood within a second");
        assert_eq!(shelf.fetched("keys"), 1);
        bank.key = Some(first);
        assert_eq!(bank.posts(form()).await.error(), "invalid_client", "the old one went with the old set");
        assert_eq!(shelf.fetched("keys"), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn however_many_strangers_name_unknown_keys_at_once_the_client_is_asked_once() {
    on_both(async |database| {
        let own = ClientKey::new("k1");
        let Elsewhere { idp, shelf, mut bank, _folder } = elsewhere(database, &own).await;
        let asks = async |bank: &Portal| bank.posts(owned(&[("grant_type", "client_credentials")])).await;
        bank.key = Some(ClientKey::new("k9"));
        for round in 1..=2 {
            let answers = join_all((0..50).map(|_| asks(&bank))).await;
            assert!(answers.iter().all(|answer| answer.error() == "invalid_client"));
            assert_eq!(shelf.fetched("keys"), round);
            idp.advance(Duration::from_secs(1));
        }
        bank.key = Some(own);
        let answers = join_all((0..10).map(|_| asks(&bank))).await;
        assert!(answers.iter().all(|answer| answer.status == 200), "and it is understood all the while");
        assert_eq!(shelf.fetched("keys"), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_while_the_keys_are_fetched_waits_for_them_and_is_known() {
    on_both(async |database| {
        let own = ClientKey::new("k1");
        let Elsewhere { idp: _idp, shelf, bank, _folder } = elsewhere(database, &own).await;
        let answers = join_all((0..20).map(|_| bank.posts(owned(&[("grant_type", "client_credentials")])))).await;
        assert!(answers.iter().all(|answer| answer.status == 200), "{:?}", answers.iter().map(|one| one.status));
        assert_eq!(shelf.fetched("keys"), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_on_the_larger_curve_signs_too() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let key = ClientKey::p384("k1");
        let mut portal = idp.portal_with("portal", with_key(&key, AuthMethod::PrivateKeyJwt)).await;
        portal.key = Some(key);
        assert_eq!(portal.posts(owned(&[("grant_type", "client_credentials")])).await.status, 200);
    })
    .await;
}

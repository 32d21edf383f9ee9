//! Encrypted request objects (RFC 9101 §6.1): what a client signed, encrypted to a key of the realm.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::FutureExt;
use harness::{Asked, Authority, Browser, ClientKey, Database, Idp, MemberSeed, Portal, Shelf, on_both, owned};
use idp_core::admin::key::{self, Urgency};
use idp_core::client::{CibaDelivery, ContentEncryption, Encryption, GrantType, HttpsUri, KeyManagement, KeySource};
use idp_core::entropy::SeededEntropy;
use idp_core::jwe::{self, AgreementKey, Content, Recipient};
use idp_core::key::{DecryptionAlgorithm, PublicJwk};
use serde_json::{Map, Value, json};

/// To an RSA key of the realm.
pub(super) const RSA: Encryption = Encryption { alg: KeyManagement::RsaOaep256, enc: ContentEncryption::A256Gcm };

struct Place {
    idp: Idp,
    portal: Portal,
    browser: Browser,
    key: ClientKey,
}

/// A client that signs, registered with this encryption, and a browser in which a member is signed in.
async fn place(database: Database, user_id: &str, encryption: Option<Encryption>) -> Place {
    let (idp, key) = (Idp::start(database).await, ClientKey::new("a"));
    let keys = serde_json::from_value(json!({ "keys": [key.jwk] })).unwrap();
    let portal = idp
        .portal_with("sealing", |settings| {
            settings.keys = Some(KeySource::Registered(keys));
            settings.requests.encryption = encryption;
            settings.grant_types.push(GrantType::Ciba);
            settings.ciba = Some(CibaDelivery::Poll);
        })
        .await;
    let (member, browser) = (idp.member(MemberSeed::new(user_id)).await, idp.browser());
    member.signs_in(&browser, &idp.portal().await).await;
    Place { idp, portal, browser, key }
}

/// A request object with what `asked` asks, and more claims.
fn signed(idp: &Idp, key: &ClientKey, client_id: &str, asked: Option<&Asked>, more: &Value) -> String {
    let sent = asked.map(|asked| url::Url::parse(&asked.url).unwrap());
    let pairs = sent.iter().flat_map(|url| url.query_pairs());
    let mut claims: Map<String, Value> =
        pairs.map(|(name, value)| (name.into_owned(), Value::from(value.into_owned()))).collect();
    let now = idp.seconds();
    let envelope = json!({"iss": client_id, "aud": idp.origin(), "iat": now, "nbf": now, "exp": now + 300});
    claims.extend(envelope.as_object().unwrap().clone());
    claims.extend(more.as_object().unwrap().clone());
    key.signs(&json!({"kid": key.kid, "typ": "oauth-authz-req+jwt"}), &claims.into())
}

/// The realm's published key for encryption of this kind.
pub(super) async fn published(idp: &Idp, kty: &str) -> (String, PublicJwk) {
    let keys = idp.browser().get("/jwks").await.json();
    let keys = keys["keys"].as_array().unwrap();
    let key = keys.iter().rev().find(|key| key["use"] == "enc" && key["kty"] == kty).unwrap();
    (key["kid"].as_str().unwrap().to_owned(), serde_json::from_value(key.clone()).unwrap())
}

pub(super) fn sealed(encryption: Encryption, (kid, public): (Option<String>, PublicJwk), plain: &str) -> String {
    let recipient = Recipient { encryption, kid, public };
    jwe::encrypt(&SeededEntropy::new(5), &recipient, Content::Jwt, plain.as_bytes()).unwrap()
}

fn kty(alg: KeyManagement) -> &'static str {
    match DecryptionAlgorithm::opening(alg) {
        DecryptionAlgorithm::RsaOaep256 => "RSA",
        DecryptionAlgorithm::EcdhEs => "EC",
    }
}

impl Place {
    async fn seals(&self, encryption: Encryption, plain: &str) -> String {
        let (kid, public) = published(&self.idp, kty(encryption.alg)).await;
        sealed(encryption, (Some(kid), public), plain)
    }

    /// The address with the object, and what OpenID Connect wants beside it.
    fn url(&self, object: &str) -> String {
        let params = [
            ("client_id", "sealing"),
            ("response_type", "code"),
            ("scope", "openid"),
            ("redirect_uri", self.portal.redirect_uri.as_str()),
            ("request", object),
        ];
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
        format!("{}/authorize?{query}", self.idp.origin())
    }

    fn object(&self, asked: &Asked) -> String {
        signed(&self.idp, &self.key, "sealing", Some(asked), &json!({}))
    }

    async fn error_of(&self, object: &str) -> String {
        self.browser.get(&self.url(object)).await.arrived().get("error").to_owned()
    }
}

const SMALL: Encryption = Encryption { alg: KeyManagement::EcdhEs, enc: ContentEncryption::A128Gcm };

#[tokio::test(flavor = "multi_thread")]
async fn an_object_is_read_in_every_pair_of_algorithms_that_discovery_names() {
    on_both(async |database| {
        let place = place(database, "ER-1", None).await;
        let told = place.browser.get("/.well-known/openid-configuration").await.json();
        let named = |name: &str| -> Vec<String> { serde_json::from_value(told[name].clone()).unwrap() };
        for alg in named("request_object_encryption_alg_values_supported") {
            for enc in named("request_object_encryption_enc_values_supported") {
                let (alg, enc) = (KeyManagement::from_name(&alg).unwrap(), ContentEncryption::from_name(&enc).unwrap());
                let asked = place.portal.asks();
                let object = place.seals(Encryption { alg, enc }, &place.object(&asked)).await;
                let arrival = place.browser.get(&place.url(&object)).await.arrived();
                assert_eq!(arrival.get("state"), asked.state, "{alg:?} {enc:?}: {}", arrival.url);
            }
        }
        let asked = place.portal.asks();
        let (_, public) = published(&place.idp, "RSA").await;
        let rsa = Encryption { alg: KeyManagement::RsaOaep256, enc: ContentEncryption::A256Gcm };
        let nameless = sealed(rsa, (None, public), &place.object(&asked));
        assert_eq!(place.browser.get(&place.url(&nameless)).await.arrived().get("state"), asked.state);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_object_may_be_pushed_and_may_ask_for_a_member_elsewhere() {
    on_both(async |database| {
        let place = place(database, "ER-2", None).await;
        let asked = place.portal.asks();
        let object = place.seals(SMALL, &place.object(&asked)).await;
        let (status, document) = place.portal.pushes_form(owned(&[("request", &object)])).await;
        assert_eq!(status, 201, "{document}");
        let pushed = place.portal.pushed_url(document["request_uri"].as_str().unwrap());
        assert_eq!(place.browser.get(&pushed).await.arrived().get("state"), asked.state);

        let more = json!({"scope": "openid", "login_hint": "ER-2", "jti": "1"});
        let inside = signed(&place.idp, &place.key, "sealing", None, &more);
        let object = place.seals(SMALL, &inside).await;
        let begun = place.portal.posts_to("/bc-authorize", owned(&[("request", &object)]), &[]).await;
        assert_eq!(begun.status, 200, "{}", begun.json);
        let again = place.seals(SMALL, &inside).await;
        let replayed = place.portal.posts_to("/bc-authorize", owned(&[("request", &again)]), &[]).await;
        assert_eq!(replayed.error(), "invalid_request", "the jti inside counts once, however it is wrapped");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_stands_elsewhere_is_read_with_keys_that_do() {
    on_both(async |database| {
        let (authority, folder) = (Authority::new("portals"), tempfile::tempdir().unwrap());
        let trusted = authority.write(folder.path());
        let believe = |config: &mut idp_core::config::Config| config.outgoing.ca_certificate = Some(trusted);
        let idp = Idp::start_configured(database, believe, |_| {}).await;
        let (shelf, key) = (Shelf::open(&authority).await, ClientKey::new("a"));
        shelf.holds("keys", &json!({ "keys": [key.jwk] }).to_string());
        let uri = |name: &str| HttpsUri::parse(&shelf.address(name)).unwrap();
        let (keys, objects) = (uri("keys"), vec![uri("object")]);
        let portal = idp
            .portal_with("elsewhere", |settings| {
                settings.keys = Some(KeySource::Fetched(keys));
                settings.requests.request_uris = objects;
            })
            .await;
        let (member, browser) = (idp.member(MemberSeed::new("ER-3")).await, idp.browser());
        member.signs_in(&browser, &idp.portal().await).await;

        let asked = portal.asks();
        let (kid, public) = published(&idp, "EC").await;
        let inside = signed(&idp, &key, "elsewhere", Some(&asked), &json!({}));
        shelf.holds("object", &sealed(SMALL, (Some(kid), public), &inside));
        let address = shelf.address("object");
        let params = [
            ("client_id", "elsewhere"),
            ("response_type", "code"),
            ("scope", "openid"),
            ("redirect_uri", portal.redirect_uri.as_str()),
            ("request_uri", address.as_str()),
        ];
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
        let arrival = browser.get(&format!("{}/authorize?{query}", idp.origin())).await.arrived();
        assert_eq!(arrival.get("state"), asked.state, "{}", arrival.url);
        assert_eq!(shelf.fetched("keys"), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_open_or_is_not_signed_inside_is_refused() {
    on_both(async |database| {
        let place = place(database, "ER-4", None).await;
        let inside = place.object(&place.portal.asks());
        let good = place.seals(SMALL, &inside).await;
        let (stranger, _) = AgreementKey::generate().unwrap();
        let (kid, public) = published(&place.idp, "EC").await;
        let parts: Vec<&str> = good.split('.').collect();
        let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[0]).unwrap()).unwrap();
        let under = |change: Value| {
            let mut header = header.clone();
            header.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), parts[1..].join("."))
        };
        let unsigned = inside.split('.').nth(1).unwrap();
        let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(unsigned).unwrap()).unwrap();
        let sealed_twice = place.seals(SMALL, &good).await;
        let signed_by_a_stranger = signed(&place.idp, &ClientKey::new("a"), "sealing", None, &json!({}));

        for (attack, object) in [
            ("a stranger's key", sealed(SMALL, (None, stranger.public().clone()), &inside)),
            ("a stranger's key under our kid", sealed(SMALL, (Some(kid.clone()), stranger.public().clone()), &inside)),
            ("a kid that is nobody's", sealed(SMALL, (Some("x".into()), public.clone()), &inside)),
            ("compression", under(json!({"zip": "DEF"}))),
            ("what must be understood", under(json!({"crit": ["exp"]}))),
            ("RSA1_5", under(json!({"alg": "RSA1_5"}))),
            ("a shared key", under(json!({"alg": "dir"}))),
            ("another way to the key", under(json!({"alg": "RSA-OAEP-256"}))),
            ("another content algorithm", under(json!({"enc": "A256GCM"}))),
            ("another ephemeral key", under(json!({"epk": stranger.public()}))),
            (
                "a point that is not on the curve",
                under(json!({"epk": {"kty": "EC", "crv": "P-256", "x": "AQ", "y": "AQ"}})),
            ),
            ("another tag", format!("{}.AAAAAAAAAAAAAAAAAAAAAA", parts[..4].join("."))),
            ("nothing inside", place.seals(SMALL, "").await),
            ("claims without a signature", place.seals(SMALL, &claims).await),
            ("an encryption inside", sealed_twice),
            ("a stranger's signature inside", place.seals(SMALL, &signed_by_a_stranger).await),
            ("five empty parts", "....".into()),
        ] {
            assert_eq!(place.error_of(&object).await, "invalid_request_object", "{attack}");
        }
        let none = format!("{}.{unsigned}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#));
        assert_eq!(place.error_of(&place.seals(SMALL, &none).await).await, "request_not_supported");
        assert_eq!(place.error_of(&good).await, "");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_is_held_to_the_encryption_that_it_registered() {
    on_both(async |database| {
        let place = place(database, "ER-5", Some(SMALL)).await;
        let other = Encryption { alg: KeyManagement::EcdhEs, enc: ContentEncryption::A256Gcm };
        let object = place.object(&place.portal.asks());
        assert_eq!(place.error_of(&place.seals(other, &object).await).await, "invalid_request_object");
        let (status, refused) =
            place.portal.pushes_form(owned(&[("request", &place.seals(other, &object).await)])).await;
        assert_eq!((status, &refused["error"]), (400, &"invalid_request_object".into()), "{refused}");
        assert_eq!(place.error_of(&place.seals(SMALL, &object).await).await, "");
        assert_eq!(place.error_of(&object).await, "", "it says that it may encrypt, not that it always will");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_rotated_opens_for_a_week_and_one_that_leaked_does_not() {
    on_both(async |database| {
        let place = place(database, "ER-6", None).await;
        let seals = async |key| sealed(SMALL, key, &place.object(&place.portal.asks()));
        let named = |(kid, public): (String, PublicJwk)| (Some(kid), public);
        let rotates = async |urgency| {
            place.idp.operate(move |ctx| key::rotate(ctx, DecryptionAlgorithm::EcdhEs, urgency).boxed()).await
        };
        let first = named(published(&place.idp, "EC").await);

        let next = rotates(Urgency::Planned).await;
        let keys = place.browser.get("/jwks").await.json().to_string();
        let both = [first.0.as_deref().unwrap(), &next.kid].map(|kid| keys.contains(kid));
        assert_eq!(both, [true, true], "a planned key is published beside the first");
        assert_eq!(place.error_of(&seals((Some(next.kid.clone()), next.public.clone())).await).await, "");

        rotates(Urgency::AtOnce).await;
        let keys = place.browser.get("/jwks").await.json();
        assert!(!keys.to_string().contains(first.0.as_deref().unwrap()), "nobody should begin to use the old one");
        assert_eq!(place.error_of(&seals(first.clone()).await).await, "");
        place.idp.advance(Duration::from_secs(7 * 24 * 3600));
        place.idp.operate(|ctx| key::advance(ctx).boxed()).await;
        let (again, asked) = (place.idp.browser(), place.portal.asks());
        let error = async |object: &str| {
            again.get(&place.url(object)).await.arrival().map(|arrival| arrival.get("error").to_owned())
        };
        let late = sealed(SMALL, first, &place.object(&asked));
        assert_eq!(error(&late).await.as_deref(), Some("invalid_request_object"));

        let good = sealed(SMALL, (Some(next.kid), next.public), &place.object(&asked));
        assert_eq!(error(&good).await, None, "the member signs in anew");
        rotates(Urgency::Compromised).await;
        assert_eq!(error(&good).await.as_deref(), Some("invalid_request_object"));
    })
    .await;
}

//! Request objects (RFC 9101): signed by the client, checked by every rule, and every attack on a JWT refused.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{Asked, Browser, Idp, Member, MemberSeed, Portal, on_both, owned, part, with_changes};
use idp_core::client::{HttpsUri, KeySource};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Map, Value, json};

/// A key of a client, and what is registered of it.
struct Key {
    private: Vec<u8>,
    public: Value,
}

impl Key {
    fn new(kid: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let point = pair.public_key().as_ref();
        let part = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&point[range]);
        let public =
            json!({"kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "x": part(1..33), "y": part(33..65)});
        Self { private: pair.to_pkcs8v1().unwrap().as_ref().to_vec(), public }
    }

    fn signs(&self, header: &Header, claims: &Value) -> String {
        jsonwebtoken::encode(header, claims, &EncodingKey::from_ec_der(&self.private)).unwrap()
    }
}

fn header() -> Header {
    Header { kid: Some("a".into()), typ: Some("oauth-authz-req+jwt".into()), ..Header::new(Algorithm::ES256) }
}

struct Place {
    idp: Idp,
    member: Member,
    portal: Portal,
    browser: Browser,
    key: Key,
}

async fn place(database: harness::Database, user_id: &str, strict: bool) -> Place {
    let idp = Idp::start(database).await;
    let key = Key::new("a");
    let keys = serde_json::from_value(json!({"keys": [key.public]})).unwrap();
    let portal = idp
        .portal_with("signing", |settings| {
            settings.keys = Some(KeySource::Registered(keys));
            settings.requests.require_signed = strict;
        })
        .await;
    let (member, browser) = (idp.member(MemberSeed::new(user_id)).await, idp.browser());
    member.signs_in(&browser, &idp.portal().await).await;
    Place { idp, member, portal, browser, key }
}

impl Place {
    /// The claims of a good request object, with changes; null leaves a claim out.
    fn claims(&self, asked: &Asked, changes: &Value) -> Value {
        let sent = url::Url::parse(&asked.url).unwrap();
        let mut claims: Map<String, Value> =
            sent.query_pairs().map(|(name, value)| (name.into_owned(), Value::from(value.into_owned()))).collect();
        let now = self.idp.now().seconds();
        let envelope = json!({
            "iss": "signing", "aud": self.idp.origin(), "iat": now, "nbf": now, "exp": now + 300, "jti": "1",
        });
        claims.extend(envelope.as_object().unwrap().clone());
        with_changes(claims.into(), changes)
    }

    /// The address with the object and what OpenID Connect wants beside it.
    fn url(&self, object: &str) -> String {
        let params = [
            ("client_id", "signing"),
            ("response_type", "code"),
            ("scope", "openid"),
            ("redirect_uri", self.portal.redirect_uri.as_str()),
            ("state", "outside"),
            ("request", object),
        ];
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
        format!("{}/authorize?{query}", self.idp.origin())
    }

    async fn error_of(&self, object: &str) -> String {
        let page = self.browser.get(&self.url(object)).await;
        let arrival = page.arrival().unwrap_or_else(|| panic!("{}", page.summary()));
        arrival.get("error").to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_wins_over_what_stands_beside_it() {
    on_both(async |database| {
        let place = place(database, "J-1001", false).await;
        let asked = place.portal.asks();
        let object = place.key.signs(&header(), &place.claims(&asked, &json!({})));

        let arrival = place.browser.get(&place.url(&object)).await.arrived();
        assert_eq!(arrival.get("state"), asked.state, "{}", arrival.url);
        let tokens = place.portal.redeems(&asked, arrival.code()).await;
        assert_eq!(tokens.json["scope"], "openid profile email");
        assert_eq!(tokens.claims()["nonce"], asked.nonce.as_str());

        // By post, and pushed, the same object means the same.
        let (address, query) = place.url(&object).split_once('?').map(|(a, q)| (a.to_owned(), q.to_owned())).unwrap();
        let form: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        assert_eq!(place.browser.post(&address, &form).await.arrived().get("state"), asked.state);
        let (status, document) = place.portal.pushes_form(vec![("request".into(), object)]).await;
        assert_eq!(status, 201, "{document}");
        let pushed = place.portal.pushed_url(document["request_uri"].as_str().unwrap());
        assert_eq!(place.browser.get(&pushed).await.arrived().get("state"), asked.state);
        assert_eq!(place.idp.events_of(&place.member, "code_issued").await, 4);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_that_are_json_are_parameters_that_are_json() {
    on_both(async |database| {
        let place = place(database, "J-1002", false).await;
        for (name, resource) in [("a", "https://a.example/"), ("b", "https://b.example/api")] {
            place.idp.portal_with(name, |settings| settings.resource = HttpsUri::parse(resource).ok()).await;
        }
        let asked = place.portal.asks();
        let changes = json!({
            "max_age": 3600, "resource": ["https://a.example/", "https://b.example/api"],
            "claims": {"id_token": {"birthdate": null}}, "typ": null,
        });
        let object = place.key.signs(&header(), &place.claims(&asked, &changes));
        let arrival = place.browser.get(&place.url(&object)).await.arrived();
        let tokens = place.portal.redeems(&asked, arrival.code()).await;
        assert_eq!(tokens.claims()["birthdate"], place.member.birth_date.as_str());
        assert_eq!(part(tokens.access_token(), 1)["aud"], changes["resource"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_attack_on_the_signature_is_refused() {
    on_both(async |database| {
        let place = place(database, "J-1003", false).await;
        let asked = place.portal.asks();
        let claims = place.claims(&asked, &json!({}));
        let good = place.key.signs(&header(), &claims);
        let parts: Vec<&str> = good.split('.').collect();
        let stranger = Key::new("a");
        let crafted = |members: &Value| {
            let head = URL_SAFE_NO_PAD.encode(members.to_string());
            format!("{head}.{}.{}", parts[1], parts[2])
        };
        let public = place.key.public.to_string();
        let hmac = jsonwebtoken::encode(
            &Header { kid: Some("a".into()), ..Header::new(Algorithm::HS256) },
            &claims,
            &EncodingKey::from_secret(public.as_bytes()),
        );
        let mut embedded = header();
        embedded.jwk = serde_json::from_value(stranger.public.clone()).ok();
        let typed = |typ: &str| Header { typ: Some(typ.into()), ..header() };
        let changed = URL_SAFE_NO_PAD.encode(place.claims(&asked, &json!({"scope": "openid address"})).to_string());

        for (attack, object) in [
            ("HS256 with the public key", hmac.unwrap()),
            ("a stranger's key under the same kid", stranger.signs(&header(), &claims)),
            ("an embedded key", stranger.signs(&embedded, &claims)),
            ("another kid", place.key.signs(&Header { kid: Some("b".into()), ..header() }, &claims)),
            (
                "a kid that is a path",
                stranger.signs(&Header { kid: Some("../../dev/null".into()), ..header() }, &claims),
            ),
            ("a key to fetch", crafted(&json!({"alg": "ES256", "kid": "a", "jku": "https://evil.example/jwks"}))),
            ("a certificate to fetch", crafted(&json!({"alg": "ES256", "kid": "a", "x5u": "https://evil.example/c"}))),
            ("what must be understood", crafted(&json!({"alg": "ES256", "kid": "a", "crit": ["exp"]}))),
            ("another algorithm's name", crafted(&json!({"alg": "ES384", "kid": "a"}))),
            ("an access token's kind", place.key.signs(&typed("at+jwt"), &claims)),
            ("a proof's kind", place.key.signs(&typed("dpop+jwt"), &claims)),
            ("a logout token's kind", place.key.signs(&typed("logout+jwt"), &claims)),
            ("other claims", format!("{}.{changed}.{}", parts[0], parts[2])),
            ("no signature", format!("{}.{}.", parts[0], parts[1])),
            ("two parts", format!("{}.{}", parts[0], parts[1])),
            ("no JWT", "nonsense".into()),
        ] {
            assert_eq!(place.error_of(&object).await, "invalid_request_object", "{attack}");
        }
        for alg in ["none", "NONE", "nOnE"] {
            let object = format!("{}.{}.", URL_SAFE_NO_PAD.encode(json!({"alg": alg}).to_string()), parts[1]);
            assert_eq!(place.error_of(&object).await, "request_not_supported", "{alg}");
        }
        assert!(!place.browser.get(&place.url(&good)).await.arrived().code().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_it_is_from_and_for_and_when_is_held_where_it_is_said() {
    on_both(async |database| {
        let place = place(database, "J-1004", false).await;
        let now = place.idp.now().seconds();
        for change in [
            json!({"iss": "portal"}),
            json!({"aud": "https://elsewhere.example"}),
            json!({"aud": ["https://elsewhere.example"]}),
            json!({"exp": now - 1}),
            json!({"exp": "soon"}),
            json!({"nbf": now + 120}),
            json!({"client_id": "portal"}),
            json!({"client_id": 1}),
            json!({"request": "a.b.c"}),
            json!({"request_uri": "urn:ietf:params:oauth:request_uri:x"}),
            json!({"sub": "signing"}),
        ] {
            let object = place.key.signs(&header(), &place.claims(&place.portal.asks(), &change));
            assert_eq!(place.error_of(&object).await, "invalid_request_object", "{change}");
        }
        for change in [
            json!({"iss": null, "aud": null, "exp": null, "nbf": null, "iat": null, "jti": null}),
            json!({"aud": [place.idp.origin(), "https://elsewhere.example"]}),
            json!({"client_id": null, "nbf": now + 8}),
        ] {
            let object = place.key.signs(&header(), &place.claims(&place.portal.asks(), &change));
            assert!(!place.browser.get(&place.url(&object)).await.arrived().code().is_empty(), "{change}");
        }
        let asked = place.portal.asks();
        let object = place.key.signs(&header(), &place.claims(&asked, &json!({"prompt": "none login"})));
        let arrival = place.browser.get(&place.url(&object)).await.arrived();
        assert_eq!((arrival.get("error"), arrival.get("state")), ("invalid_request", asked.state.as_str()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_must_sign_is_held_to_every_claim_and_to_nothing_outside() {
    on_both(async |database| {
        let place = place(database, "J-1005", true).await;
        let now = place.idp.now().seconds();
        let arrival = place.browser.get(&place.portal.asks().url).await.arrived();
        assert_eq!(arrival.get("error"), "invalid_request");

        for change in [
            json!({"iss": null}),
            json!({"aud": null}),
            json!({"exp": null}),
            json!({"nbf": null}),
            json!({"client_id": null}),
            json!({"exp": now + 3_700}),
            json!({"nbf": now - 3_700}),
        ] {
            let object = place.key.signs(&header(), &place.claims(&place.portal.asks(), &change));
            assert_eq!(place.error_of(&object).await, "invalid_request_object", "{change}");
        }
        let asked = place.portal.asks();
        let object = place.key.signs(&header(), &place.claims(&asked, &json!({"jti": null, "state": null})));
        let arrival = place.browser.get(&place.url(&object)).await.arrived();
        assert_eq!(arrival.get("state"), "", "what stands outside does not count");
        assert!(!arrival.code().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_without_keys_has_no_request_objects_and_a_bad_one_never_leads_away() {
    on_both(async |database| {
        let place = place(database, "J-1006", false).await;
        let asked = place.portal.asks();
        let object = place.key.signs(&header(), &place.claims(&asked, &json!({})));
        let keyless = place.idp.portal_with("keyless", |_| {}).await;
        let arrival = place.browser.get(&keyless.asks_with(&[("request", &object)]).url).await.arrived();
        assert_eq!(arrival.get("error"), "invalid_request_object");

        let evil = json!({"redirect_uri": "https://evil.example/"});
        let object = place.key.signs(&header(), &place.claims(&asked, &evil));
        let page = place.browser.get(&place.url(&object)).await;
        assert_eq!(page.error_code().as_deref(), Some("invalid_redirect_uri"));
        let nowhere = format!("{}/authorize?client_id=signing&scope=openid&request=nonsense", place.idp.origin());
        let page = place.browser.get(&nowhere).await;
        assert_eq!(page.error_code().as_deref(), Some("invalid_request_object"), "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_object_has_to_hold_when_it_is_pushed_and_may_be_opened_as_long_as_was_said() {
    on_both(async |database| {
        let place = place(database, "J-1008", true).await;
        let asked = place.portal.asks();
        let object = || {
            let now = place.idp.now().seconds();
            place.key.signs(&header(), &place.claims(&asked, &json!({"exp": now + 30})))
        };
        let (first, late) = (object(), object());
        let (status, pushed) = place.portal.pushes_form(owned(&[("request", &first)])).await;
        assert_eq!((status, &pushed["expires_in"]), (201, &json!(90)));

        place.idp.advance(std::time::Duration::from_secs(40));
        let (status, refused) = place.portal.pushes_form(owned(&[("request", &late)])).await;
        assert_eq!((status, &refused["error"]), (400, &json!("invalid_request_object")), "it is over");
        let reference = pushed["request_uri"].as_str().unwrap();
        let page = place.browser.get(&format!("/authorize?client_id=signing&request_uri={reference}")).await;
        assert_eq!(page.arrived().get("state"), asked.state);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_object_counts_once_where_it_has_a_jti_and_a_page_may_be_loaded_again() {
    on_both(async |database| {
        let place = place(database, "J-1007", false).await;
        let asked = place.portal.asks();
        let signs = |changes: Value| place.key.signs(&header(), &place.claims(&asked, &changes));
        let pushes = async |object: &str, beside: &[(&str, &str)]| {
            let mut form = owned(&[("request", object)]);
            form.extend(owned(beside));
            let (status, document) = place.portal.pushes_form(form).await;
            (status, document["error"].as_str().unwrap_or_default().to_owned())
        };
        let (taken, replayed) = ((201, String::new()), (400, "invalid_request_object".to_owned()));

        let object = signs(json!({"jti": "once"}));
        // What is refused for another reason uses nothing up.
        assert_eq!(pushes(&object, &[("registration", "{}")]).await.1, "registration_not_supported");
        assert_eq!(pushes(&object, &[]).await, taken);
        assert_eq!(pushes(&object, &[]).await, replayed);
        assert_eq!(pushes(&signs(json!({"jti": "once", "prompt": "login"})), &[]).await, replayed, "whatever it asks");
        for _ in 0..2 {
            assert_eq!(place.browser.get(&place.url(&object)).await.arrived().get("state"), asked.state);
        }
        for bad in [json!(1), json!(""), json!("x".repeat(513))] {
            assert_eq!(pushes(&signs(json!({"jti": bad})), &[]).await, replayed);
        }

        let nameless = signs(json!({"jti": null}));
        assert_eq!((pushes(&nameless, &[]).await, pushes(&nameless, &[]).await), (taken.clone(), taken.clone()));
        let racing = signs(json!({"jti": "race"}));
        let all = futures::future::join_all((0..20).map(|_| pushes(&racing, &[]))).await;
        assert_eq!(all.iter().filter(|one| **one == taken).count(), 1, "{all:?}");

        // One without an end is remembered for a day.
        let endless = signs(json!({"jti": "endless", "exp": null}));
        assert_eq!(pushes(&endless, &[]).await, taken);
        place.idp.advance(idp_core::clock::hours(23));
        assert_eq!(pushes(&endless, &[]).await, replayed);
    })
    .await;
}

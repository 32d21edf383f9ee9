//! Requests that stand at an address of their client, and keys that do: fetched where they are registered, and nowhere else.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::{Asked, Authority, Browser, ClientKey, Idp, MemberSeed, Portal, Shelf, on_both};
use idp_core::client::{HttpsUri, KeySource};
use serde_json::{Value, json};

struct Place {
    idp: Idp,
    portal: Portal,
    browser: Browser,
    key: ClientKey,
    shelf: Shelf,
    // Holds the certificate that the provider reads at each start.
    _folder: tempfile::TempDir,
}

/// A portal whose keys and request objects stand at its own address, and a browser in which a member is signed in.
async fn place(database: harness::Database, user_id: &str) -> Place {
    let authority = Authority::new("portals");
    let folder = tempfile::tempdir().unwrap();
    let trusted = authority.write(folder.path());
    let believe = |config: &mut idp_core::config::Config| config.outgoing.ca_certificate = Some(trusted);
    let idp = Idp::start_configured(database, believe, |_| {}).await;
    let (shelf, key) = (Shelf::open(&authority).await, ClientKey::new("a"));
    shelf.holds("keys", &json!({"keys": [key.jwk]}).to_string());
    let uri = |name: &str| HttpsUri::parse(&shelf.address(name)).unwrap();
    let (keys, objects) = (uri("keys"), vec![uri("object"), uri("missing")]);
    let portal = idp
        .portal_with("elsewhere", |settings| {
            settings.keys = Some(KeySource::Fetched(keys));
            settings.requests.request_uris = objects;
        })
        .await;
    let (member, browser) = (idp.member(MemberSeed::new(user_id)).await, idp.browser());
    member.signs_in(&browser, &idp.portal().await).await;
    Place { idp, portal, browser, key, shelf, _folder: folder }
}

impl Place {
    /// A request object that asks what `asked` asks, signed with `key`.
    fn object(&self, asked: &Asked, key: &ClientKey) -> String {
        let sent = url::Url::parse(&asked.url).unwrap();
        let mut claims: serde_json::Map<String, Value> =
            sent.query_pairs().map(|(name, value)| (name.into_owned(), Value::from(value.into_owned()))).collect();
        claims.insert("iss".into(), "elsewhere".into());
        claims.insert("aud".into(), self.idp.origin().into());
        key.signs(&json!({"kid": key.kid, "typ": "oauth-authz-req+jwt"}), &claims.into())
    }

    /// The address with what OpenID Connect wants beside an object, and these parameters.
    fn url(&self, more: &[(&str, &str)]) -> String {
        let params = [
            ("client_id", "elsewhere"),
            ("response_type", "code"),
            ("scope", "openid"),
            ("redirect_uri", self.portal.redirect_uri.as_str()),
        ];
        let query =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(params).extend_pairs(more).finish();
        format!("{}/authorize?{query}", self.idp.origin())
    }

    async fn error_of(&self, more: &[(&str, &str)]) -> String {
        let page = self.browser.get(&self.url(more)).await;
        let arrival = page.arrival().unwrap_or_else(|| panic!("{}", page.summary()));
        arrival.get("error").to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registered_address_is_fetched_and_what_stands_there_counts() {
    on_both(async |database| {
        let place = place(database, "Q-1001").await;
        let asked = place.portal.asks();
        place.shelf.holds("object", &place.object(&asked, &place.key));

        let url = place.url(&[("request_uri", &place.shelf.address("object"))]);
        let arrival = place.browser.get(&url).await.arrived();
        assert_eq!(arrival.get("state"), asked.state, "{}", arrival.url);
        let tokens = place.portal.redeems(&asked, arrival.code()).await;
        assert_eq!(tokens.claims()["nonce"], asked.nonce.as_str());
        assert_eq!((place.shelf.fetched("object"), place.shelf.fetched("keys")), (1, 1));

        // The fragment is for whoever keeps what was fetched (OpenID Connect Core §6.2).
        let with_hash = format!("{}#47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", place.shelf.address("object"));
        let arrival = place.browser.get(&place.url(&[("request_uri", &with_hash)])).await.arrived();
        assert_eq!(arrival.get("state"), asked.state, "{}", arrival.url);
        assert_eq!(place.shelf.fetched("object"), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_fetched_from_an_address_that_is_not_registered() {
    on_both(async |database| {
        let place = place(database, "Q-1002").await;
        place.shelf.holds("stranger", &place.object(&place.portal.asks(), &place.key));
        place.shelf.holds("object", "nonsense");

        let registered = place.shelf.address("object");
        for address in [
            place.shelf.address("stranger"),
            format!("{registered}?more"),
            format!("{registered}/"),
            registered.to_uppercase(),
            place.shelf.address("missing"),
            "http://169.254.169.254/latest/meta-data".into(),
            "file:///etc/passwd".into(),
            "urn:example:request".into(),
        ] {
            assert_eq!(place.error_of(&[("request_uri", &address)]).await, "invalid_request_uri", "{address}");
        }
        assert_eq!((place.shelf.fetched("stranger"), place.shelf.fetched("object")), (0, 0));

        // Of another client, a registered address is an address like any other.
        let other = place.idp.portal_with("other", |_| {}).await;
        let arrival = place.browser.get(&other.asks_with(&[("request_uri", &registered)]).url).await.arrived();
        assert_eq!(arrival.get("error"), "invalid_request_uri");
        assert_eq!(place.shelf.fetched("object"), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_fetched_is_held_to_the_rules_of_what_is_sent() {
    on_both(async |database| {
        let place = place(database, "Q-1003").await;
        let asked = place.portal.asks();
        let (address, good) = (place.shelf.address("object"), place.object(&asked, &place.key));
        let fetched: &[(&str, &str)] = &[("request_uri", &address)];

        for bad in ["nonsense", &place.object(&asked, &ClientKey::new("a")), &"long".repeat(20_000)] {
            place.shelf.holds("object", bad);
            let error = place.error_of(fetched).await;
            let expected = if bad.len() > 64 * 1024 { "invalid_request_uri" } else { "invalid_request_object" };
            assert_eq!(error, expected, "{} bytes", bad.len());
        }
        let unsigned = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), good.split('.').nth(1).unwrap());
        place.shelf.holds("object", &unsigned);
        assert_eq!(place.error_of(fetched).await, "request_not_supported");

        place.shelf.holds("object", &good);
        let both: &[(&str, &str)] = &[("request_uri", &address), ("request", &good)];
        assert_eq!(place.error_of(both).await, "invalid_request");
        assert_eq!(place.shelf.fetched("object"), 0, "one of two is not followed");
        let (status, document) = place.portal.pushes_form(vec![("request_uri".into(), address.clone())]).await;
        assert_eq!((status, document["error"].as_str()), (400, Some("invalid_request")));
        assert!(!place.browser.get(&place.url(fetched)).await.arrived().code().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_at_an_address_check_objects_by_value_and_pushed_ones() {
    on_both(async |database| {
        let place = place(database, "Q-1004").await;
        let asked = place.portal.asks();
        let object = place.object(&asked, &place.key);

        let (status, document) = place.portal.pushes_form(vec![("request".into(), object.clone())]).await;
        assert_eq!(status, 201, "{document}");
        assert_eq!(place.shelf.fetched("keys"), 1);
        // The keys that this process fetched are gone with it; they are fetched again for what was pushed.
        place.idp.restart().await;
        let pushed = place.portal.pushed_url(document["request_uri"].as_str().unwrap());
        assert_eq!(place.browser.get(&pushed).await.arrived().get("state"), asked.state);
        assert_eq!(place.browser.get(&place.url(&[("request", &object)])).await.arrived().get("state"), asked.state);
        assert_eq!(place.shelf.fetched("keys"), 2, "they are held");

        // A new key is looked for once the address may be asked again.
        let next = ClientKey::new("b");
        place.shelf.holds("keys", &json!({"keys": [place.key.jwk, next.jwk]}).to_string());
        place.idp.advance(idp_core::clock::minutes(2));
        let asked = place.portal.asks();
        let url = place.url(&[("request", &place.object(&asked, &next))]);
        assert_eq!(place.browser.get(&url).await.arrived().get("state"), asked.state);
    })
    .await;
}

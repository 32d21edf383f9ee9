//! Asking at the authorization endpoint

use harness::{Browser, ClientKey, Idp, MemberSeed, Page, on_both, owned};
use idp_core::client::{ClientKeySet, ClientSettings, GrantType, KeySource, ResponseType};
use idp_core::realm::RefusalDetails;
use serde_json::{Value, json};

use super::{KIND, Walk, crowd, place_with};

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A request at the authorization endpoint.
struct Request {
    idp: Idp,
    browser: Browser,
    fields: Vec<(String, String)>,
}

impl Request {
    /// The answer at the client's redirect URI.
    async fn arrives(&self) -> harness::Arrival {
        self.opens("").await.arrived()
    }

    /// The answer, with this behind the query.
    async fn opens(&self, more: &str) -> Page {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish();
        self.browser.get(&format!("{}/authorize?{query}{more}", self.idp.origin())).await
    }

    /// A place is mended by all fields of its name; an empty one is left out.
    fn mend(&mut self, mend: &[(&str, &str)]) {
        self.fields.retain(|(known, _)| !mend.iter().any(|(name, _)| name == known));
        self.fields.extend(owned(mend).into_iter().filter(|(_, value)| !value.is_empty()));
    }

    /// Mends the request at one place after another, and meets a row each time before.
    async fn through(&mut self, walk: &mut Walk, mends: &[&[(&str, &str)]]) {
        for mend in mends {
            let arrival = self.arrives().await;
            walk.meets(&json!({"error": arrival.get("error"), "error_description": arrival.get("error_description")}));
            self.mend(mend);
        }
    }
}

async fn clients(idp: &Idp) {
    let jwk = ClientKey::new("a").jwk;
    let signing = |settings: &mut ClientSettings| {
        let keys = ClientKeySet::read(json!({"keys": [jwk]})).unwrap();
        settings.keys = Some(KeySource::Registered(keys));
        settings.requests.require_signed = true;
    };
    let pushing = |settings: &mut ClientSettings| {
        signing(settings);
        settings.requests.require_pushed = true;
    };
    idp.portal_with("pushing", pushing).await;
    idp.portal_with("signing", signing).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_refused_in_this_order() {
    on_both(async |database| {
        let offered = vec![ResponseType::Code, ResponseType::IdToken];
        let idp = place_with(database, |settings| settings.response_types = offered.clone()).await;
        clients(&idp).await;
        let portal = idp.portal().await;
        let hybrid = idp.portal_with("hybrid", |settings| {
            settings.response_types = vec![ResponseType::Code, ResponseType::IdToken];
            settings.grant_types.push(GrantType::Implicit);
        });
        let (hybrid, browser) = (hybrid.await, idp.browser());
        let member = idp.member(MemberSeed::new("F-12")).await;
        let (asked, arrival) = member.signs_in(&browser, &hybrid).await;
        let id_token = hybrid.redeems(&asked, arrival.code()).await.id_token().to_owned();

        let long = "x".repeat(1025);
        let nobody = |wish: Value| json!({"id_token": {"sub": wish}}).to_string();
        let (none, somebody) = (nobody(json!({"values": []})), nobody(json!({"value": "somebody"})));
        let fields = [
            ("client_id", "pushing"),
            ("redirect_uri", &portal.redirect_uri),
            ("state", "a"),
            ("state", "b"),
            ("response_mode", "x"),
            ("response_type", "id_token"),
            ("ui_locales", "ja"),
            ("ui_locales", "en"),
            ("request_uri", "https://portal.example/request"),
            ("registration", "{}"),
            ("scope", "profile"),
            ("nonce", &long),
            ("code_challenge_method", "plain"),
            ("prompt", "x"),
            ("max_age", "x"),
            ("claims", "x"),
            ("resource", "relative"),
            ("authorization_details", KIND),
            ("dpop_jkt", "x"),
            ("id_token_hint", "x"),
        ];
        let many: Vec<String> = crowd("").iter().map(|(_, name)| format!("https://{name}.example/")).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|address| ("resource", address.as_str())).collect();
        let mut request = Request { idp: idp.clone(), browser, fields: owned(&fields) };
        let mut walk = Walk::down("refused: the checks of /authorize");
        let mends: [&[(&str, &str)]; 26] = [
            &[("state", "a")],
            &[("response_mode", "query")],
            &[("response_mode", ""), ("response_type", "")],
            &[("ui_locales", "ja")],
            &[("request_uri", "")],
            &[("registration", "")],
            &[("client_id", "signing")],
            &[("client_id", "portal")],
            &[("response_type", "token")],
            &[("response_type", "id_token")],
            &[("client_id", "hybrid")],
            &[("scope", "openid")],
            &[("nonce", "")],
            &[("response_type", "code")],
            &[("code_challenge_method", "")],
            &[("code_challenge_method", "plain"), ("code_challenge", "x")],
            &[("code_challenge_method", "S256")],
            &[("code_challenge", CHALLENGE)],
            &[("prompt", "none login")],
            &[("prompt", "")],
            &[("max_age", "")],
            &[("claims", &none)],
            &[("claims", &somebody)],
            &many,
            &[("resource", "https://nobody.example/")],
            &[("authorization_details", "")],
        ];
        request.through(&mut walk, &mends).await;
        walk.passes("the dpop_jkt of the request object is another key than the one pushed with it");
        let mends: [&[(&str, &str)]; 4] =
            [&[("dpop_jkt", "")], &[("resource", "")], &[("id_token_hint", &id_token)], &[("claims", "")]];
        request.through(&mut walk, &mends).await;
        assert!(walk.ahead.is_empty() && !request.arrives().await.code().is_empty());
    })
    .await;
}

/// What a page says of the request that it refuses.
fn told(page: &Page) -> Value {
    let [parameter, rule] = ["refusal-parameter", "refusal-rule"].map(|id| page.text_of(id));
    json!({"error": page.error_code(), "parameter": parameter, "error_description": rule})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_names_no_trusted_address_ends_on_a_page_in_this_order() {
    on_both(async |database| {
        let idp =
            Idp::start_with(database, |settings| settings.refusal_details = RefusalDetails::ShownToEveryone).await;
        let (portal, browser) = (idp.portal().await, idp.browser());
        let pushed = ("request_uri", "urn:ietf:params:oauth:request_uri:x");
        let address = ("redirect_uri", portal.redirect_uri.as_str());
        let (id, object) = (("client_id", "portal"), ("request", "x"));
        let fields = [
            id,
            id,
            pushed,
            pushed,
            object,
            address,
            address,
            ("response_type", "code"),
            ("scope", "openid"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let mut request = Request { idp: idp.clone(), browser, fields: owned(&fields) };
        let mut walk = Walk::down("refused at /authorize");
        walk.meets(&told(&request.opens("&x=%ff").await));
        for mend in [
            ("client_id", ""),
            ("client_id", "nobody"),
            id,
            pushed,
            ("request_uri", ""),
            ("request", ""),
            ("redirect_uri", ""),
            ("redirect_uri", "https://elsewhere.example/"),
            address,
        ] {
            let page = request.opens("").await;
            assert_eq!(page.status, 400);
            walk.meets(&told(&page));
            request.mend(&[mend]);
        }
        assert!(walk.ahead.is_empty() && request.opens("").await.path() == "/login");
    })
    .await;
}

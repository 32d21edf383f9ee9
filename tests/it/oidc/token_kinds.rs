//! Everything that we give to a client, presented in the place of everything else: none is taken for another.
//!
//! All that is presented was given to the client that presents it, so that its kind alone refuses it. A client that
//! registered itself has JWTs and manages itself; one of an operator's has opaque tokens.

use std::time::Duration;

use futures::FutureExt;
use harness::{Asked, Browser, Database, Ear, Idp, Member, MemberSeed, Portal, Tokens, on_both, owned};
use idp_core::client::{AuthMethod, CibaDelivery, ClientKeySet, GrantType, KeySource, Protection, TokenFormat, WebUri};
use idp_core::key::Algorithm;
use idp_core::oidc::register::{NewToken, issue_token};
use idp_core::realm::RegistrationPolicy;
use reqwest::Method;
use serde_json::{Value, json};

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const CIBA: &str = "urn:openid:params:grant-type:ciba";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a client is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Access,
    Refresh,
    IdToken,
    SignedUserinfo,
    SignedIntrospection,
    SignedResponse,
    LogoutToken,
    RequestUri,
    DeviceCode,
    UserCode,
    AuthReqId,
    Secret,
    InitialAccess,
    RegistrationAccess,
}

/// How a client came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Made {
    ByItself,
    ByAnOperator,
}

impl Made {
    const ALL: [Self; 2] = [Self::ByItself, Self::ByAnOperator];
}

struct Place {
    idp: Idp,
    portal: Portal,
    /// What registers clients.
    initial: String,
    /// What the portal manages itself with.
    management: Option<String>,
    member: Member,
    browser: Browser,
}

async fn place(database: Database, made: Made, ear: &Ear) -> Place {
    let idp = Idp::start_with(database, |settings| settings.registration = RegistrationPolicy::Token).await;
    let new = NewToken { name: "Vendor".into(), uses: 100, days: 7 };
    let initial = idp.operate(move |ctx| async move { issue_token(ctx, new).await }.boxed()).await.unwrap();
    let initial = initial.expose_text().to_owned();
    let (portal, management) = match made {
        Made::ByItself => registered(&idp, &initial, ear).await,
        Made::ByAnOperator => (registered_by_operator(&idp, ear).await, None),
    };
    let (member, browser) = (idp.member(MemberSeed::new("TK-1")).await, idp.browser());
    member.signs_in(&browser, &portal).await;
    Place { idp, portal, initial, management, member, browser }
}

async fn registered_by_operator(idp: &Idp, ear: &Ear) -> Portal {
    let address = WebUri::parse(&ear.address).ok();
    idp.portal_with("portal", |settings| {
        settings.access_tokens.format = TokenFormat::Opaque;
        settings.answers.userinfo = Protection { signed: Some(Algorithm::Es256), encrypted: None };
        settings.logout.backchannel_uri = address;
        settings.ciba = Some(CibaDelivery::Poll);
        settings.grant_types.extend([GrantType::DeviceCode, GrantType::TokenExchange, GrantType::Ciba]);
    })
    .await
}

async fn registered(idp: &Idp, initial: &str, ear: &Ear) -> (Portal, Option<String>) {
    let mut portal = idp.portal_with("model", |_| {}).await;
    let metadata = json!({
        "redirect_uris": [portal.redirect_uri], "post_logout_redirect_uris": [portal.post_logout_redirect_uri],
        "grant_types": ["authorization_code", "refresh_token", DEVICE, CIBA, EXCHANGE],
        "userinfo_signed_response_alg": "ES256", "backchannel_logout_uri": ear.address,
        "backchannel_token_delivery_mode": "poll",
    });
    let (status, told) = asks(idp, Method::POST, "", initial, Some(&metadata)).await;
    assert_eq!(status, 201, "{told}");
    let text = |name: &str| told[name].as_str().map(str::to_owned);
    (portal.client_id, portal.secret) = (text("client_id").unwrap(), text("client_secret"));
    (portal, text("registration_access_token"))
}

/// Asks at `/register`, or at the client below it.
async fn asks(idp: &Idp, method: Method, client: &str, bearer: &str, metadata: Option<&Value>) -> (u16, Value) {
    let request = idp.http().request(method, format!("{}/register{client}", idp.origin())).bearer_auth(bearer);
    let request = metadata.into_iter().fold(request, |request, metadata| request.json(metadata));
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
}

/// One of each kind, each good where it belongs.
struct Given {
    tokens: Vec<(Kind, String)>,
    /// What the code was asked for with.
    asked: Asked,
}

impl Given {
    fn one(&self, kind: Kind) -> &str {
        &self.tokens.iter().find(|(known, _)| *known == kind).unwrap().1
    }

    fn all_but(&self, own: &[Kind]) -> impl Iterator<Item = (Kind, &str)> {
        let foreign = self.tokens.iter().filter(|(kind, _)| !own.contains(kind));
        foreign.map(|(kind, token)| (*kind, token.as_str()))
    }
}

impl Place {
    async fn tokens(&self) -> Tokens {
        let asked = self.portal.asks_with(&[("scope", "openid email offline_access")]);
        let arrival = self.member.walks(self.browser.get(&asked.url).await).await.arrived();
        self.portal.redeems(&asked, arrival.code()).await
    }

    /// A session ends for the logout token, in another browser.
    async fn logout_token(&self, ear: &Ear) -> String {
        let (other, leaver) = (self.idp.browser(), self.idp.member(MemberSeed::new("TK-2")).await);
        leaver.signs_in(&other, &self.portal).await;
        other.get("/logout").await.submit("logout-confirm").await;
        ear.hears_logout().await.1
    }

    async fn one_of_each(&self, ear: &Ear) -> Given {
        let (tokens, asked) = (self.tokens().await, self.portal.asks());
        let response = self.portal.asks_with(&[("response_mode", "jwt")]).url;
        let response = self.browser.get(&response).await.arrived().get("response").to_owned();
        let code = self.browser.get(&asked.url).await.arrived().code().to_owned();
        let text =
            |request: reqwest::RequestBuilder| async move { request.send().await.unwrap().text().await.unwrap() };
        let origin = self.idp.origin();
        let userinfo = text(self.idp.http().get(format!("{origin}/userinfo")).bearer_auth(tokens.access_token())).await;
        let introspection = self
            .idp
            .http()
            .post(format!("{origin}/introspect"))
            .header("accept", "application/token-introspection+jwt")
            .basic_auth(&self.portal.client_id, self.portal.secret.clone())
            .form(&[("token", tokens.access_token())]);
        let introspection = text(introspection).await;
        let device = self.portal.posts_to("/device_authorization", owned(&[("scope", "openid")]), &[]).await.json;
        let elsewhere = owned(&[("scope", "openid"), ("login_hint", "TK-1")]);
        let elsewhere = self.portal.posts_to("/bc-authorize", elsewhere, &[]).await.json;
        let (_, pushed) = self.portal.pushes(&self.portal.asks()).await;
        let told = |document: &Value, name: &str| document[name].as_str().unwrap().to_owned();
        let mut given = vec![
            (Kind::Code, code),
            (Kind::Access, tokens.access_token().to_owned()),
            (Kind::Refresh, tokens.refresh_token().to_owned()),
            (Kind::IdToken, tokens.id_token().to_owned()),
            (Kind::SignedUserinfo, userinfo),
            (Kind::SignedIntrospection, introspection),
            (Kind::SignedResponse, response),
            (Kind::LogoutToken, self.logout_token(ear).await),
            (Kind::RequestUri, told(&pushed, "request_uri")),
            (Kind::DeviceCode, told(&device, "device_code")),
            (Kind::UserCode, told(&device, "user_code")),
            (Kind::AuthReqId, told(&elsewhere, "auth_req_id")),
            (Kind::Secret, self.portal.secret.clone().unwrap()),
            (Kind::InitialAccess, self.initial.clone()),
        ];
        given.extend(self.management.clone().map(|management| (Kind::RegistrationAccess, management)));
        Given { tokens: given, asked }
    }

    async fn grants(&self, fields: &[(&str, &str)]) -> String {
        let answer = self.portal.posts(owned(fields)).await;
        if answer.status == 200 { "taken".into() } else { answer.error().to_owned() }
    }

    async fn exchanges(&self, subject: &str, actor: Option<&str>) -> String {
        let mut form = vec![("grant_type", EXCHANGE), ("subject_token", subject), ("subject_token_type", ACCESS)];
        form.extend(actor.into_iter().flat_map(|actor| [("actor_token", actor), ("actor_token_type", ACCESS)]));
        self.grants(&form).await
    }

    /// A token in the place of each kind that a grant takes.
    fn forms<'a>(&'a self, token: &'a str, asked: &'a Asked) -> [(Kind, Vec<(&'a str, &'a str)>); 4] {
        let code = vec![
            ("grant_type", "authorization_code"),
            ("code", token),
            ("redirect_uri", &*self.portal.redirect_uri),
            ("code_verifier", &*asked.verifier),
        ];
        [
            (Kind::Code, code),
            (Kind::Refresh, vec![("grant_type", "refresh_token"), ("refresh_token", token)]),
            (Kind::DeviceCode, vec![("grant_type", DEVICE), ("device_code", token)]),
            (Kind::AuthReqId, vec![("grant_type", CIBA), ("auth_req_id", token)]),
        ]
    }

    /// A client whose registered keys are the realm's own, so that no signature refuses what the realm signed.
    async fn mirror(&self) -> Portal {
        let keys = self.browser.get("/jwks").await.json();
        let keys: Vec<&Value> = keys["keys"].as_array().unwrap().iter().filter(|key| key["use"] == "sig").collect();
        let set = ClientKeySet::read(json!({ "keys": keys })).unwrap();
        let mut mirror = self
            .idp
            .portal_with("mirror", |settings| {
                settings.auth_method = AuthMethod::PrivateKeyJwt;
                settings.keys = Some(KeySource::Registered(set));
                settings.grant_types.push(GrantType::ClientCredentials);
            })
            .await;
        mirror.key = Some(self.idp.realm_key(keys[0]["kid"].as_str().unwrap()).await);
        mirror
    }

    /// Whether what was given is good still, after everything that was tried with it.
    async fn finds_all_alive(&self, given: &Given) {
        let access = given.one(Kind::Access);
        assert_eq!(self.exchanges(access, None).await, "taken");
        assert_eq!(self.exchanges(access, Some(access)).await, "taken");
        assert_eq!(self.portal.introspects(access).await["active"], true);
        let pushed = self.browser.get(&self.portal.pushed_url(given.one(Kind::RequestUri))).await;
        assert!(!pushed.arrived().code().is_empty());
        let outcomes = ["taken", "taken", "authorization_pending", "authorization_pending"];
        for (number, outcome) in outcomes.into_iter().enumerate() {
            let (own, _) = self.forms("", &given.asked)[number];
            let form = &self.forms(given.one(own), &given.asked)[number].1;
            assert_eq!(self.grants(form).await, outcome, "{own:?}");
        }
        let new = json!({ "redirect_uris": [self.portal.redirect_uri] });
        assert_eq!(asks(&self.idp, Method::POST, "", given.one(Kind::InitialAccess), Some(&new)).await.0, 201);
        if let Some(management) = &self.management {
            let own = format!("/{}", self.portal.client_id);
            assert_eq!(asks(&self.idp, Method::GET, &own, management, None).await.0, 200);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_kind_of_token_is_taken_for_another_at_the_token_endpoint() {
    for made in Made::ALL {
        on_both(async |database| {
            let ear = Ear::open(&[]).await;
            let place = place(database, made, &ear).await;
            let given = place.one_of_each(&ear).await;
            let access = given.one(Kind::Access);
            for (kind, token) in given.all_but(&[]) {
                for (own, form) in place.forms(token, &given.asked) {
                    if own != kind {
                        assert_eq!(place.grants(&form).await, "invalid_grant", "{kind:?} as {own:?}, {made:?}");
                    }
                }
            }
            for (kind, token) in given.all_but(&[Kind::Access]) {
                assert_eq!(place.exchanges(token, None).await, "invalid_request", "{kind:?} as a subject's, {made:?}");
                let acted = place.exchanges(access, Some(token)).await;
                assert_eq!(acted, "invalid_request", "{kind:?} as an actor's, {made:?}");
            }
            place.finds_all_alive(&given).await;
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_the_realm_signed_proves_a_client_even_where_its_keys_are_the_clients() {
    on_both(async |database| {
        let ear = Ear::open(&[]).await;
        let place = place(database, Made::ByItself, &ear).await;
        let (given, mirror) = (place.one_of_each(&ear).await, place.mirror().await);
        let mut nameless = mirror.clone();
        nameless.auth_method = AuthMethod::None;
        for (kind, token) in given.all_but(&[]) {
            let form = [
                ("grant_type", "client_credentials"),
                ("client_assertion_type", ASSERTION),
                ("client_assertion", token),
            ];
            assert_eq!(nameless.posts(owned(&form)).await.error(), "invalid_client", "{kind:?}");
        }
        assert_eq!(mirror.posts(owned(&[("grant_type", "client_credentials")])).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_kind_of_token_is_taken_for_another_anywhere_else() {
    for made in Made::ALL {
        on_both(async |database| {
            let ear = Ear::open(&[]).await;
            let place = place(database, made, &ear).await;
            place.idp.advance(Duration::from_secs(1));
            let given = place.one_of_each(&ear).await;
            for (kind, token) in given.all_but(&[]) {
                let answer = place.portal.userinfo(token).await.0;
                assert_eq!(answer == 200, kind == Kind::Access, "{kind:?} at userinfo");
                let known = place.portal.introspects(token).await["active"] == true;
                assert_eq!(known, matches!(kind, Kind::Access | Kind::Refresh), "{kind:?} at introspection");
            }
            for (kind, token) in given.all_but(&[Kind::RequestUri]) {
                let urn = "urn:ietf:params:oauth:request_uri:";
                for uri in [token.to_owned(), format!("{urn}{token}")] {
                    let page = place.browser.get(&place.portal.pushed_url(&uri)).await;
                    let told = page.arrival().is_some_and(|arrival| arrival.get("error") != "invalid_request_uri");
                    assert!(!told, "{kind:?} as a request_uri: {}", page.summary());
                }
            }
            let new = json!({ "redirect_uris": [place.portal.redirect_uri] });
            for (kind, token) in given.all_but(&[Kind::InitialAccess]) {
                let registered = asks(&place.idp, Method::POST, "", token, Some(&new)).await;
                assert_eq!(registered.0, 401, "{kind:?} registers nobody: {}", registered.1);
            }
            for (kind, token) in given.all_but(&[Kind::Access, Kind::Refresh]) {
                let answer = place.portal.revokes(token).await;
                assert_eq!((answer.status, answer.json), (200, json!({})), "{kind:?} at revocation");
            }
            place.finds_all_alive(&given).await;
            assert_eq!(place.portal.introspects("nonsense").await, json!({"active": false}));
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_kind_of_token_but_an_id_token_is_a_hint() {
    for made in Made::ALL {
        on_both(async |database| {
            let ear = Ear::open(&[]).await;
            let place = place(database, made, &ear).await;
            let bye = place.portal.post_logout_redirect_uri.as_str();
            for (kind, token) in place.one_of_each(&ear).await.all_but(&[]) {
                let asked = place.portal.asks_with(&[("prompt", "none"), ("id_token_hint", token)]);
                let page = place.browser.get(&asked.url).await.arrived();
                assert_eq!(!page.get("code").is_empty(), kind == Kind::IdToken, "{kind:?}: {:?}", page.params);

                let form = owned(&[("scope", "openid"), ("id_token_hint", token)]);
                let begun = place.portal.posts_to("/bc-authorize", form, &[]).await;
                assert_eq!(begun.status == 200, kind == Kind::IdToken, "{kind:?} by CIBA: {}", begun.json);

                let back = [("id_token_hint", token), ("post_logout_redirect_uri", bye)];
                let page = place.idp.browser().get_once(&place.portal.end_session_url(&back)).await;
                let leads_back = page.location().is_some_and(|url| url.as_str().starts_with(bye));
                assert_eq!(leads_back, kind == Kind::IdToken, "{kind:?} at the end of a session");
            }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_registered_itself_is_managed_by_the_token_for_that_alone() {
    on_both(async |database| {
        let ear = Ear::open(&[]).await;
        let place = place(database, Made::ByItself, &ear).await;
        let (given, own) = (place.one_of_each(&ear).await, format!("/{}", place.portal.client_id));
        let management = given.one(Kind::RegistrationAccess);
        let (status, read) = asks(&place.idp, Method::GET, &own, management, None).await;
        assert_eq!((status, read["client_id"].as_str()), (200, Some(&*place.portal.client_id)), "{read}");

        let changed = json!({
            "client_id": place.portal.client_id, "redirect_uris": ["https://elsewhere.example/callback"],
        });
        for (kind, token) in given.all_but(&[Kind::RegistrationAccess]) {
            for (method, metadata) in [(Method::GET, None), (Method::PUT, Some(&changed)), (Method::DELETE, None)] {
                let answer = asks(&place.idp, method.clone(), &own, token, metadata).await;
                assert_eq!(answer.0, 401, "{kind:?} at {method}: {}", answer.1);
            }
        }
        assert_eq!(asks(&place.idp, Method::GET, &own, management, None).await, (200, read));
        assert_eq!(asks(&place.idp, Method::DELETE, &own, management, None).await.0, 204);
    })
    .await;
}

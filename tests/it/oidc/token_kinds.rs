//! Everything that we give to a client, presented in the place of everything else: none is taken for another.

use std::time::Duration;

use harness::{Browser, Database, Ear, Idp, MemberSeed, Portal, Tokens, on_both, owned};
use idp_core::client::{CibaDelivery, ExchangePolicy, GrantType, Protection, TokenFormat, WebUri};
use idp_core::key::Algorithm;
use serde_json::{Value, json};

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const CIBA: &str = "urn:openid:params:grant-type:ciba";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";

/// What a client is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    AccessJwt,
    AccessOpaque,
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
}

struct Place {
    idp: Idp,
    portal: Portal,
    browser: Browser,
}

async fn place(database: Database, ear: &Ear) -> Place {
    let idp = Idp::start(database).await;
    let address = WebUri::parse(&ear.address).ok();
    let portal = idp
        .portal_with("portal", |settings| {
            settings.answers.userinfo = Protection { signed: Some(Algorithm::Es256), encrypted: None };
            settings.logout.backchannel_uri = address;
            settings.exchange = ExchangePolicy::Delegation;
            settings.ciba = Some(CibaDelivery::Poll);
            settings.grant_types.extend([GrantType::DeviceCode, GrantType::TokenExchange, GrantType::Ciba]);
        })
        .await;
    let (member, browser) = (idp.member(MemberSeed::new("TK-1")).await, idp.browser());
    member.signs_in(&browser, &portal).await;
    Place { idp, portal, browser }
}

impl Place {
    async fn tokens(&self, portal: &Portal) -> Tokens {
        let asked = portal.asks_with(&[("scope", "openid email offline_access")]);
        portal.redeems(&asked, self.browser.get(&asked.url).await.arrived().code()).await
    }

    /// One of each kind, each good where it belongs. A session ends for the logout token, in another browser.
    async fn one_of_each(&self, ear: &Ear) -> Vec<(Kind, String)> {
        let tokens = self.tokens(&self.portal).await;
        let opaque =
            self.idp.portal_with("opaque", |settings| settings.access_tokens.format = TokenFormat::Opaque).await;
        let asked = self.portal.asks_with(&[("response_mode", "jwt")]);
        let response = self.browser.get(&asked.url).await.arrived().get("response").to_owned();
        let code = self.browser.get(&self.portal.asks().url).await.arrived().code().to_owned();
        let text =
            |request: reqwest::RequestBuilder| async move { request.send().await.unwrap().text().await.unwrap() };
        let origin = self.idp.origin();
        let userinfo = text(self.idp.http().get(format!("{origin}/userinfo")).bearer_auth(tokens.access_token())).await;
        let introspection = self
            .idp
            .http()
            .post(format!("{origin}/introspect"))
            .header("accept", "application/token-introspection+jwt")
            .basic_auth("portal", self.portal.secret.clone())
            .form(&[("token", tokens.access_token())]);
        let introspection = text(introspection).await;
        let device = self.portal.posts_to("/device_authorization", owned(&[("scope", "openid")]), &[]).await.json;
        let asked = owned(&[("scope", "openid"), ("login_hint", "TK-1")]);
        let elsewhere = self.portal.posts_to("/bc-authorize", asked, &[]).await.json;
        let (_, pushed) = self.portal.pushes(&self.portal.asks()).await;
        let (other, leaver) = (self.idp.browser(), self.idp.member(MemberSeed::new("TK-2")).await);
        leaver.signs_in(&other, &self.portal).await;
        other.get("/logout").await.submit("logout-confirm").await;
        let (_, logout) = ear.hears_logout().await;
        let told = |document: &Value, name: &str| document[name].as_str().unwrap().to_owned();
        vec![
            (Kind::Code, code),
            (Kind::AccessJwt, tokens.access_token().to_owned()),
            (Kind::AccessOpaque, self.tokens(&opaque).await.access_token().to_owned()),
            (Kind::Refresh, tokens.refresh_token().to_owned()),
            (Kind::IdToken, tokens.id_token().to_owned()),
            (Kind::SignedUserinfo, userinfo),
            (Kind::SignedIntrospection, introspection),
            (Kind::SignedResponse, response),
            (Kind::LogoutToken, logout),
            (Kind::RequestUri, told(&pushed, "request_uri")),
            (Kind::DeviceCode, told(&device, "device_code")),
            (Kind::UserCode, told(&device, "user_code")),
            (Kind::AuthReqId, told(&elsewhere, "auth_req_id")),
            (Kind::Secret, self.portal.secret.clone().unwrap()),
        ]
    }

    async fn grants(&self, fields: &[(&str, &str)]) -> String {
        let answer = self.portal.posts(owned(fields)).await;
        if answer.status == 200 { "taken".into() } else { answer.error().to_owned() }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_kind_of_token_is_taken_for_another_at_the_token_endpoint() {
    on_both(async |database| {
        let ear = Ear::open(&[]).await;
        let place = place(database, &ear).await;
        let back = place.portal.redirect_uri.clone();
        for (kind, token) in place.one_of_each(&ear).await {
            let token = token.as_str();
            let refused = async |form: &[(&str, &str)]| {
                assert_eq!(place.grants(form).await, "invalid_grant", "{kind:?} as {}", form[1].0);
            };
            if kind != Kind::Code {
                let form = [("grant_type", "authorization_code"), ("code", token), ("redirect_uri", &back)];
                refused(&form).await;
            }
            if kind != Kind::Refresh {
                let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
                refused(&form).await;
            }
            if kind != Kind::DeviceCode {
                let form = [("grant_type", DEVICE), ("device_code", token)];
                refused(&form).await;
            }
            if kind != Kind::AuthReqId {
                let form = [("grant_type", CIBA), ("auth_req_id", token)];
                refused(&form).await;
            }
            // The opaque token is another client's, and for nobody here.
            if kind != Kind::AccessJwt {
                let form = [("grant_type", EXCHANGE), ("subject_token", token), ("subject_token_type", ACCESS)];
                refused(&form).await;
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_kind_of_token_is_taken_for_another_anywhere_else() {
    on_both(async |database| {
        let ear = Ear::open(&[]).await;
        let place = place(database, &ear).await;
        place.idp.advance(Duration::from_secs(1));
        for (kind, token) in place.one_of_each(&ear).await {
            let opens = matches!(kind, Kind::AccessJwt | Kind::AccessOpaque);
            let answer = place.idp.http().get(format!("{}/userinfo", place.idp.origin())).bearer_auth(&token);
            assert_eq!(answer.send().await.unwrap().status() == 200, opens, "{kind:?} at userinfo");

            let known = place.portal.introspects(&token).await["active"] == true;
            assert_eq!(known, matches!(kind, Kind::AccessJwt | Kind::Refresh), "{kind:?} at introspection");

            let asked = place.portal.asks_with(&[("prompt", "none"), ("id_token_hint", &token)]);
            let page = place.browser.get(&asked.url).await.arrived();
            assert_eq!(!page.get("code").is_empty(), kind == Kind::IdToken, "{kind:?} as a hint: {:?}", page.params);

            let form = owned(&[("scope", "openid"), ("id_token_hint", &token)]);
            let begun = place.portal.posts_to("/bc-authorize", form, &[]).await;
            assert_eq!(begun.status == 200, kind == Kind::IdToken, "{kind:?} as a hint by CIBA: {}", begun.json);

            let back =
                [("id_token_hint", &*token), ("post_logout_redirect_uri", &place.portal.post_logout_redirect_uri)];
            let page = place.idp.browser().get_once(&place.portal.end_session_url(&back)).await;
            let leads_back = page.location().is_some_and(|url| url.as_str().starts_with("https://portal.example/bye"));
            assert_eq!(leads_back, kind == Kind::IdToken, "{kind:?} at the end of a session");

            if kind != Kind::RequestUri {
                let uri = if token.starts_with("urn:") {
                    token.clone()
                } else {
                    format!("urn:ietf:params:oauth:request_uri:{token}")
                };
                let page = place.browser.get(&place.portal.pushed_url(&uri)).await;
                assert!(page.arrival().is_none(), "{kind:?} as a request_uri: {}", page.summary());
            }
            let register = format!("{}/register/portal", place.idp.origin());
            let read = place.idp.http().get(register).bearer_auth(&token).send().await.unwrap();
            assert_eq!(read.status(), 401, "{kind:?} manages no registration");
        }
        let nothing = place.portal.introspects("nonsense").await;
        assert_eq!(nothing, json!({"active": false}));
    })
    .await;
}

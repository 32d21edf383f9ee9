//! A relying party that asks for members and redeems what it gets.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use futures::FutureExt;
use idp_core::admin::client::{self, Created, NewClient};
use idp_core::client::{AuthMethod, ClientName, ClientSettings, GrantType, Pkce, Profile, ResponseType};
use idp_core::redirect_uri::RedirectUri;
use openidconnect::{PkceCodeChallenge, PkceCodeVerifier};
use reqwest::RequestBuilder;
use reqwest::header::HeaderMap;
use serde_json::Value;
use url::{Url, form_urlencoded};

use crate::idp::Idp;
use crate::key::{ClientKey, hmac};
use crate::node::Node;

/// Where the portal is sent back to.
const CALLBACK: &str = "https://portal.example/callback";
/// Where it wants the browser after sign-out.
const SIGNED_OUT: &str = "https://portal.example/bye";

static ASKED: AtomicU64 = AtomicU64::new(0);

/// Lets a client have every response type, as old ones do.
pub fn every_response_type(settings: &mut ClientSettings) {
    settings.profile = Profile::Legacy;
    settings.pkce = Pkce::Optional;
    settings.grant_types.push(GrantType::Implicit);
    settings.response_types = ResponseType::ALL.to_vec();
}

/// One relying party.
#[derive(Clone)]
pub struct Portal {
    idp: Idp,
    node: Option<SocketAddr>,
    /// Its name on the wire.
    pub client_id: String,
    /// Its secret, unless it is public.
    pub secret: Option<String>,
    /// How it proves itself.
    pub auth_method: AuthMethod,
    /// The key of its assertions.
    pub key: Option<ClientKey>,
    /// Where codes come back.
    pub redirect_uri: String,
    /// Where the browser comes back after sign-out.
    pub post_logout_redirect_uri: String,
}

/// One authorization request, and what the portal keeps of it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The address the browser is sent to.
    pub url: String,
    /// The secret behind the code challenge.
    pub verifier: String,
    /// What must come back.
    pub state: String,
    /// What must stand in the ID token.
    pub nonce: String,
}

/// What the token endpoint answered.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// The status.
    pub status: u16,
    /// The document.
    pub json: Value,
    /// The headers.
    pub headers: HeaderMap,
}

/// A part of a token, not verified: 0 is the header, 1 are the claims.
pub fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

impl Tokens {
    /// The access token.
    pub fn access_token(&self) -> &str {
        self.text("access_token")
    }

    /// The ID token, signed.
    pub fn id_token(&self) -> &str {
        self.text("id_token")
    }

    /// The refresh token.
    pub fn refresh_token(&self) -> &str {
        self.text("refresh_token")
    }

    /// The `error`; empty when there is none.
    pub fn error(&self) -> &str {
        self.json["error"].as_str().unwrap_or_default()
    }

    /// The claims of the ID token, not verified.
    pub fn claims(&self) -> Value {
        part(self.id_token(), 1)
    }

    fn text(&self, name: &str) -> &str {
        self.json[name].as_str().unwrap_or_else(|| panic!("no {name}: {} {}", self.status, self.json))
    }
}

impl Idp {
    /// Registers a portal with a secret, sent in the header.
    pub async fn portal(&self) -> Portal {
        self.portal_with("portal", |_| {}).await
    }

    /// Registers a portal with other settings.
    pub async fn portal_with(&self, client_id: &str, adjust: impl FnOnce(&mut ClientSettings)) -> Portal {
        let mut settings = ClientSettings {
            redirect_uris: vec![RedirectUri::parse(CALLBACK).unwrap()],
            post_logout_redirect_uris: vec![RedirectUri::parse(SIGNED_OUT).unwrap()],
            ..ClientSettings::default()
        };
        adjust(&mut settings);
        if settings.profile == Profile::Web {
            settings.profile = Profile::fitting(&settings);
        }
        let auth_method = settings.auth_method;
        let name = ClientName::parse(client_id).unwrap();
        let new = NewClient { client_id: Some(name), name: "健保ポータル".into(), settings };
        let created = self.operate(move |ctx| client::create(ctx, new).boxed()).await;
        let Created::Done { secret, .. } = created else { panic!("{created:?}") };
        Portal {
            idp: self.clone(),
            node: None,
            client_id: client_id.to_owned(),
            secret: secret.map(|secret| secret.expose_text().to_owned()),
            auth_method,
            key: None,
            redirect_uri: CALLBACK.into(),
            post_logout_redirect_uri: SIGNED_OUT.into(),
        }
    }
}

impl Portal {
    /// The same portal, whose forms reach another node.
    #[must_use]
    pub fn through(mut self, node: &Node) -> Self {
        self.node = Some(node.address);
        self
    }

    /// Asks for a member.
    pub fn asks(&self) -> Asked {
        self.asks_with(&[])
    }

    /// Asks for a member with more parameters, or with others; an empty value leaves a parameter out.
    pub fn asks_with(&self, changes: &[(&str, &str)]) -> Asked {
        let number = ASKED.fetch_add(1, Ordering::SeqCst);
        let verifier = format!("verifier-{number}-{}", "abcdefgh".repeat(5));
        let (state, nonce) = (format!("state-{number}"), format!("nonce-{number}"));
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.clone()));
        let mut params = vec![
            ("response_type", "code"),
            ("client_id", &self.client_id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", "openid profile email"),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        params.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        params.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
        Asked { url: format!("{}/authorize?{query}", self.idp.origin()), verifier, state, nonce }
    }

    /// Pushes the parameters of a request; status and document.
    pub async fn pushes(&self, asked: &Asked) -> (u16, Value) {
        let sent = Url::parse(&asked.url).unwrap();
        let form = sent.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned()));
        self.pushes_form(form.collect()).await
    }

    /// Pushes a form, with the portal's proof.
    pub async fn pushes_form(&self, mut form: Vec<(String, String)>) -> (u16, Value) {
        if self.auth_method != AuthMethod::ClientSecretBasic {
            form.retain(|(name, _)| name != "client_id");
        }
        let request = self.idp.http().post(format!("{}/par", self.idp.origin()));
        let request = self.proves_itself(request, &mut form);
        let answer = request.form(&form).send().await.unwrap();
        let status = answer.status().as_u16();
        let document = serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default();
        is_well_said(&document);
        (status, document)
    }

    /// Pushes a request, and asks with the reference alone.
    pub async fn asks_pushed(&self, changes: &[(&str, &str)]) -> Asked {
        let asked = self.asks_with(changes);
        let (status, document) = self.pushes(&asked).await;
        assert_eq!(status, 201, "{document}");
        Asked { url: self.pushed_url(document["request_uri"].as_str().unwrap()), ..asked }
    }

    /// The address at which the browser opens a pushed request.
    pub fn pushed_url(&self, request_uri: &str) -> String {
        let params = [("client_id", self.client_id.as_str()), ("request_uri", request_uri)];
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
        format!("{}/authorize?{query}", self.idp.origin())
    }

    /// Redeems a code.
    pub async fn redeems(&self, asked: &Asked, code: &str) -> Tokens {
        self.redeems_with(code, &asked.verifier, &self.redirect_uri).await
    }

    /// Redeems a code with another verifier or redirect URI.
    pub async fn redeems_with(&self, code: &str, verifier: &str, redirect_uri: &str) -> Tokens {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", verifier),
        ];
        let form = form.into_iter().filter(|(_, value)| !value.is_empty());
        self.posts(form.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()).await
    }

    /// Posts a form to the token endpoint, with the portal's proof.
    pub async fn posts(&self, form: Vec<(String, String)>) -> Tokens {
        self.posts_to("/token", form, &[]).await
    }

    /// Posts these fields to the token endpoint, with the portal's proof and a proof of possession.
    pub async fn posts_proving(&self, fields: &[(&str, &str)], proof: &str) -> Tokens {
        self.posts_to("/token", owned(fields), &[("DPoP", proof)]).await
    }

    /// Refreshes.
    pub async fn refreshes(&self, refresh_token: &str) -> Tokens {
        self.posts(owned(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)])).await
    }

    /// Asks what is known of a token.
    pub async fn introspects(&self, token: &str) -> Value {
        let answer = self.posts_to("/introspect", owned(&[("token", token)]), &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.json);
        answer.json
    }

    /// Takes a token back.
    pub async fn revokes(&self, token: &str) -> Tokens {
        self.posts_to("/revoke", owned(&[("token", token)]), &[]).await
    }

    /// Posts a form to an endpoint, with the portal's proof and more headers.
    pub async fn posts_to(&self, path: &str, mut form: Vec<(String, String)>, headers: &[(&str, &str)]) -> Tokens {
        let origin = Url::parse(&self.idp.origin()).unwrap();
        let host = format!("{}:{}", origin.host_str().unwrap(), origin.port().unwrap());
        let base = self.node.map_or_else(|| self.idp.origin(), |node| format!("http://{node}"));
        let request = self.idp.http().post(format!("{base}{path}")).header("host", host);
        let request = self.proves_itself(request, &mut form);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let answer = request.form(&form).send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.unwrap();
        let json = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status}, no JSON: {text}"));
        is_well_said(&json);
        Tokens { status, json, headers }
    }

    /// The claims of a client assertion that is good now.
    pub fn assertion_claims(&self) -> Value {
        let (now, number) = (self.idp.seconds(), ASKED.fetch_add(1, Ordering::SeqCst));
        serde_json::json!({
            "iss": self.client_id, "sub": self.client_id, "aud": self.idp.origin(),
            "iat": now, "exp": now + 60, "jti": format!("assertion-{number}"),
        })
    }

    /// The fields of a client assertion with these claims.
    pub fn asserts(&self, claims: &Value) -> Vec<(String, String)> {
        let assertion = match (&self.key, &self.secret) {
            (Some(key), _) => key.signs(&serde_json::json!({ "kid": key.kid }), claims),
            (None, secret) => hmac(secret.clone().unwrap_or_default().as_bytes(), &serde_json::json!({}), claims),
        };
        owned(&[
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
        ])
    }

    fn proves_itself(&self, request: RequestBuilder, form: &mut Vec<(String, String)>) -> RequestBuilder {
        let secret = self.secret.clone().unwrap_or_default();
        match self.auth_method {
            AuthMethod::ClientSecretBasic => {
                let credentials = STANDARD.encode(format!("{}:{secret}", self.client_id));
                request.header("authorization", format!("Basic {credentials}"))
            }
            AuthMethod::ClientSecretPost => {
                form.extend([("client_id".into(), self.client_id.clone()), ("client_secret".into(), secret)]);
                request
            }
            AuthMethod::None => {
                form.push(("client_id".into(), self.client_id.clone()));
                request
            }
            AuthMethod::ClientSecretJwt | AuthMethod::PrivateKeyJwt => {
                form.extend(self.asserts(&self.assertion_claims()));
                request
            }
            AuthMethod::TlsClientAuth | AuthMethod::SelfSignedTlsClientAuth => {
                form.push(("client_id".into(), self.client_id.clone()));
                request
            }
        }
    }

    /// Asks the userinfo endpoint; status and document.
    pub async fn userinfo(&self, access_token: &str) -> (u16, Value) {
        let address = format!("{}/userinfo", self.idp.origin());
        let answer = self.idp.http().get(address).bearer_auth(access_token).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
    }

    /// The address at which the portal ends the session.
    pub fn end_session_url(&self, params: &[(&str, &str)]) -> String {
        let mut url = Url::parse(&self.idp.origin()).unwrap().join("/end_session").unwrap();
        url.query_pairs_mut().extend_pairs(params);
        url.into()
    }
}

/// Holds what a client is told in `error_description` to the characters it may have (RFC 6749 Appendix A.8).
pub fn is_well_said(document: &Value) {
    let is_sayable = |c: char| matches!(c, ' ' | '!' | '#'..='[' | ']'..='~');
    if let Some(text) = document["error_description"].as_str() {
        assert!(!text.is_empty() && text.chars().all(is_sayable), "no client may be told this: {text}");
    }
}

/// Fields as the form wants them.
pub fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

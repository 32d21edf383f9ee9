//! From request to logout on a database, without HTTP.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use futures::FutureExt;
use serde_json::Value;

use super::acr::Authentication;
use super::authorize::{self, AuthorizationResponse, Checked, Delivery, PageRefusal, Started};
use super::end_session::{Doubt, EndSession, end_session};
use super::jwks;
use super::params::Params;
use super::protect::Protected;
use super::token::{ClientCall, Exchanged, SentProof, TokenResponse, authenticate, exchange};
use super::userinfo::{PresentedToken, Scheme, Userinfo, userinfo};
use crate::admin::key::{self, Urgency};
use crate::admin::{client, member, realm};
use crate::birth_date::BirthDate;
use crate::client::{AuthMethod, ClientName, ClientSettings, FetchedKeys, Profile};
use crate::clock::{FixedClock, Timestamp, days, hours, minutes};
use crate::ctx::Scope;
use crate::entropy::SeededEntropy;
use crate::interaction::begin::Visitor;
use crate::interaction::{Evidence, Proof};
use crate::key::{Algorithm, KeyState};
use crate::mail_address::MailAddress;
use crate::member::{Household, Member, Name};
use crate::mutual_tls::MutualTls;
use crate::realm::{Origin, Realm, RealmSettings};
use crate::redirect_uri::RedirectUri;
use crate::secret::{Hashed, Vault};
use crate::session::Session;
use crate::store::{self, Ambient, DatabaseUrl, Store, migrate};
use crate::user_id::UserId;

mod answers;
mod clients;
mod code;
mod end_session;
mod keys;
mod userinfo;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CALLBACK: &str = "https://portal.example/cb";
const GOODBYE: &str = "https://portal.example/bye?from=idp";

struct Place {
    store: Store,
    scope: Scope,
    clock: Arc<FixedClock>,
    member: Member,
    session: Session,
    secret: String,
    _directory: tempfile::TempDir,
}

/// A realm with keys, a member with a session, the confidential client `portal` and the public client `spa`.
async fn place() -> Place {
    let directory = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(directory.path().join("sekisho.db"));
    migrate::up(&url).await.unwrap();
    let clock = Arc::new(FixedClock::at(Timestamp::from_millis(1_795_000_000_000)));
    let ambient = Ambient {
        clock: Arc::clone(&clock) as Arc<_>,
        entropy: Arc::new(SeededEntropy::new(1)),
        vault: Arc::new(Vault::open(&[7; 32]).unwrap()),
        client_keys: Arc::default(),
        mutual_tls: MutualTls::Off,
    };
    let store = Store::open(&url, ambient).await.unwrap();
    let installation = Scope::operator(Arc::new(Realm::installation()), "ops");
    let origin = Origin::parse("https://mgc.id.example").unwrap();
    let created = store
        .write(&installation, move |ctx| {
            realm::create(ctx, "mgc".parse().unwrap(), origin, RealmSettings::default()).boxed()
        })
        .await;
    let realm::Creation::Created(realm) = created.unwrap() else { panic!("no realm") };
    let scope = Scope::system(Arc::new(realm));
    store.write(&scope, |ctx| key::ensure(ctx).boxed()).await.unwrap();
    let member = new_member(&store, &scope).await;
    let session = new_session(&store, &scope, &member).await;
    let secret = new_client(&store, &scope, "portal", AuthMethod::ClientSecretBasic).await.unwrap();
    assert!(new_client(&store, &scope, "spa", AuthMethod::None).await.is_none());
    Place { store, scope, clock, member, session, secret, _directory: directory }
}

async fn new_member(store: &Store, scope: &Scope) -> Member {
    let new = member::NewMember {
        user_id: UserId::parse("A-123").unwrap(),
        name: Name {
            family: Some("山田".into()),
            given: Some("花子".into()),
            family_kana: Some("ヤマダ".into()),
            given_kana: Some("ハナコ".into()),
        },
        birth_date: BirthDate::from_iso("1980-01-01").ok(),
        household: Household::default(),
        mail: Some(MailAddress::parse("hanako@example.jp").unwrap()),
        language: None,
    };
    let created = store.write(scope, move |ctx| member::create(ctx, new).boxed()).await.unwrap();
    let member::Creation::Created(member) = created else { panic!("no member") };
    *member
}

async fn new_session(store: &Store, scope: &Scope, member: &Member) -> Session {
    let member = member.id;
    let begun = store.write(scope, move |ctx| {
        let session = Session {
            id: ctx.new_id(),
            member,
            browser: Hashed::from_bytes(vec![1; 32]),
            proofs: vec![Proof { evidence: Evidence::Password, at: ctx.now }],
            authenticated_at: ctx.now,
            created_at: ctx.now,
            user_agent: None,
            seen_at: ctx.now,
            expires_at: ctx.now + hours(12),
            ended_at: None,
        };
        async move {
            store::session::insert(ctx, &session, &Hashed::from_bytes(vec![2; 32])).await?;
            Ok(session)
        }
        .boxed()
    });
    begun.await.unwrap()
}

async fn new_client(store: &Store, scope: &Scope, name: &str, auth_method: AuthMethod) -> Option<String> {
    let uri = |text: &str| RedirectUri::parse(text).unwrap();
    let mut settings = ClientSettings {
        redirect_uris: vec![uri(CALLBACK)],
        post_logout_redirect_uris: vec![uri(GOODBYE)],
        auth_method,
        ..ClientSettings::default()
    };
    settings.profile = Profile::fitting(&settings);
    let new = client::NewClient { client_id: ClientName::parse(name).ok(), name: "Portal".into(), settings };
    let created = store.write(scope, move |ctx| client::create(ctx, new).boxed()).await.unwrap();
    let client::Created::Done { secret, .. } = created else { panic!("{created:?}") };
    secret.map(|secret| secret.expose_text().to_owned())
}

fn id_token(tokens: &TokenResponse) -> &str {
    tokens.id_token.as_deref().unwrap()
}

fn address(response: &AuthorizationResponse) -> url::Url {
    let Ok(Delivery::Redirect(location)) = response.deliver((&FetchedKeys::default(), &SeededEntropy::new(2))) else {
        panic!("{response:?} is no redirect")
    };
    location.parse().unwrap()
}

fn shown(userinfo: Userinfo) -> serde_json::Map<String, serde_json::Value> {
    let Userinfo::Told(told) = userinfo else { panic!("refused") };
    match told.protected((&FetchedKeys::default(), &SeededEntropy::new(2))).unwrap() {
        Protected::Plain(claims) => claims,
        Protected::Jwt(_) => panic!("nobody asked for a JWT"),
    }
}

fn request(changes: &[(&str, &str)]) -> Params {
    let good = [
        ("client_id", "portal"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid profile email"),
        ("state", "s&1"),
        ("nonce", "n-1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let kept = good.into_iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    kept.chain(changes.iter().copied()).collect()
}

impl Place {
    async fn checks(&self, params: Params) -> Checked {
        self.store
            .read(&self.scope, move |ctx| async move { authorize::check(ctx, &params).await }.boxed())
            .await
            .unwrap()
    }

    /// Where the browser is sent when nothing is owed.
    async fn authorizes(&self, changes: &[(&str, &str)]) -> url::Url {
        let Checked::Accepted { client, request } = self.checks(request(changes)).await else { panic!("refused") };
        let authentication = Authentication::of(&self.session);
        let response = self
            .store
            .write(&self.scope, move |ctx| {
                async move { authorize::issue(ctx, client.id, &request, &authentication).await }.boxed()
            })
            .await;
        address(&response.unwrap().unwrap())
    }

    async fn code(&self) -> String {
        parameter(&self.authorizes(&[]).await, "code").unwrap()
    }

    async fn exchanges(&self, code: &str, changes: &[(&str, &str)]) -> Result<TokenResponse, &'static str> {
        let good = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let kept = good.into_iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let params: Params = kept.chain(changes.iter().copied()).filter(|(_, value)| !value.is_empty()).collect();
        let as_public = changes.iter().any(|(name, _)| *name == "client_id");
        let authorization =
            (!as_public).then(|| format!("Basic {}", STANDARD.encode(format!("portal:{}", self.secret))));
        let call = ClientCall { authorization, ..ClientCall::new("/token", params) };
        let sent = call.clone();
        let reading = self.store.read(&self.scope, move |ctx| async move { authenticate(ctx, &sent).await }.boxed());
        let claimant = reading.await.unwrap().map_err(|refusal| refusal.error.code())?;
        let exchanged = self.store.write(&self.scope, move |ctx| {
            async move {
                let caller = claimant.spend(ctx).await?;
                exchange(ctx, caller.unwrap(), &call).await
            }
            .boxed()
        });
        match exchanged.await.unwrap() {
            Exchanged::Granted(tokens) => Ok(tokens.sign((&FetchedKeys::default(), &SeededEntropy::new(2))).unwrap()),
            Exchanged::Refused(refusal) => Err(refusal.error.code()),
        }
    }

    async fn userinfo(&self, token: &str) -> Userinfo {
        let presented = PresentedToken {
            token: token.to_owned(),
            scheme: Scheme::Bearer,
            method: "GET",
            proof: SentProof::Nothing,
            certificate: None,
        };
        let asked = self.store.read(&self.scope, move |ctx| async move { userinfo(ctx, &presented).await }.boxed());
        asked.await.unwrap().answer
    }

    async fn ends_session(&self, params: &[(&str, &str)], session: Option<Session>) -> EndSession {
        let params: Params = params.iter().copied().collect();
        let asked = self
            .store
            .write(&self.scope, move |ctx| async move { end_session(ctx, &params, session.as_ref()).await }.boxed());
        asked.await.unwrap()
    }

    /// The keys that verify, by `kid`.
    async fn published(&self) -> Vec<(String, Algorithm)> {
        let keys = self.store.read(&self.scope, |ctx| jwks::jwks(ctx).boxed()).await.unwrap().keys;
        let signing = keys.into_iter().filter(|key| key.usage == "sig");
        signing.map(|key| (key.kid, key.alg.and_then(Algorithm::from_name).unwrap())).collect()
    }
}

fn parameter(url: &url::Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
}

fn claims(token: &str) -> Value {
    let body = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
}

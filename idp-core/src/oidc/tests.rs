//! From request to logout on a database, without HTTP.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use futures::FutureExt;
use serde_json::Value;

use super::acr::Authentication;
use super::authorize::{self, Checked, PageRefusal, Started};
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
use crate::realm::{Origin, Realm, RealmSettings};
use crate::redirect_uri::RedirectUri;
use crate::secret::{Hashed, Vault};
use crate::session::Session;
use crate::store::{self, Ambient, DatabaseUrl, Store, migrate};
use crate::user_id::UserId;

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
        response.unwrap().unwrap().location().parse().unwrap()
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
        let client = self.store.read(&self.scope, move |ctx| async move { authenticate(ctx, &sent).await }.boxed());
        let client = client.await.unwrap().map_err(|refusal| refusal.error.code())?;
        let exchanged =
            self.store.write(&self.scope, move |ctx| async move { exchange(ctx, &client, &call).await }.boxed()).await;
        match exchanged.unwrap() {
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

    async fn published(&self) -> Vec<(String, Algorithm)> {
        let keys = self.store.read(&self.scope, |ctx| jwks::jwks(ctx).boxed()).await.unwrap().keys;
        keys.into_iter().map(|key| (key.kid, key.alg)).collect()
    }
}

fn parameter(url: &url::Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
}

fn id_token(tokens: &TokenResponse) -> &str {
    tokens.id_token.as_deref().unwrap()
}

fn claims(token: &str) -> Value {
    let body = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
}

#[tokio::test]
async fn a_code_becomes_tokens_that_say_who_when_and_how() {
    let place = place().await;
    let location = place.authorizes(&[]).await;
    assert!(location.as_str().starts_with("https://portal.example/cb?code="));
    assert_eq!(parameter(&location, "state").as_deref(), Some("s&1"));
    assert_eq!(parameter(&location, "iss").as_deref(), Some("https://mgc.id.example"));

    let tokens = place.exchanges(&parameter(&location, "code").unwrap(), &[]).await.unwrap();
    let id = claims(id_token(&tokens));
    assert_eq!(id["sub"], place.member.subject.as_str());
    assert_eq!((&id["iss"], &id["aud"]), (&"https://mgc.id.example".into(), &"portal".into()));
    assert_eq!((&id["nonce"], &id["acr"]), (&"n-1".into(), &"aal1".into()));
    assert_eq!(id["amr"], serde_json::json!(["pwd"]));
    assert_eq!(id["sid"], place.session.id.to_string());
    assert_eq!(id["auth_time"], 1_795_000_000);
    assert!(id.get("name").is_none() && id.get("email").is_none() && id.get("azp").is_none());
    assert_eq!((tokens.expires_in, tokens.scope.as_str()), (600, "openid profile email"));
    let header = |token: &str| jsonwebtoken::decode_header(token).unwrap();
    assert_eq!(header(id_token(&tokens)).alg, jsonwebtoken::Algorithm::RS256);
    assert_eq!(header(&tokens.access_token).typ.as_deref(), Some("at+jwt"));
}

#[tokio::test]
async fn userinfo_tells_what_the_scopes_open() {
    let place = place().await;
    let tokens = place.exchanges(&place.code().await, &[]).await.unwrap();
    let told = shown(place.userinfo(&tokens.access_token).await);
    assert_eq!(told["sub"], place.member.subject.as_str());
    assert_eq!(told["name"], "山田 花子");
    assert_eq!(told["family_name#ja-Kana-JP"], "ヤマダ");
    assert_eq!((&told["birthdate"], &told["preferred_username"]), (&"1980-01-01".into(), &"A-123".into()));
    assert_eq!((&told["email"], &told["email_verified"]), (&"hanako@example.jp".into(), &false.into()));

    let code = parameter(&place.authorizes(&[("scope", "openid")]).await, "code").unwrap();
    let tokens = place.exchanges(&code, &[]).await.unwrap();
    let told = shown(place.userinfo(&tokens.access_token).await);
    assert_eq!(told.keys().collect::<Vec<_>>(), ["sub"]);
}

#[tokio::test]
async fn a_replayed_code_revokes_its_tokens() {
    for wait in [0, 30, 300] {
        let place = place().await;
        let code = place.code().await;
        let tokens = place.exchanges(&code, &[]).await.unwrap();
        place.clock.advance(std::time::Duration::from_secs(wait));
        assert_eq!(place.exchanges(&code, &[]).await.err(), Some("invalid_grant"));
        assert!(matches!(place.userinfo(&tokens.access_token).await, Userinfo::InvalidToken), "after {wait} s");
    }
}

#[tokio::test]
async fn of_many_redemptions_at_once_one_wins() {
    let place = place().await;
    let code = place.code().await;
    let attempts = futures::future::join_all((0..50).map(|_| place.exchanges(&code, &[]))).await;
    assert_eq!(attempts.iter().filter(|attempt| attempt.is_ok()).count(), 1);
}

#[tokio::test]
async fn a_code_is_refused_late_elsewhere_to_others_and_without_its_verifier_and_stays_usable() {
    let place = place().await;
    let code = place.code().await;
    let wrong_verifier = VERIFIER.replace('d', "e");
    for changes in [
        &[("redirect_uri", "https://portal.example/other")][..],
        &[("code_verifier", "")],
        &[("code_verifier", wrong_verifier.as_str())],
        &[("client_id", "spa")],
        &[("code", "unknown")],
    ] {
        assert_eq!(place.exchanges(&code, changes).await.err(), Some("invalid_grant"), "{changes:?}");
    }
    for changes in [&[("code", "")][..], &[("redirect_uri", "")], &[("grant_type", "")]] {
        assert_eq!(place.exchanges(&code, changes).await.err(), Some("invalid_request"), "{changes:?}");
    }
    assert_eq!(place.exchanges(&code, &[("grant_type", "password")]).await.err(), Some("unsupported_grant_type"));
    assert!(place.exchanges(&code, &[]).await.is_ok());

    let late = place.code().await;
    place.clock.advance(minutes(1));
    assert_eq!(place.exchanges(&late, &[]).await.err(), Some("invalid_grant"));
}

#[tokio::test]
async fn a_client_proves_itself_by_its_registered_method_alone() {
    let place = place().await;
    let code = place.code().await;
    let by_post = [("client_id", "portal"), ("client_secret", place.secret.as_str())];
    assert_eq!(place.exchanges(&code, &by_post).await.err(), Some("invalid_client"));
    assert_eq!(place.exchanges(&code, &[("client_id", "portal")]).await.err(), Some("invalid_client"));
    assert_eq!(place.exchanges(&code, &[("client_id", "nobody")]).await.err(), Some("invalid_client"));
    let with_secret = [("client_id", "spa"), ("client_secret", "x")];
    assert_eq!(place.exchanges(&code, &with_secret).await.err(), Some("invalid_client"));

    let code = parameter(&place.authorizes(&[("client_id", "spa")]).await, "code").unwrap();
    assert!(place.exchanges(&code, &[("client_id", "spa")]).await.is_ok());
}

#[tokio::test]
async fn a_rotated_secret_and_a_deleted_client_work_no_more() {
    let place = place().await;
    let code = place.code().await;
    let tokens = place.exchanges(&code, &[]).await.unwrap();
    let code = place.code().await;
    let portal = || ClientName::parse("portal").unwrap();
    let rotated =
        place.store.write(&place.scope, move |ctx| async move { client::rotate_secret(ctx, &portal()).await }.boxed());
    assert!(matches!(rotated.await.unwrap(), client::Changed::Done(_)));
    assert_eq!(place.exchanges(&code, &[]).await.err(), Some("invalid_client"));

    let deleted =
        place.store.write(&place.scope, move |ctx| async move { client::delete(ctx, &portal()).await }.boxed());
    assert!(matches!(deleted.await.unwrap(), client::Changed::Done(())));
    assert!(matches!(place.userinfo(&tokens.access_token).await, Userinfo::InvalidToken));
    assert!(matches!(place.checks(request(&[])).await, Checked::RefusedWithPage(PageRefusal::UnknownClient)));
}

#[tokio::test]
async fn an_untrusted_redirect_is_a_page_and_every_other_refusal_a_redirect() {
    let place = place().await;
    let cases: [(&[(&str, &str)], PageRefusal); 5] = [
        (&[("client_id", "")], PageRefusal::InvalidRequest),
        (&[("client_id", "portal"), ("client_id", "portal")], PageRefusal::InvalidRequest),
        (&[("client_id", "nobody")], PageRefusal::UnknownClient),
        (&[("redirect_uri", "https://evil.example/cb")], PageRefusal::InvalidRedirectUri),
        (&[("redirect_uri", "")], PageRefusal::InvalidRedirectUri),
    ];
    for (changes, expected) in cases {
        let checked = place.checks(request(changes)).await;
        assert!(matches!(checked, Checked::RefusedWithPage(found) if found == expected), "{changes:?}: {checked:?}");
    }
    let Checked::RefusedWithRedirect(response) = place.checks(request(&[("prompt", "x")])).await else { panic!() };
    let location: url::Url = response.location().parse().unwrap();
    let names: Vec<String> = location.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["error", "error_description", "state", "iss"]);
}

#[tokio::test]
async fn without_a_page_nobody_signs_in() {
    let place = place().await;
    let visitor = Visitor { browser: Hashed::from_bytes(vec![9; 32]), session: None };
    let params = request(&[("prompt", "none")]);
    let started = place
        .store
        .write(&place.scope, move |ctx| async move { authorize::start(ctx, &params, &visitor).await }.boxed());
    let Started::Response(response) = started.await.unwrap() else { panic!("no answer") };
    assert_eq!(response.error_code(), Some("login_required"));
}

#[tokio::test]
async fn a_hint_that_names_somebody_else_gets_no_code() {
    let place = place().await;
    let tokens = place.exchanges(&place.code().await, &[]).await.unwrap();
    place.clock.advance(days(1));
    let same = place.authorizes(&[("id_token_hint", id_token(&tokens))]).await;
    assert!(parameter(&same, "code").is_some());

    let Checked::Accepted { client, request: mut hinting } = place.checks(request(&[])).await else {
        panic!("refused")
    };
    hinting.hinted_subject = Some("somebody else".into());
    let authentication = Authentication::of(&place.session);
    let response = place.store.write(&place.scope, move |ctx| {
        async move { authorize::issue(ctx, client.id, &hinting, &authentication).await }.boxed()
    });
    assert_eq!(response.await.unwrap().unwrap().error_code(), Some("login_required"));

    for hint in ["x", tokens.access_token.as_str()] {
        let checked = place.checks(request(&[("id_token_hint", hint)])).await;
        assert!(matches!(checked, Checked::RefusedWithRedirect(_)));
    }
}

#[tokio::test]
async fn logout_leads_back_only_with_a_good_hint_and_a_registered_address() {
    let place = place().await;
    let tokens = place.exchanges(&place.code().await, &[]).await.unwrap();
    let hint = ("id_token_hint", id_token(&tokens));
    let back = ("post_logout_redirect_uri", GOODBYE);
    let live = || Some(place.session.clone());

    let ask = async |params: &[(&str, &str)]| place.ends_session(params, live()).await;
    assert_eq!(ask(&[]).await, EndSession::Confirm(Doubt::NoHint));
    assert_eq!(ask(&[("client_id", "portal"), back]).await, EndSession::Confirm(Doubt::NoHint));
    assert_eq!(ask(&[("id_token_hint", "x.y.z"), back]).await, EndSession::Confirm(Doubt::BadHint));
    assert_eq!(ask(&[("id_token_hint", &tokens.access_token), back]).await, EndSession::Confirm(Doubt::BadHint));
    assert_eq!(ask(&[hint, ("client_id", "spa"), back]).await, EndSession::Confirm(Doubt::BadHint));
    assert_eq!(ask(&[hint, back, back]).await, EndSession::Confirm(Doubt::Malformed));
    let unregistered = ask(&[hint, ("post_logout_redirect_uri", "https://portal.example/bye")]).await;
    assert_eq!(unregistered, EndSession::Confirm(Doubt::UnregisteredUri));
    assert!(matches!(place.userinfo(&tokens.access_token).await, Userinfo::Told(_)));

    place.clock.advance(minutes(11));
    let location = "https://portal.example/bye?from=idp&state=a+b%26".to_owned();
    assert_eq!(ask(&[hint, back, ("state", "a b&")]).await, EndSession::Redirect { location });
    assert!(matches!(place.userinfo(&tokens.access_token).await, Userinfo::InvalidToken));
    assert_eq!(place.ends_session(&[hint], None).await, EndSession::SignedOut);
}

#[tokio::test]
async fn logout_for_another_members_session_is_asked_first() {
    let place = place().await;
    let tokens = place.exchanges(&place.code().await, &[]).await.unwrap();
    let new = member::NewMember {
        user_id: UserId::parse("B-1").unwrap(),
        name: Name::default(),
        birth_date: None,
        household: Household::default(),
        mail: None,
        language: None,
    };
    let created = place.store.write(&place.scope, move |ctx| member::create(ctx, new).boxed()).await.unwrap();
    let member::Creation::Created(other) = created else { panic!() };
    let session =
        Session { id: crate::id::Id::from_uuid(uuid::Uuid::nil()), member: other.id, ..place.session.clone() };
    let params = [("id_token_hint", id_token(&tokens)), ("post_logout_redirect_uri", GOODBYE)];
    assert_eq!(place.ends_session(&params, Some(session)).await, EndSession::Confirm(Doubt::OtherSession));
}

#[tokio::test]
async fn a_new_key_is_published_a_day_before_it_signs_and_the_old_one_a_week_after() {
    let place = place().await;
    let before = place.published().await;
    assert_eq!(before.len(), 2);
    let token = place.exchanges(&place.code().await, &[]).await.unwrap().id_token.unwrap();
    let signed_by = |token: &str| jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    let rotate = place.store.write(&place.scope, |ctx| key::rotate(ctx, Algorithm::Rs256, Urgency::Planned).boxed());
    let successor = rotate.await.unwrap();
    assert_eq!(successor.state, KeyState::Next);
    let again = place.store.write(&place.scope, |ctx| key::rotate(ctx, Algorithm::Rs256, Urgency::Planned).boxed());
    assert_eq!(again.await.unwrap().kid, successor.kid);
    let advance = async || place.store.write(&place.scope, |ctx| key::advance(ctx).boxed()).await.unwrap();

    place.clock.advance(hours(23));
    advance().await;
    let still = place.exchanges(&place.code().await, &[]).await.unwrap().id_token.unwrap();
    assert_eq!((signed_by(&still), place.published().await.len()), (signed_by(&token), 3));

    place.clock.advance(hours(1));
    advance().await;
    let new = place.exchanges(&place.code().await, &[]).await.unwrap().id_token.unwrap();
    assert_eq!((signed_by(&new), place.published().await.len()), (successor.kid, 3));

    place.clock.advance(days(7));
    advance().await;
    let left = place.published().await;
    assert!(left.len() == 2 && !left.iter().any(|(kid, _)| *kid == signed_by(&token)));
}

#[tokio::test]
async fn a_compromised_key_is_dropped_at_once() {
    let place = place().await;
    let tokens = place.exchanges(&place.code().await, &[]).await.unwrap();
    let rotate =
        place.store.write(&place.scope, |ctx| key::rotate(ctx, Algorithm::Es256, Urgency::Compromised).boxed());
    assert_eq!(rotate.await.unwrap().state, KeyState::Active);
    assert!(matches!(place.userinfo(&tokens.access_token).await, Userinfo::InvalidToken));
    assert_eq!(place.published().await.len(), 2);
    let tokens = place.exchanges(&place.code().await, &[]).await.unwrap();
    assert!(matches!(place.userinfo(&tokens.access_token).await, Userinfo::Told(_)));
}

#[tokio::test]
async fn an_access_token_ends_on_time_and_with_its_members_account() {
    let place = place().await;
    let tokens = place.exchanges(&place.code().await, &[]).await.unwrap();
    place.clock.advance(minutes(9));
    assert!(matches!(place.userinfo(&tokens.access_token).await, Userinfo::Told(_)));
    place.clock.advance(minutes(1));
    assert!(matches!(place.userinfo(&tokens.access_token).await, Userinfo::InvalidToken));

    let tokens = place.exchanges(&place.code().await, &[]).await.unwrap();
    let waiting = place.code().await;
    let disable = place.store.write(&place.scope, |ctx| {
        async move { member::disable(ctx, UserId::parse("A-123").unwrap().normal()).await }.boxed()
    });
    disable.await.unwrap();
    assert!(matches!(place.userinfo(&tokens.access_token).await, Userinfo::InvalidToken));
    assert_eq!(place.exchanges(&waiting, &[]).await.err(), Some("invalid_grant"));
}

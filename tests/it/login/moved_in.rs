//! Members who came from elsewhere sign in with the password, the app and the passkeys that they had there.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use futures::FutureExt;
use harness::{Algorithm, Authenticator, Database, Idp, MemberSeed, Page, on_both, totp_at};
use idp_core::admin::move_in::keycloak::Export;
use idp_core::admin::move_in::record::Record;
use idp_core::admin::move_in::{Arrival, Arrived, Destination, arrive, departures};
use serde_json::{Value, json};

const EXPORT: &str = include_str!("../cli/keycloak-export.json");

async fn with_moved_members(database: Database) -> Idp {
    let idp = Idp::start(database).await;
    moves_in(&idp, EXPORT, None).await;
    idp
}

/// Passkeys come along where `pages`, the host of Keycloak's pages, is ours.
async fn moves_in(idp: &Idp, export: &str, pages: Option<&str>) {
    let mut read = Export::into(destination(idp).await, pages.map(str::to_owned));
    read.read(export).unwrap();
    all_come(idp, read.members).await;
}

async fn all_come(idp: &Idp, arrivals: Vec<Arrival>) {
    let ended = idp.operate(move |ctx| arrive(ctx, arrivals).boxed()).await;
    assert!(ended.members.iter().all(|(_, outcome)| *outcome == Arrived::Came), "{:?}", ended.members);
    assert!(ended.behind.is_empty(), "{:?}", ended.behind);
}

async fn destination(idp: &Idp) -> Destination {
    let today = idp.now().date_in_japan();
    idp.operate(move |ctx| async move { Ok(Destination::of(ctx.realm(), today)) }.boxed()).await
}

async fn types(idp: &Idp, user_id: &str, password: &str) -> Page {
    let page = idp.browser().get("/login").await;
    page.fill("username", user_id).fill("password", password).submit("login-submit").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_password_and_the_old_app_sign_in() {
    on_both(async |database| {
        let idp = with_moved_members(database).await;

        assert_eq!(types(&idp, "k-001", "Himitsu-no-27501").await.error_code().as_deref(), Some("wrong_credentials"));
        // The second time, the hash is one of our own.
        for _ in 0..2 {
            idp.advance(std::time::Duration::from_secs(120));
            let page = types(&idp, "k-001", "Himitsu-no-27500").await;
            assert_eq!(page.path(), "/login/totp", "{}", page.summary());
            let code = totp_at(b"HgJsV7qkPzR2mN4xWc9L", idp.seconds());
            let page = page.fill("totp-code", &code).submit("totp-submit").await;
            assert_eq!(page.error_code(), None, "{}", page.summary());
            assert!(page.path().starts_with("/onboarding/") || page.arrival().is_some(), "{}", page.summary());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hashes_of_every_kind_are_compared_and_duties_are_owed() {
    on_both(async |database| {
        let idp = with_moved_members(database).await;

        for (user_id, password) in [("k-002", "Himitsu-no-210000"), ("k-003", "Himitsu-no-argon")] {
            for _ in 0..2 {
                let page = types(&idp, user_id, password).await;
                assert_eq!(page.error_code(), None, "{user_id}: {}", page.summary());
                assert_ne!(page.path(), "/login", "{user_id}: {}", page.summary());
            }
        }
        assert_eq!(types(&idp, "k-004", "anything").await.error_code().as_deref(), Some("wrong_credentials"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_a_letters_qr_code_fills_in_the_user_id_and_nothing_else() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let member = idp.member(MemberSeed::new("L-7001")).await;

        let page = idp.browser().get("/login?user_id=%EF%BC%AC-7001").await;
        assert_eq!(page.attribute_of("username", "value").as_deref(), Some("Ｌ-7001"), "{}", page.summary());
        let page = page.fill("password", &member.initial_password()).submit("login-submit").await;
        assert_eq!(page.path(), "/onboarding/birth-date", "{}", page.summary());

        for strange in ["/login?user_id=", "/login?user_id=%3Cscript%3E"] {
            let page = idp.browser().get(strange).await;
            assert_eq!((page.status, page.path()), (200, "/login"), "{strange}");
            assert!(!page.body.contains("<script>"), "{strange}");
        }
        let page = idp.browser().get("/login?user_id=a%00b").await;
        assert_eq!((page.status, page.name().as_str()), (400, "error"), "{}", page.summary());
        let long = "x".repeat(500);
        let page = idp.browser().get(&format!("/login?user_id={long}")).await;
        assert!(page.attribute_of("username", "value").unwrap_or_default().is_empty());
    })
    .await;
}

/// A user of a Keycloak export with a passkey, and whoever holds it.
struct Newcomer {
    id: String,
    authenticator: Authenticator,
    user: Value,
}

impl Newcomer {
    fn new(number: u8, kind: &str, mut authenticator: Authenticator, counter: u32) -> Self {
        let id = format!("5b6f0d1e-7c1c-4a5e-9d2f-0c2b5f9a2e0{number}");
        // Keycloak's handle of a user is the text of the user's id.
        let (credential, key) = authenticator.holds_from_elsewhere(id.as_bytes(), counter);
        let data = json!({
            "aaguid": "00000000-0000-0000-0000-000000000000", "credentialId": STANDARD.encode(credential),
            "counter": counter, "credentialPublicKey": URL_SAFE.encode(key), "attestationStatementFormat": "none",
            "transports": ["USB"],
        });
        let password = serde_json::from_str::<Value>(EXPORT).unwrap()["users"][0]["credentials"][0].clone();
        let passkey = json!({
            "type": kind, "userLabel": "わたしの鍵", "createdDate": 1_600_000_000_000_i64,
            "secretData": "{}", "credentialData": data.to_string(),
        });
        let user = json!({
            "id": id, "username": format!("n-{number}"), "enabled": true, "email": format!("n{number}@example.jp"),
            "emailVerified": true, "credentials": [password, passkey],
        });
        Self { id, authenticator, user }
    }

    async fn presents(&mut self, idp: &Idp, page: &Page) -> Page {
        let challenge = page.challenge("passkey-submit").await;
        let signed = self.authenticator.signs(&challenge, &idp.origin());
        page.presents("passkey-submit", &challenge, &signed).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_passkey_signs_in_alone_and_after_the_password() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let of = |mut authenticator: Authenticator, algorithm| {
            authenticator.algorithm = algorithm;
            authenticator
        };
        let [es256, es384, rs256] = Algorithm::ALL;
        let mut newcomers = [
            Newcomer::new(1, "webauthn-passwordless", of(Authenticator::phone(), es256), 0),
            Newcomer::new(2, "webauthn", of(Authenticator::new(), es384), 41),
            Newcomer::new(3, "webauthn", of(Authenticator::new(), rs256), 3),
        ];
        let users: Vec<&Value> = newcomers.iter().map(|newcomer| &newcomer.user).collect();
        moves_in(&idp, &json!({ "users": users }).to_string(), Some("localhost")).await;

        for (number, newcomer) in newcomers.iter_mut().enumerate() {
            for _ in 0..2 {
                let page = newcomer.presents(&idp, &idp.browser().get("/login").await).await;
                assert_eq!(page.error_code(), None, "{number}: {}", page.summary());
                assert_ne!(page.path(), "/login", "{number}: {}", page.summary());
            }
            let user_id = format!("n-{}", number + 1);
            let page = types(&idp, &user_id, "Himitsu-no-27500").await;
            assert_eq!(page.path(), "/login/passkey", "{number}: {}", page.summary());
            let page = newcomer.presents(&idp, &page).await;
            assert_eq!(page.error_code(), None, "{number}: {}", page.summary());
            assert_eq!(idp.record_of(&user_id).await.member.subject, newcomer.id);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_counts_behind_what_the_old_provider_saw_opens_nothing() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let mut newcomer = Newcomer::new(1, "webauthn-passwordless", Authenticator::new(), 41);
        moves_in(&idp, &json!({ "users": [newcomer.user] }).to_string(), Some("localhost")).await;

        newcomer.authenticator.holds_copies_that_signed(12);
        let page = newcomer.presents(&idp, &idp.browser().get("/login").await).await;
        assert_eq!(page.error_code().as_deref(), Some("passkey_refused"), "{}", page.summary());
        newcomer.authenticator.holds_copies_that_signed(41);
        let page = newcomer.presents(&idp, &idp.browser().get("/login").await).await;
        assert_eq!(page.error_code(), None, "{}", page.summary());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_of_ours_opens_the_same_account_in_another_installation() {
    on_both(async |database| {
        let old = Idp::start(database).await;
        let (portal, member) = (old.portal().await, old.member(MemberSeed::new("P-1")).await.wanting_a_passkey());
        member.signs_in(&old.browser(), &portal).await;
        let left = old.operate(|ctx| departures(ctx, None, 10).boxed()).await;
        let lines: Vec<String> = left.iter().map(|(_, record)| serde_json::to_string(record).unwrap()).collect();
        old.stop().await;

        let new = Idp::start(Database::sqlite().await).await;
        let there = destination(&new).await;
        let mut arrivals = Vec::new();
        for line in lines {
            let (arrival, behind) = serde_json::from_str::<Record>(&line).unwrap().arrival(&there).unwrap();
            assert!(behind.is_empty(), "{behind:?}");
            arrivals.push(arrival);
        }
        all_come(&new, arrivals).await;
        for _ in 0..2 {
            let page = new.browser().get("/login").await;
            let challenge = page.challenge("passkey-submit").await;
            let signed = member.with_authenticator(|own| own.signs(&challenge, &new.origin()));
            let page = page.presents("passkey-submit", &challenge, &signed).await;
            assert_eq!(page.error_code(), None, "{}", page.summary());
            assert_eq!(member.walks(page).await.name(), "account");
        }
    })
    .await;
}

//! Members who came from Keycloak sign in with the password, and the app, that they had there.

use futures::FutureExt;
use harness::{Database, Idp, MemberSeed, Page, on_both, totp_at};
use idp_core::admin::move_in::keycloak::Export;
use idp_core::admin::move_in::{Arrived, arrive};

const EXPORT: &str = include_str!("../cli/keycloak-export.json");

async fn with_moved_members(database: Database) -> Idp {
    let idp = Idp::start(database).await;
    let mut export = Export::default();
    export.read(EXPORT, idp.now().date_in_japan()).unwrap();
    let arrived = idp.operate(move |ctx| arrive(ctx, export.members).boxed()).await;
    assert!(arrived.iter().all(|(_, outcome)| *outcome == Arrived::Came));
    idp
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

//! A member signs out in one tab while another one signs in to an application by the same session. Two transactions of
//! PostgreSQL see each other's work late; whichever comes first, nothing is left that outlives the sign-out.

use std::time::Duration;

use harness::{Browser, Database, Idp, Member, MemberSeed, Portal};
use sqlx::{Connection, Executor, PgConnection};

use crate::oidc::device;

struct Place {
    idp: Idp,
    portal: Portal,
    browser: Browser,
}

async fn place(user_id: &str) -> Option<Place> {
    let idp = Idp::start(Database::postgres().await?).await;
    let (member, portal): (Member, _) = (idp.member(MemberSeed::new(user_id)).await, idp.portal().await);
    let browser = idp.browser();
    member.signs_in(&browser, &portal).await;
    Some(Place { idp, portal, browser })
}

impl Place {
    /// A connection of somebody else to the same database.
    async fn beside(&self) -> PgConnection {
        PgConnection::connect(&self.idp.database().url()).await.unwrap()
    }

    /// Returns once so many statements wait for somebody's lock.
    async fn wait_for(&self, waiting: i64) {
        let mut connection = self.beside().await;
        let asked =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while sqlx::query_scalar::<_, i64>(asked).fetch_one(&mut connection).await.unwrap() < waiting {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_comes_after_a_sign_out_under_way_gets_nothing() {
    gets_nothing("S-1", Duration::ZERO).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_does_one_whose_use_of_the_session_is_to_be_noted() {
    gets_nothing("S-3", Duration::from_secs(60)).await;
}

async fn gets_nothing(user_id: &str, since: Duration) {
    let Some(place) = place(user_id).await else { return };
    place.idp.advance(since);
    let mut signs_out = place.beside().await;
    signs_out.execute("BEGIN; UPDATE sessions SET ended_at = 1").await.unwrap();

    let asked = place.portal.asks_with(&[("prompt", "none")]);
    let (page, ()) = tokio::join!(place.browser.get(&asked.url), async {
        place.wait_for(1).await;
        signs_out.execute("COMMIT").await.unwrap();
    });

    assert_eq!((page.status, page.location()), (503, None), "{}", page.summary());
    let again = place.browser.get(&asked.url).await.arrived();
    assert_eq!(again.get("error"), "login_required");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_out_that_comes_after_a_sign_in_under_way_takes_what_it_gave() {
    let Some(place) = place("S-2").await else { return };
    // The sign-in is stopped where its events are chained, after it has used the session.
    let mut chain = place.beside().await;
    chain.execute("BEGIN; SELECT * FROM audit_heads FOR UPDATE").await.unwrap();

    let asked = place.portal.asks_with(&[("prompt", "none")]);
    let (tab, way_out) = (place.browser.clone(), place.portal.end_session_url(&[]));
    let (arrival, signed_out, ()) = tokio::join!(
        async { place.browser.get(&asked.url).await.arrived() },
        async {
            place.wait_for(1).await;
            tab.get(&way_out).await.submit("logout-confirm").await
        },
        async {
            place.wait_for(2).await;
            chain.execute("COMMIT").await.unwrap();
        }
    );

    assert_eq!(signed_out.name(), "signed-out", "{}", signed_out.summary());
    let tokens = place.portal.redeems(&asked, arrival.code()).await;
    assert_eq!((tokens.status, tokens.error()), (400, "invalid_grant"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_let_in_by_no_session_that_is_ended_meanwhile() {
    let Some(place) = place("S-4").await else { return };
    let tv = device::television(&place.idp).await;
    let begun = device::begins(&tv, "openid").await;
    let confirm = device::types(&place.browser, device::user_code(&begun)).await;
    let mut signs_out = place.beside().await;
    signs_out.execute("BEGIN; UPDATE sessions SET ended_at = 1").await.unwrap();

    let (page, ()) = tokio::join!(confirm.submit("device-allow"), async {
        place.wait_for(1).await;
        signs_out.execute("COMMIT").await.unwrap();
    });

    assert!(!page.has("device-allowed"), "{}", page.summary());
    assert_eq!(device::polls(&tv, &begun).await.error(), "authorization_pending");
}

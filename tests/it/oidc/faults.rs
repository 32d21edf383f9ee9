//! What a client is told while the provider cannot answer, and where something is broken: that, and no more.

use harness::{Database, Idp, MemberSeed, on_both};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

/// Does something to the database that nobody should.
async fn meddles(database: &Database, sql: &str) {
    let (url, sql) = (database.url(), AssertSqlSafe(sql.to_owned()));
    if url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        sqlx::query(sql).execute(&mut connection).await.unwrap();
    } else {
        let mut connection = PgConnection::connect(&url).await.unwrap();
        sqlx::query(sql).execute(&mut connection).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passing_fault_asks_to_come_back_and_a_lasting_one_does_not() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("X-1001")).await, idp.portal().await);
        let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;

        meddles(idp.database(), "ALTER TABLE authorization_codes RENAME TO codes_elsewhere").await;
        let busy = portal.redeems(&asked, arrival.code()).await;
        assert_eq!((busy.status, &busy.json), (503, &json!({"error": "temporarily_unavailable"})));
        assert_eq!(busy.headers["retry-after"], "2");
        assert_eq!(busy.headers["access-control-allow-origin"], "*", "scripts can read that, too");
        meddles(idp.database(), "ALTER TABLE codes_elsewhere RENAME TO authorization_codes").await;
        assert_eq!(portal.redeems(&asked, arrival.code()).await.status, 200, "nothing was used up");

        let browser = idp.browser();
        let (asked, arrival) = member.signs_in(&browser, &portal).await;
        meddles(idp.database(), "UPDATE authorization_codes SET details = '{}'").await;
        let broken = portal.redeems(&asked, arrival.code()).await;
        assert_eq!((broken.status, &broken.json), (500, &json!({"error": "server_error"})));
        assert!(broken.headers.get("retry-after").is_none());
        let asked = portal.asks();
        let arrival = browser.get(&asked.url).await.arrived();
        assert_eq!(portal.redeems(&asked, arrival.code()).await.status, 200, "others are none the worse for it");
    })
    .await;
}

//! What rests on a grant is deleted with it, a batch at a time.

use futures::FutureExt;
use harness::{Database, Idp, MemberSeed, on_both};
use idp_core::clock::days;
use idp_core::store::cleanup::{self, Rest};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

/// Runs `sql` and answers the number it asks for.
async fn asked(database: &Database, sql: &str) -> i64 {
    let url = database.url();
    let sql = AssertSqlSafe(sql.to_owned());
    if url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        return sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap();
    }
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
}

async fn rows(database: &Database, table: &str) -> i64 {
    asked(database, &format!("SELECT COUNT(*) FROM {table}")).await
}

/// As if the family had been refreshed so often.
async fn refreshed(database: &Database, times: usize) {
    let hash = if database.url().starts_with("sqlite") { "CAST(i AS BLOB)" } else { "convert_to(i::text, 'UTF8')" };
    let copied = "realm_id, grant_id, client_id, details, created_at, expires_at";
    let sql = format!(
        "INSERT INTO refresh_tokens (secret_hash, {copied}) \
         WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {times}) \
         SELECT {hash}, {copied} FROM numbers, (SELECT * FROM refresh_tokens LIMIT 1) AS first RETURNING created_at"
    );
    asked(database, &sql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_grant_goes_when_little_is_left_that_rests_on_it() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("C-1")).await, idp.portal().await);
        let asked = portal.asks_with(&[("scope", "openid offline_access")]);
        let arrival = member.walks(idp.browser().get(&asked.url).await).await.arrived().code().to_owned();
        let tokens = portal.redeems(&asked, &arrival).await;
        let second = portal.refreshes(tokens.refresh_token()).await;
        refreshed(idp.database(), 600).await;
        let clean = async || idp.operate(|ctx| cleanup::delete_ended(ctx).boxed()).await.rest;

        idp.advance(days(29));
        while clean().await == Rest::Perhaps {}
        assert_eq!(portal.refreshes(second.refresh_token()).await.status, 200, "it lives for thirty days");

        idp.advance(days(3));
        assert_eq!(clean().await, Rest::Perhaps);
        assert_eq!(rows(idp.database(), "grants").await, 1, "what rests on it is not gone");
        while clean().await == Rest::Perhaps {}
        for table in ["grants", "authorization_codes", "refresh_tokens"] {
            assert_eq!(rows(idp.database(), table).await, 0, "{table}");
        }
    })
    .await;
}

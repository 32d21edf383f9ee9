//! What rests on a grant is deleted with it.

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

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_grant_takes_its_code_and_its_family_along() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (member, portal) = (idp.member(MemberSeed::new("C-1")).await, idp.portal().await);
        let asked = portal.asks_with(&[("scope", "openid offline_access")]);
        let arrival = member.walks(idp.browser().get(&asked.url).await).await.arrived().code().to_owned();
        let tokens = portal.redeems(&asked, &arrival).await;
        let second = portal.refreshes(tokens.refresh_token()).await;
        let clean = async || idp.operate(|ctx| cleanup::delete_ended(ctx).boxed()).await.rest;

        idp.advance(days(29));
        while clean().await == Rest::Perhaps {}
        assert_eq!(portal.refreshes(second.refresh_token()).await.status, 200, "it lives for thirty days");

        idp.advance(days(3));
        while clean().await == Rest::Perhaps {}
        for table in ["grants", "authorization_codes", "refresh_families"] {
            assert_eq!(rows(idp.database(), table).await, 0, "{table}");
        }
    })
    .await;
}

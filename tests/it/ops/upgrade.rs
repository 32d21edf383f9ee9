//! Two versions side by side, as while nodes are upgraded: what the newer one wrote stops the older one from nothing

use futures::FutureExt;
use harness::{Idp, MemberSeed, on_both};
use idp_core::admin::realm::{self, Change};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};

/// Writes `settings` as a version does that knows more of them.
async fn is_written_by_tomorrow(idp: &Idp, table: &str) {
    let (url, beside) = (idp.database().url(), r#"{"of_tomorrow":{"count":1},"#);
    let change = AssertSqlSafe(format!("UPDATE {table} SET settings = '{beside}' || substr(settings, 2)"));
    let changed = if url.starts_with("sqlite:") {
        SqliteConnection::connect(&url).await.unwrap().execute(sqlx::raw_sql(change)).await.unwrap().rows_affected()
    } else {
        PgConnection::connect(&url).await.unwrap().execute(sqlx::raw_sql(change)).await.unwrap().rows_affected()
    };
    assert_eq!(changed, 1, "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_realm_and_an_application_with_settings_of_tomorrow_go_on() {
    on_both(async |database| {
        let idp = Idp::start(database).await;
        let (portal, member) = (idp.portal().await, idp.member(MemberSeed::new("U-1001")).await);
        member.signs_in(&idp.browser(), &portal).await;
        is_written_by_tomorrow(&idp, "realms").await;
        is_written_by_tomorrow(&idp, "clients").await;
        idp.restart().await;

        let (asked, arrival) = member.signs_in(&idp.browser(), &portal).await;
        assert_eq!(portal.redeems(&asked, arrival.code()).await.status, 200);
        let shorter = vec!["letter_days=10".parse().unwrap()];
        let changed = idp.operate(|ctx| realm::set(ctx, shorter).boxed()).await;
        assert!(matches!(changed, Change::Changed(_)), "{changed:?}");
    })
    .await;
}

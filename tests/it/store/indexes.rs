//! Whatever belongs to one member is found without reading the whole society's, also where that has a million

use harness::Database;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

/// Rows that live for minutes, so that there are never many.
const SHORT_LIVED: [&str; 2] = ["interactions", "logout_notices"];

async fn texts(connection: &mut SqliteConnection, question: String) -> Vec<String> {
    sqlx::query_scalar(AssertSqlSafe(question)).fetch_all(connection).await.unwrap()
}

/// The columns of every index of a table that holds all its rows.
async fn indexes(connection: &mut SqliteConnection, table: &str) -> Vec<Vec<String>> {
    let whole = format!("SELECT name FROM pragma_index_list('{table}') WHERE partial = 0");
    let mut indexes = Vec::new();
    for name in texts(connection, whole).await {
        let columns = format!("SELECT name FROM pragma_index_info('{name}') ORDER BY seqno");
        indexes.push(texts(connection, columns).await);
    }
    indexes
}

#[tokio::test]
async fn every_table_with_members_has_an_index_that_sqlite_prefers_to_the_realms() {
    let database = Database::sqlite().await;
    let mut connection = SqliteConnection::connect(&database.url()).await.unwrap();
    let tables = "SELECT tables.name FROM sqlite_master tables JOIN pragma_table_info(tables.name) columns \
                  WHERE tables.type = 'table' AND columns.name = 'member_id' ORDER BY tables.name";
    let tables = texts(&mut connection, tables.to_owned()).await;
    assert!(tables.len() > 20, "{tables:?}");
    for table in tables.iter().filter(|table| !SHORT_LIVED.contains(&table.as_str())) {
        let indexes = indexes(&mut connection, table).await;
        let of_members = |index: &&Vec<String>| index[0] == "member_id";
        // SQLite counts the columns that are given, not the rows that are found: an index of the realm is as good to it as
        // one of the member, unless that begins with both.
        let ties = indexes.iter().any(|index| index[0] == "realm_id");
        let found =
            indexes.iter().filter(of_members).any(|index| !ties || index.get(1).is_some_and(|name| name == "realm_id"));
        assert!(found, "{table}: {indexes:?}");
    }
}

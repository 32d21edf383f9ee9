//! A database of its own for every test, on SQLite and on PostgreSQL.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{Connection, Executor, PgConnection};
use tempfile::TempDir;
use url::Url;

use crate::template;

/// Names the PostgreSQL server on which test databases are made.
const SERVER: &str = "SEKISHO_TEST_POSTGRES";
/// `sqlite` leaves PostgreSQL out where there is none; not heard in continuous integration.
const ONLY: &str = "SEKISHO_TEST_ONLY";

static MADE: AtomicU64 = AtomicU64::new(0);

/// A database of one test, thrown away after it.
pub struct Database {
    kind: Kind,
}

enum Kind {
    Sqlite { file: PathBuf, _folder: TempDir },
    Postgres { server: Url, name: String },
}

impl Database {
    /// A file with the tables and a society in it.
    pub async fn sqlite() -> Self {
        let database = Self::empty_sqlite();
        if let Kind::Sqlite { file, .. } = &database.kind {
            std::fs::write(file, template::sqlite().await).unwrap();
        }
        database
    }

    /// The same on the server that the environment names; `None` where the environment leaves PostgreSQL out.
    pub async fn postgres() -> Option<Self> {
        let server = server()?;
        Some(Self::copied(&server, template::postgres(&server).await).await)
    }

    fn empty_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { kind: Kind::Sqlite { file: folder.path().join("sekisho.db"), _folder: folder } }
    }

    async fn empty_postgres() -> Option<Self> {
        Some(Self::copied(&server()?, "template1").await)
    }

    async fn copied(server: &Url, template: &str) -> Self {
        let name = format!("sekisho_test_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::SeqCst));
        // To copy files is cheaper than to log pages of what lives for seconds.
        execute(server, &format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")).await;
        Self { kind: Kind::Postgres { server: server.clone(), name } }
    }

    /// Its address, as the configuration has it.
    pub fn url(&self) -> String {
        match &self.kind {
            Kind::Sqlite { file, .. } => format!("sqlite://{}", file.display()),
            Kind::Postgres { server, name } => {
                let mut url = server.clone();
                url.set_path(name);
                url.into()
            }
        }
    }
}

/// Runs a test on a SQLite and on a PostgreSQL with the tables and a society in it, one after the other.
pub async fn on_both(test: impl AsyncFn(Database)) {
    test(Database::sqlite().await).await;
    if let Some(database) = Database::postgres().await {
        run_and_drop(database, test).await;
    }
}

/// The same on databases without anything in them.
pub async fn on_both_empty(test: impl AsyncFn(Database)) {
    test(Database::empty_sqlite()).await;
    if let Some(database) = Database::empty_postgres().await {
        run_and_drop(database, test).await;
    }
}

async fn run_and_drop(database: Database, test: impl AsyncFn(Database)) {
    let Kind::Postgres { server, name } = &database.kind else { return };
    let (server, name) = (server.clone(), name.clone());
    test(database).await;
    execute(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
}

fn server() -> Option<Url> {
    let Some(server) = environment(SERVER) else {
        let left_out = environment(ONLY).as_deref() == Some("sqlite") && environment("CI").is_none();
        assert!(left_out, "{SERVER} names no PostgreSQL server: run tests/run, which starts one, or set {ONLY}=sqlite");
        return None;
    };
    Some(Url::parse(&server).unwrap())
}

pub(crate) async fn execute(server: &Url, statement: &str) {
    let mut connection = PgConnection::connect(server.as_str()).await.unwrap();
    connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned()))).await.unwrap();
    connection.close().await.unwrap();
}

#[expect(clippy::disallowed_methods, reason = "the test command tells by the environment which server to use")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

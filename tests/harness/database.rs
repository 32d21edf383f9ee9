//! A database of its own for every test, on SQLite and on PostgreSQL.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{Connection, Executor, PgConnection};
use tempfile::TempDir;
use url::Url;

/// Names the PostgreSQL server on which test databases are made.
const SERVER: &str = "SEKISHO_TEST_POSTGRES";
/// `sqlite` leaves PostgreSQL out where there is none; not heard in continuous integration.
const ONLY: &str = "SEKISHO_TEST_ONLY";

static MADE: AtomicU64 = AtomicU64::new(0);

/// An empty database, thrown away after the test.
pub struct Database {
    kind: Kind,
}

enum Kind {
    Sqlite(TempDir),
    Postgres { server: Url, name: String },
}

impl Database {
    /// A file in a folder of its own.
    pub fn sqlite() -> Self {
        Self { kind: Kind::Sqlite(tempfile::tempdir().unwrap()) }
    }

    /// A new database on the server that the environment names; `None` where the environment leaves PostgreSQL out.
    pub async fn postgres() -> Option<Self> {
        let Some(server) = environment(SERVER) else {
            let left_out = environment(ONLY).as_deref() == Some("sqlite") && environment("CI").is_none();
            assert!(
                left_out,
                "{SERVER} names no PostgreSQL server: run tests/run, which starts one, or set {ONLY}=sqlite"
            );
            return None;
        };
        let server = Url::parse(&server).unwrap();
        let name = format!("sekisho_test_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::SeqCst));
        run(&server, &format!("CREATE DATABASE {name}")).await;
        Some(Self { kind: Kind::Postgres { server, name } })
    }

    /// Its address, as the configuration has it.
    pub fn url(&self) -> String {
        match &self.kind {
            Kind::Sqlite(folder) => sqlite_url(folder.path()),
            Kind::Postgres { server, name } => {
                let mut url = server.clone();
                url.set_path(name);
                url.into()
            }
        }
    }

    async fn drop_now(name: &str, server: &Url) {
        run(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    }
}

/// Runs a test on a fresh SQLite and on a fresh PostgreSQL, one after the other.
pub async fn on_both(test: impl AsyncFn(Database)) {
    test(Database::sqlite()).await;

    let Some(database) = Database::postgres().await else { return };
    let Kind::Postgres { server, name } = &database.kind else { return };
    let (server, name) = (server.clone(), name.clone());
    test(database).await;
    Database::drop_now(&name, &server).await;
}

fn sqlite_url(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("sekisho.db").display())
}

async fn run(server: &Url, statement: &str) {
    let mut connection = PgConnection::connect(server.as_str()).await.unwrap();
    connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned()))).await.unwrap();
    connection.close().await.unwrap();
}

#[expect(clippy::disallowed_methods, reason = "the test command tells by the environment which server to use")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

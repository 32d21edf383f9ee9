//! A database of its own for every test, on SQLite and on PostgreSQL.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::{Connection, Executor, PgConnection};
use tempfile::TempDir;
use url::Url;

use crate::society::SOCIETY;
use crate::template::Template;

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
    /// A file with a society in it.
    pub async fn sqlite() -> Self {
        let database = Self::empty_sqlite();
        if let Kind::Sqlite { file, .. } = &database.kind {
            std::fs::write(file, SOCIETY.sqlite().await).unwrap();
        }
        database
    }

    /// The same on the server that the environment names; `None` where the environment leaves PostgreSQL out.
    pub async fn postgres() -> Option<Self> {
        Self::postgres_like(&SOCIETY).await
    }

    /// A copy of `template` on that server.
    pub async fn postgres_like(template: &Template) -> Option<Self> {
        let server = server()?;
        Some(Self::copied(&server, template.postgres(&server).await).await)
    }

    fn empty_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { kind: Kind::Sqlite { file: folder.path().join("sekisho.db"), _folder: folder } }
    }

    /// An empty one on that server.
    pub async fn empty_postgres() -> Option<Self> {
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

impl Drop for Database {
    fn drop(&mut self) {
        let Kind::Postgres { server, name } = &self.kind else { return };
        let (server, name) = (server.clone(), name.clone());
        // Nothing can be awaited here, and the test's own runtime may be ending.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(execute(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
        });
        // Where that fails the database stays until its server goes; the test has ended all the same.
        let _ = dropping.join();
    }
}

/// Runs a test on a SQLite and on a PostgreSQL with a society in it, one after the other.
pub async fn on_both(test: impl AsyncFn(Database)) {
    test(Database::sqlite().await).await;
    if let Some(database) = Database::postgres().await {
        test(database).await;
    }
}

/// The same on databases without anything in them.
pub async fn on_both_empty(test: impl AsyncFn(Database)) {
    test(Database::empty_sqlite()).await;
    if let Some(database) = Database::empty_postgres().await {
        test(database).await;
    }
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

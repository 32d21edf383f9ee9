//! An operator's desk: a configuration, an empty database, and the command.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use futures::FutureExt;
use harness::{Database as Fresh, Idp, Template};
use serde_json::Value;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use tempfile::TempDir;

/// The installation key of the harness.
const HARNESS_KEY: [u8; 32] = [7; 32];
/// In the desk's own folder.
const SQLITE: &str = "sqlite://sekisho.db";

/// Where the data is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Database {
    Sqlite,
    Postgres,
}

/// Everything one operator needs, with a database of its own.
pub(super) struct Desk {
    pub(super) database: Database,
    folder: TempDir,
    // Dropped with the desk.
    _server: Option<Fresh>,
}

/// How a command ended.
pub(super) struct Answer {
    pub(super) code: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// What [`desks_with_realm`] begin with.
static WITH_REALM: Template = Template::new("desk", |url| {
    async move {
        let database = if url.starts_with("sqlite:") { Database::Sqlite } else { Database::Postgres };
        let desk = Desk::new(database, &url);
        desk.run("migrate up").succeeds();
        desk.run("realm create mgc --origin https://mgc.id.example").succeeds();
    }
    .boxed()
});

/// A desk on every database there is: SQLite, and the PostgreSQL that the environment names.
pub(super) async fn desks() -> Vec<Desk> {
    let mut desks = vec![Desk::new(Database::Sqlite, SQLITE)];
    desks.extend(Fresh::empty_postgres().await.map(Desk::on_postgres));
    desks
}

/// The same with a migrated database and the realm `mgc`.
pub(super) async fn desks_with_realm() -> Vec<Desk> {
    let sqlite = Desk::new(Database::Sqlite, SQLITE);
    sqlite.has_file("sekisho.db", WITH_REALM.sqlite().await);
    let mut desks = vec![sqlite];
    desks.extend(Fresh::postgres_like(&WITH_REALM).await.map(Desk::on_postgres));
    desks
}

impl Desk {
    fn new(database: Database, url: &str) -> Self {
        let desk = Self { database, folder: tempfile::tempdir().unwrap(), _server: None };
        desk.has_key(&"7a".repeat(32));
        desk.has_config(url);
        desk
    }

    fn on_postgres(server: Fresh) -> Self {
        let desk = Self::new(Database::Postgres, &server.url());
        Self { _server: Some(server), ..desk }
    }

    /// An operator's of a provider that runs.
    pub(super) fn of(idp: &Idp) -> Self {
        let url = idp.database().url();
        let database = if url.starts_with("sqlite:") { Database::Sqlite } else { Database::Postgres };
        let desk = Self::new(database, &url);
        desk.has_key(&HARNESS_KEY.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        desk
    }

    pub(super) fn has_config(&self, url: &str) {
        let config = format!("[database]\nurl = \"{url}\"\n\n[secrets]\ninstallation_key_file = \"key\"\n");
        self.has_file("sekisho.toml", config);
    }

    pub(super) fn has_key(&self, key: &str) {
        let path = self.path("key");
        std::fs::write(&path, key).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// The database, as a client of it names it.
    pub(super) fn url(&self) -> String {
        let config: toml::Table = self.reads("sekisho.toml").parse().unwrap();
        let url = config["database"]["url"].as_str().unwrap();
        match self.database {
            Database::Sqlite => format!("sqlite://{}", self.path("sekisho.db").display()),
            Database::Postgres => url.to_owned(),
        }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where its data is.
    pub(super) fn database_url(&self) -> idp_core::store::DatabaseUrl {
        match self.database {
            Database::Sqlite => idp_core::store::DatabaseUrl::Sqlite(self.path("sekisho.db")),
            Database::Postgres => {
                let config: toml::Table = self.reads("sekisho.toml").parse().unwrap();
                config["database"]["url"].as_str().unwrap().parse().unwrap()
            }
        }
    }

    /// Somebody else writes the database.
    pub(super) async fn executes(&self, statements: &str) {
        let (url, sql) = (self.url(), sqlx::AssertSqlSafe(statements.to_owned()));
        match self.database {
            Database::Sqlite => {
                SqliteConnection::connect(&url).await.unwrap().execute(sqlx::raw_sql(sql)).await.unwrap();
            }
            Database::Postgres => {
                PgConnection::connect(&url).await.unwrap().execute(sqlx::raw_sql(sql)).await.unwrap();
            }
        }
    }

    /// Writes a file to hand to the command.
    pub(super) fn has_file(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub(super) fn reads(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs `idp-admin` with these words, in the folder of the configuration.
    pub(super) fn run(&self, words: &str) -> Answer {
        self.run_with(words, &[])
    }

    /// The same with further words that hold spaces.
    pub(super) fn run_with(&self, words: &str, more: &[&str]) -> Answer {
        self.run_as("ops", words, more)
    }

    /// The same by another operator.
    pub(super) fn run_as(&self, operator: &str, words: &str, more: &[&str]) -> Answer {
        let output = Command::new(binary())
            .args(["--operator", operator])
            .args(words.split_whitespace())
            .args(more)
            .current_dir(self.folder.path())
            .env_clear()
            .output()
            .unwrap();
        // Colours are for terminals, and this is none.
        assert!(![&output.stdout, &output.stderr].iter().any(|said| said.contains(&0x1b)), "{words}");
        Answer {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts `idp-admin` and leaves it running.
    pub(super) fn starts(&self, words: &str) -> std::process::Child {
        Command::new(binary())
            .args(["--operator", "ops"])
            .args(words.split_whitespace())
            .current_dir(self.folder.path())
            .env_clear()
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap()
    }

    /// Runs it with `--json` and reads the document.
    pub(super) fn json(&self, words: &str) -> Value {
        let answer = self.run(&format!("--json {words}"));
        let mut document: Value = serde_json::from_str(&answer.stdout)
            .unwrap_or_else(|_| panic!("{words}: {}{}", answer.stdout, answer.stderr));
        // One order of keys, whether or not some crate of the build asks serde_json to keep another.
        document.sort_all_objects();
        document
    }
}

impl Answer {
    /// What was printed, by a command that did what it was asked for.
    #[track_caller]
    pub(super) fn succeeds(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""), "{}", self.stdout);
        self.stdout
    }

    /// The sentence of a command that was refused.
    #[track_caller]
    pub(super) fn fails(self) -> String {
        assert_eq!(self.code, 1, "{}{}", self.stdout, self.stderr);
        self.stderr
    }
}

/// `cargo build --workspace` puts the command beside the folder of the tests.
pub(super) fn binary() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let path = tests.parent().and_then(Path::parent).unwrap().join("idp-admin");
    assert!(path.is_file(), "{} is missing: run cargo build --workspace first", path.display());
    path
}

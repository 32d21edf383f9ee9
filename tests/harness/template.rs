//! Databases that others are copies of, made once in a process: migrations and an RSA key cost more than most tests.

use futures::future::BoxFuture;
use sqlx::{Connection, Executor, SqliteConnection};
use tokio::sync::OnceCell;
use url::Url;

use crate::database::execute;

/// A database to copy.
pub struct Template {
    name: &'static str,
    fill: fn(String) -> BoxFuture<'static, ()>,
    sqlite: OnceCell<Vec<u8>>,
    postgres: OnceCell<String>,
}

impl Template {
    /// One that `fill` makes out of the empty database at an address, and leaves closed.
    pub const fn new(name: &'static str, fill: fn(String) -> BoxFuture<'static, ()>) -> Self {
        Self { name, fill, sqlite: OnceCell::const_new(), postgres: OnceCell::const_new() }
    }

    /// The bytes of the file.
    pub async fn sqlite(&self) -> &[u8] {
        self.sqlite
            .get_or_init(|| async {
                let folder = tempfile::tempdir().unwrap();
                let file = folder.path().join("template.db");
                let url = format!("sqlite://{}", file.display());
                (self.fill)(url.clone()).await;
                // What is still in the log goes into the file.
                let mut connection = SqliteConnection::connect(&url).await.unwrap();
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
                connection.close().await.unwrap();
                std::fs::read(file).unwrap()
            })
            .await
    }

    /// The name of the database on `server`.
    pub(crate) async fn postgres(&self, server: &Url) -> &str {
        self.postgres
            .get_or_init(|| async {
                let name = format!("sekisho_template_{}_{}", self.name, std::process::id());
                execute(server, &format!("DROP DATABASE IF EXISTS {name}")).await;
                execute(server, &format!("CREATE DATABASE {name}")).await;
                let mut url = server.clone();
                url.set_path(&name);
                (self.fill)(url.into()).await;
                name
            })
            .await
    }
}

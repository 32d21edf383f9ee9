//! Opening SQLite (one writing connection, several reading ones) and PostgreSQL.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};

use crate::fault::Fault;

/// The oldest SQLite accepted: earlier ones may corrupt a WAL that two connections reset at once.
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];
const READERS: u32 = 8;
const POSTGRES_CONNECTIONS: u32 = 16;

/// Where the data is.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file: `sqlite:///var/lib/sekisho/sekisho.db`.
    Sqlite(PathBuf),
    /// A server: `postgres://user@host/database`. May hold a password, hence no `Debug`.
    Postgres(String),
}

/// The text names no database we know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the database url must start with sqlite:// and a path, or with postgres://")]
pub struct DatabaseUrlError;

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(text: &str) -> Result<Self, DatabaseUrlError> {
        if let Some(path) = text.strip_prefix("sqlite://") {
            let path = path.split('?').next().unwrap_or_default();
            return if path.is_empty() { Err(DatabaseUrlError) } else { Ok(Self::Sqlite(path.into())) };
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        Err(DatabaseUrlError)
    }
}

pub(super) struct SqlitePools {
    pub(super) readers: DatabaseConnection,
    pub(super) writer: DatabaseConnection,
}

/// Whether a connection writes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Write,
    Read,
}

pub(super) async fn sqlite(url: &DatabaseUrl) -> Result<SqlitePools, Fault> {
    let writer = connect(url, 1, Access::Write).await?;
    check_sqlite(&writer).await?;
    let readers = connect(url, READERS, Access::Read).await?;
    Ok(SqlitePools { readers, writer })
}

pub(super) async fn postgres(url: &DatabaseUrl) -> Result<DatabaseConnection, Fault> {
    connect(url, POSTGRES_CONNECTIONS, Access::Write).await
}

/// One connection that may write: for migrations.
pub(super) async fn single(url: &DatabaseUrl) -> Result<DatabaseConnection, Fault> {
    connect(url, 1, Access::Write).await
}

async fn connect(url: &DatabaseUrl, connections: u32, access: Access) -> Result<DatabaseConnection, Fault> {
    let text = match url {
        DatabaseUrl::Sqlite(path) => format!("sqlite://{}?mode=rwc", path.display()),
        DatabaseUrl::Postgres(text) => text.clone(),
    };
    let mut options = ConnectOptions::new(text);
    options.max_connections(connections).min_connections(1).acquire_timeout(Duration::from_secs(5));
    options.sqlx_logging(false);
    options.map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .statement_cache_capacity(256)
            .pragma("query_only", if access == Access::Read { "1" } else { "0" })
    });
    Ok(Database::connect(options).await?)
}

/// Asks SQLite for what it was told: a database that does not answer as asked is not used.
async fn check_sqlite(connection: &DatabaseConnection) -> Result<(), Fault> {
    let version: String = ask(connection, "SELECT sqlite_version()").await?;
    let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    if parts.as_slice() < OLDEST_SQLITE.as_slice() {
        return Err(Fault::Broken(format!("SQLite {version} is too old: 3.51.3 or later is needed")));
    }
    let journal: String = ask(connection, "PRAGMA journal_mode").await?;
    let synchronous: i64 = ask(connection, "PRAGMA synchronous").await?;
    let foreign_keys: i64 = ask(connection, "PRAGMA foreign_keys").await?;
    if journal != "wal" || synchronous != 2 || foreign_keys != 1 {
        return Err(Fault::Broken(format!(
            "SQLite did not take its settings (journal_mode={journal}, synchronous={synchronous}, \
             foreign_keys={foreign_keys}): is the file on a network drive?"
        )));
    }
    Ok(())
}

async fn ask<T: sea_orm::TryGetable>(connection: &DatabaseConnection, question: &str) -> Result<T, Fault> {
    let row = connection.query_one_raw(Statement::from_string(DbBackend::Sqlite, question)).await?;
    let row = row.ok_or_else(|| Fault::Broken(format!("SQLite did not answer {question}")))?;
    Ok(row.try_get_by_index(0)?)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_url_names_sqlite_by_path_or_postgres() {
        assert!(matches!("sqlite:///a/b.db".parse(), Ok(DatabaseUrl::Sqlite(path)) if path == Path::new("/a/b.db")));
        assert!(matches!("sqlite://b.db?mode=rwc".parse(), Ok(DatabaseUrl::Sqlite(path)) if path == Path::new("b.db")));
        assert!(matches!("postgres://localhost/x".parse(), Ok(DatabaseUrl::Postgres(_))));
        assert!("mysql://localhost/x".parse::<DatabaseUrl>().is_err());
    }
}

//! Where the data is, and opening PostgreSQL.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use sea_orm::{ConnectOptions, Database, DatabaseConnection};

use crate::fault::Fault;

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

/// Opens PostgreSQL for many operations at once.
pub(super) async fn postgres(url: &str) -> Result<DatabaseConnection, Fault> {
    Ok(Database::connect(options(url, POSTGRES_CONNECTIONS)).await?)
}

/// Opens one connection to PostgreSQL: for migrations and locks. It is never exchanged for another, which would not hold
/// the lock.
pub(super) async fn single(url: &str) -> Result<DatabaseConnection, Fault> {
    let mut options = options(url, 1);
    options.idle_timeout(None).max_lifetime(None);
    Ok(Database::connect(options).await?)
}

fn options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.max_connections(connections).min_connections(1).acquire_timeout(Duration::from_secs(5));
    options.sqlx_logging(false);
    options
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

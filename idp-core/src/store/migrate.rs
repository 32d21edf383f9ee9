//! Bringing the schema up to date; safe when several processes do it at once.

use std::os::unix::fs::OpenOptionsExt;

use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait};

use super::connect::{self, DatabaseUrl};
use crate::fault::Fault;

/// The advisory lock that PostgreSQL serialises migrations by: "sekisho" as a number.
const LOCK: i64 = 0x0073_656b_6973_686f;

/// The steps of the schema's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Names of the steps that have been taken.
    pub applied: Vec<String>,
    /// Names of the steps that are still to be taken.
    pub pending: Vec<String>,
}

/// Takes every pending step; answers the state after it.
pub async fn up(url: &DatabaseUrl) -> Result<Status, Fault> {
    match url {
        DatabaseUrl::Postgres(_) => {
            let holder = connect::single(url).await?;
            let lock = holder.begin().await?;
            let statement = format!("SELECT pg_advisory_xact_lock({LOCK})");
            lock.execute_raw(Statement::from_string(DbBackend::Postgres, statement)).await?;
            let status = migrate(url).await?;
            lock.rollback().await?;
            Ok(status)
        }
        DatabaseUrl::Sqlite(path) => {
            // SQLite has no advisory lock; the lock on a file beside the database is released also by a crash. It is
            // held from before the first connection until after the last: opening a new file in WAL mode, and closing
            // it, want the file alone and do not wait for it.
            make_private(path)?;
            let lock = lock_file(path)?;
            let status = migrate(url).await;
            drop(lock);
            status
        }
    }
}

async fn migrate(url: &DatabaseUrl) -> Result<Status, Fault> {
    let connection = connect::single(url).await?;
    Migrator::up(&connection, None).await?;
    let status = read_status(&connection).await?;
    connection.close().await?;
    Ok(status)
}

/// Which steps have been taken; changes nothing.
pub async fn status(url: &DatabaseUrl) -> Result<Status, Fault> {
    if let DatabaseUrl::Sqlite(path) = url
        && !path.exists()
    {
        // Looking must not make a file.
        let pending = Migrator::migrations().into_iter().map(|step| step.name().to_owned()).collect();
        return Ok(Status { applied: Vec::new(), pending });
    }
    read_status(&connect::single(url).await?).await
}

/// Makes a new database file that its owner alone may read; SQLite gives the files beside it the same mode.
fn make_private(path: &std::path::Path) -> Result<(), Fault> {
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(Fault::Unavailable(format!("{}: {error}", path.display())))
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

fn lock_file(database: &std::path::Path) -> Result<std::fs::File, Fault> {
    let path = database.with_extension("migrate.lock");
    let fault = |error: std::io::Error| Fault::Unavailable(format!("{}: {error}", path.display()));
    let file = std::fs::File::create(&path).map_err(fault)?;
    file.lock().map_err(fault)?;
    Ok(file)
}

async fn read_status(connection: &DatabaseConnection) -> Result<Status, Fault> {
    let pending = Migrator::get_pending_migrations_read_only(connection).await?;
    let pending: Vec<String> = pending.iter().map(|step| step.name().to_owned()).collect();
    let all = Migrator::migrations().into_iter().map(|step| step.name().to_owned());
    let applied = all.filter(|name| !pending.contains(name)).collect();
    Ok(Status { applied, pending })
}

//! Bringing the schema up to date; safe when several processes do it at once.
//!
//! A node works with a schema that is ahead of it: a step only adds, and old nodes run on while a new version takes over.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use migrations::{STEPS, Step};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, TransactionTrait};

use super::connect::{self, DatabaseUrl};
use super::sqlite::{Access, Begun, Connection};
use crate::clock::{Clock, SystemClock};
use crate::fault::Fault;

/// The advisory lock that PostgreSQL serialises migrations by: "sekisho" as a number.
const LOCK: i64 = 0x0073_656b_6973_686f;
/// Which steps have been taken.
const HISTORY: &str =
    "CREATE TABLE IF NOT EXISTS seaql_migrations (version TEXT PRIMARY KEY, applied_at BIGINT NOT NULL)";

/// The steps of the schema's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Names of the steps that have been taken.
    pub applied: Vec<String>,
    /// Names of the steps that are still to be taken.
    pub pending: Vec<String>,
}

/// Takes every pending step, each in a transaction; answers the state after it.
pub async fn up(url: &DatabaseUrl) -> Result<Status, Fault> {
    match url {
        DatabaseUrl::Postgres(url) => {
            let connection = connect::single(url).await?;
            // The lock is the session's: it is released also by a crash.
            run(&connection, &format!("SELECT pg_advisory_lock({LOCK})")).await?;
            run(&connection, HISTORY).await?;
            for step in pending(&connection).await? {
                let transaction = connection.begin().await?;
                take(&transaction, step).await?;
                transaction.commit().await?;
            }
            let status = read(&connection).await?;
            connection.close().await?;
            Ok(status)
        }
        DatabaseUrl::Sqlite(path) => {
            // SQLite has no advisory lock; the lock on a file beside the database is released also by a crash. It is
            // held from before the first connection until after the last: opening a new file in WAL mode, and closing
            // it, want the file alone and do not wait for it.
            make_private(path)?;
            let lock = lock_file(path)?;
            let connection = Arc::new(Connection::open(path, Access::Write)?);
            run(connection.as_ref(), HISTORY).await?;
            for step in pending(connection.as_ref()).await? {
                let transaction = Begun::transaction(&connection)?;
                take(&*transaction, step).await?;
                transaction.commit()?;
            }
            let status = read(connection.as_ref()).await?;
            drop(connection);
            drop(lock);
            Ok(status)
        }
    }
}

/// Which steps have been taken; changes nothing.
pub async fn status(url: &DatabaseUrl) -> Result<Status, Fault> {
    match url {
        DatabaseUrl::Postgres(url) => {
            let connection = connect::single(url).await?;
            let status = read(&connection).await?;
            connection.close().await?;
            Ok(status)
        }
        // Looking must not make a file.
        DatabaseUrl::Sqlite(path) if !path.exists() => Ok(compared(Vec::new())),
        DatabaseUrl::Sqlite(path) => Ok(read(&Connection::open(path, Access::Read)?).await?),
    }
}

async fn read(db: &impl ConnectionTrait) -> Result<Status, DbErr> {
    let backend = db.get_database_backend();
    let known = match backend {
        DbBackend::Postgres => "SELECT 1 WHERE to_regclass('seaql_migrations') IS NOT NULL",
        _ => "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'",
    };
    if db.query_one_raw(Statement::from_string(backend, known)).await?.is_none() {
        return Ok(compared(Vec::new()));
    }
    let taken = Statement::from_string(backend, "SELECT version FROM seaql_migrations ORDER BY version");
    let rows = db.query_all_raw(taken).await?;
    Ok(compared(rows.iter().map(|row| row.try_get_by("version")).collect::<Result<_, _>>()?))
}

fn compared(applied: Vec<String>) -> Status {
    let pending = STEPS.iter().filter(|step| !applied.iter().any(|name| name == step.name));
    let pending = pending.map(|step| step.name.to_owned()).collect();
    Status { applied, pending }
}

async fn pending(db: &impl ConnectionTrait) -> Result<impl Iterator<Item = &'static Step>, DbErr> {
    let pending = read(db).await?.pending;
    Ok(STEPS.iter().filter(move |step| pending.iter().any(|name| name == step.name)))
}

async fn take(db: &impl ConnectionTrait, step: &Step) -> Result<(), DbErr> {
    let sql = if db.get_database_backend() == DbBackend::Postgres { step.postgres } else { step.sqlite };
    run(db, sql).await?;
    let at = SystemClock.now().millis();
    run(db, &format!("INSERT INTO seaql_migrations (version, applied_at) VALUES ('{}', {at})", step.name)).await
}

async fn run(db: &impl ConnectionTrait, sql: &str) -> Result<(), DbErr> {
    db.execute_unprepared(sql).await.map(drop)
}

/// Makes a new database file that its owner alone may read; SQLite gives the files beside it the same mode.
fn make_private(path: &Path) -> Result<(), Fault> {
    match File::options().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(Fault::Unavailable(format!("{}: {error}", path.display())))
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

fn lock_file(database: &Path) -> Result<File, Fault> {
    let path = database.with_extension("migrate.lock");
    let fault = |error: std::io::Error| Fault::Unavailable(format!("{}: {error}", path.display()));
    let file = File::create(&path).map_err(fault)?;
    file.lock().map_err(fault)?;
    Ok(file)
}

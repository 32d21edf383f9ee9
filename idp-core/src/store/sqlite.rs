//! SQLite, asked in place: a statement runs on the thread that asks for it, under the lock of its connection. sqlx hands
//! every statement to a thread of its own and waits for the answer, which costs more than most of our statements do.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{CachedStatement, OpenFlags};
use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, ExecResult, ProxyExecResult, ProxyRow, QueryResult, RuntimeErr, Statement,
};

use super::statement::{Given, Reading, Row};
use crate::fault::Fault;

mod begun;
mod readers;
mod value;

pub(crate) use begun::Begun;
pub(crate) use readers::{Lease, Readers};

/// The oldest SQLite accepted: earlier ones may corrupt a WAL that two connections reset at once.
const OLDEST: i32 = 3_051_003;
/// How often a connection looks whether another process has let go of the file, and for how long: five seconds. SQLite's
/// own way looks ever more rarely, and whoever writes one batch after another would always be first.
const LOOKS: i32 = 5_000;
const BETWEEN_LOOKS: Duration = Duration::from_millis(1);
/// Statements that a connection keeps prepared.
const PREPARED: usize = 256;

/// Pages that the log grows to before they are put where they belong, 64 MiB: a page that changed often meanwhile is put
/// there once.
const LOG: i64 = 16_000;
/// Pages that the writing connection keeps in memory, in KiB. It takes them when it needs them.
const CACHE: i64 = 16_384;

/// Whether a connection writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Write,
    Read,
}

/// One connection.
pub(crate) struct Connection(Mutex<rusqlite::Connection>);

impl Connection {
    /// Opens the file and asks SQLite for what it was told: a database that does not answer as asked is not used.
    pub(super) fn open(path: &Path, access: Access) -> Result<Self, Fault> {
        let version = rusqlite::version_number();
        if version < OLDEST {
            let version = rusqlite::version();
            return Err(Fault::Broken(format!("SQLite {version} is too old: 3.51.3 or later is needed")));
        }
        let inner = opened(path, access).map_err(|error| Fault::Unavailable(error.to_string()))?;
        let (journal, synchronous, foreign_keys) =
            settings(&inner).map_err(|error| Fault::Unavailable(error.to_string()))?;
        if journal != "wal" || synchronous != 2 || foreign_keys != 1 {
            return Err(Fault::Broken(format!(
                "SQLite did not take its settings (journal_mode={journal}, synchronous={synchronous}, \
                 foreign_keys={foreign_keys}): is the file on a network drive?"
            )));
        }
        Ok(Self(Mutex::new(inner)))
    }

    /// Runs a statement without parameters: one that begins or ends a transaction.
    pub(super) fn run(&self, sql: &str) -> Result<(), DbErr> {
        let ran = self.inner().prepare_cached(sql).and_then(|mut prepared| prepared.raw_execute());
        ran.map(drop).map_err(refused)
    }

    /// Whether no transaction is open.
    fn is_idle(&self) -> bool {
        self.inner().is_autocommit()
    }

    /// Closes the connection; the last one of a file leaves everything in it.
    pub(super) fn close(self) -> Result<(), DbErr> {
        let inner = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        inner.close().map_err(|(_, error)| refused(error))
    }

    fn inner(&self) -> MutexGuard<'_, rusqlite::Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first rows of an answer, `most` of them.
    pub(super) fn rows<T>(
        &self,
        sql: &str,
        given: &[Given<'_>],
        (most, reading): (usize, Reading<T>),
    ) -> Result<Vec<T>, Fault> {
        let inner = self.inner();
        let mut prepared = given_to(&inner, sql, given).map_err(refused)?;
        let (mut rows, mut read) = (prepared.raw_query(), Vec::new());
        while read.len() < most
            && let Some(row) = rows.next().map_err(refused)?
        {
            read.push(reading(&mut Row::of_sqlite(row))?);
        }
        Ok(read)
    }

    /// Changes rows; answers how many.
    pub(super) fn change(&self, sql: &str, given: &[Given<'_>]) -> Result<u64, Fault> {
        let inner = self.inner();
        let rows = given_to(&inner, sql, given).and_then(|mut prepared| prepared.raw_execute()).map_err(refused)?;
        Ok(rows as u64)
    }

    fn execute(&self, statement: &Statement) -> rusqlite::Result<ExecResult> {
        let inner = self.inner();
        let mut prepared = prepared(&inner, statement)?;
        let rows = prepared.raw_execute()?;
        Ok(ProxyExecResult::new(0, rows as u64).into())
    }

    fn query(&self, statement: &Statement, most: usize) -> rusqlite::Result<Vec<QueryResult>> {
        let inner = self.inner();
        let mut prepared = prepared(&inner, statement)?;
        let columns = value::columns(&prepared);
        let (mut rows, mut read) = (prepared.raw_query(), Vec::new());
        while read.len() < most
            && let Some(row) = rows.next()?
        {
            read.push(QueryResult::from(ProxyRow::new(value::values(&columns, row)?)));
        }
        Ok(read)
    }
}

fn opened(path: &Path, access: Access) -> rusqlite::Result<rusqlite::Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let inner = rusqlite::Connection::open_with_flags(path, flags)?;
    inner.busy_handler(Some(|looks| {
        std::thread::sleep(BETWEEN_LOOKS);
        looks < LOOKS
    }))?;
    // Without it SQLite looks at what is bound (to LIMIT, say) and prepares such a statement anew at every question.
    inner.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    inner.set_prepared_statement_cache_capacity(PREPARED);
    inner.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    inner.pragma_update(None, "synchronous", "full")?;
    inner.pragma_update(None, "foreign_keys", true)?;
    inner.pragma_update(None, "query_only", access == Access::Read)?;
    if access == Access::Write {
        inner.pragma_update(None, "wal_autocheckpoint", LOG)?;
        inner.pragma_update(None, "cache_size", -CACHE)?;
    }
    Ok(inner)
}

fn settings(inner: &rusqlite::Connection) -> rusqlite::Result<(String, i64, i64)> {
    let journal = inner.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    let synchronous = inner.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    let foreign_keys = inner.pragma_query_value(None, "foreign_keys", |row| row.get(0))?;
    Ok((journal, synchronous, foreign_keys))
}

fn prepared<'c>(inner: &'c rusqlite::Connection, statement: &Statement) -> rusqlite::Result<CachedStatement<'c>> {
    let mut prepared = inner.prepare_cached(&statement.sql)?;
    for (place, given) in statement.values.iter().flat_map(|values| &values.0).enumerate() {
        prepared.raw_bind_parameter(place + 1, value::parameter(given)?)?;
    }
    Ok(prepared)
}

fn given_to<'c>(
    inner: &'c rusqlite::Connection,
    sql: &str,
    given: &[Given<'_>],
) -> rusqlite::Result<CachedStatement<'c>> {
    let mut prepared = inner.prepare_cached(sql)?;
    if prepared.parameter_count() != given.len() {
        // What is not bound would be NULL.
        return Err(rusqlite::Error::InvalidParameterCount(given.len(), prepared.parameter_count()));
    }
    for (place, given) in given.iter().enumerate() {
        prepared.raw_bind_parameter(place + 1, given.as_sqlite())?;
    }
    Ok(prepared)
}

fn refused(error: rusqlite::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::Internal(error.to_string()))
}

#[async_trait]
impl ConnectionTrait for Connection {
    fn get_database_backend(&self) -> DbBackend {
        DbBackend::Sqlite
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.execute(&statement).map_err(refused)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.inner().execute_batch(sql).map_err(refused)?;
        Ok(ProxyExecResult::default().into())
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        Ok(self.query(&statement, 1).map_err(refused)?.pop())
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.query(&statement, usize::MAX).map_err(refused)
    }
}

//! Statements kept as text, for what is asked all the time. sea-query puts a statement together anew for every question,
//! and names every column of every answer: either takes longer than SQLite does to answer.
//!
//! One text serves both databases. Its parameters are `$1`, `$2` and so on in the order in which they first appear, which
//! is how SQLite numbers them.

use rusqlite::types::{ToSqlOutput, ValueRef};
use sea_orm::prelude::Uuid;
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, TryGetable, Value};

use super::Transaction;
use super::transaction::Open;
use crate::fault::Fault;

/// A statement. Wrongly numbered parameters do not compile.
pub(super) struct Sql {
    text: &'static str,
    locking: Locking,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Locking {
    /// It does not ask for locks.
    No,
    /// Nobody else changes the rows until the transaction ends. SQLite has one writer at a time, and needs no words for it.
    Rows,
}

impl Sql {
    pub(super) const fn of(text: &'static str) -> Self {
        assert!(is_numbered(text.as_bytes()), "parameters are numbered in the order of their first appearance");
        Self { text, locking: Locking::No }
    }

    /// The same for a change of the rows it finds.
    pub(super) const fn locking(text: &'static str) -> Self {
        Self { locking: Locking::Rows, ..Self::of(text) }
    }

    fn for_postgres(&self) -> String {
        match self.locking {
            Locking::No => self.text.to_owned(),
            Locking::Rows => format!("{} FOR UPDATE", self.text),
        }
    }
}

/// Whether every `$n` is one that came before, or the next one.
const fn is_numbered(text: &[u8]) -> bool {
    let (mut place, mut known) = (0, 0);
    while place < text.len() {
        if text[place] != b'$' {
            place += 1;
            continue;
        }
        let mut number = 0;
        place += 1;
        while place < text.len() && text[place].is_ascii_digit() {
            number = number * 10 + (text[place] - b'0') as usize;
            place += 1;
        }
        if number == 0 || number > known + 1 {
            return false;
        }
        if number > known {
            known = number;
        }
    }
    true
}

/// A value given with a statement; `None` is NULL.
#[derive(Debug, Clone, Copy)]
pub(super) enum Given<'a> {
    Uuid(Option<Uuid>),
    Text(Option<&'a str>),
    Integer(Option<i64>),
    Bytes(Option<&'a [u8]>),
}

impl Given<'_> {
    /// As SQLite takes it.
    pub(super) fn as_sqlite(&self) -> ToSqlOutput<'_> {
        let value = match self {
            Self::Uuid(id) => id.as_ref().map(|id| ValueRef::Blob(id.as_bytes())),
            Self::Text(text) => text.map(|text| ValueRef::Text(text.as_bytes())),
            Self::Integer(number) => number.map(ValueRef::Integer),
            Self::Bytes(bytes) => bytes.map(ValueRef::Blob),
        };
        ToSqlOutput::Borrowed(value.unwrap_or(ValueRef::Null))
    }

    fn to_postgres(self) -> Value {
        match self {
            Self::Uuid(id) => Value::Uuid(id),
            Self::Text(text) => Value::String(text.map(str::to_owned)),
            Self::Integer(number) => Value::BigInt(number),
            Self::Bytes(bytes) => Value::Bytes(bytes.map(<[u8]>::to_vec)),
        }
    }
}

/// What a value may be given as.
macro_rules! given {
    ($($kind:ident($of:ty)),+) => { $(
        impl<'a> From<$of> for Given<'a> {
            fn from(value: $of) -> Self {
                Self::$kind(Some(value))
            }
        }

        impl<'a> From<Option<$of>> for Given<'a> {
            fn from(value: Option<$of>) -> Self {
                Self::$kind(value)
            }
        }
    )+ };
}

given!(Uuid(Uuid), Text(&'a str), Integer(i64), Bytes(&'a [u8]));

/// A row of an answer, read from left to right.
pub(super) struct Row<'r> {
    source: Source<'r>,
    place: usize,
}

enum Source<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r QueryResult),
}

impl<'r> Row<'r> {
    pub(super) fn of_sqlite(row: &'r rusqlite::Row<'r>) -> Self {
        Self { source: Source::Sqlite(row), place: 0 }
    }

    fn of_postgres(row: &'r QueryResult) -> Self {
        Self { source: Source::Postgres(row), place: 0 }
    }

    /// The next column.
    pub(super) fn take<T: Stored>(&mut self) -> Result<T, Fault> {
        let place = self.place;
        self.place += 1;
        match self.source {
            Source::Sqlite(row) => {
                let value = row.get_ref(place).map_err(|error| Fault::Unavailable(error.to_string()))?;
                T::read(value).ok_or_else(|| Fault::Broken(format!("column {place} holds a value of another kind")))
            }
            Source::Postgres(row) => Ok(row.try_get_by_index(place)?),
        }
    }
}

/// What a column may hold.
pub(super) trait Stored: TryGetable {
    /// Out of SQLite, which keeps any value in any column: one of another kind is none.
    fn read(value: ValueRef<'_>) -> Option<Self>;
}

impl Stored for Uuid {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        value.as_blob().ok().and_then(|bytes| Self::from_slice(bytes).ok())
    }
}

impl Stored for String {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        value.as_str().ok().map(str::to_owned)
    }
}

impl Stored for i64 {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        value.as_i64().ok()
    }
}

impl Stored for Vec<u8> {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        value.as_blob().ok().map(<[u8]>::to_vec)
    }
}

impl<T: Stored> Stored for Option<T> {
    fn read(value: ValueRef<'_>) -> Option<Self> {
        match value {
            ValueRef::Null => Some(None),
            other => T::read(other).map(Some),
        }
    }
}

/// How a row is read.
pub(super) type Reading<T> = fn(&mut Row<'_>) -> Result<T, Fault>;

impl Transaction {
    /// The first row, if there is one.
    pub(super) async fn first<T>(
        &self,
        sql: &Sql,
        given: &[Given<'_>],
        reading: Reading<T>,
    ) -> Result<Option<T>, Fault> {
        match self.open().await? {
            Open::Sqlite(connection) => Ok(connection.rows(sql.text, given, (1, reading))?.pop()),
            Open::Postgres(transaction) => {
                let row = transaction.query_one_raw(statement(sql, given)).await?;
                row.map(|row| reading(&mut Row::of_postgres(&row))).transpose()
            }
        }
    }

    /// Every row.
    pub(super) async fn all<T>(&self, sql: &Sql, given: &[Given<'_>], reading: Reading<T>) -> Result<Vec<T>, Fault> {
        match self.open().await? {
            Open::Sqlite(connection) => connection.rows(sql.text, given, (usize::MAX, reading)),
            Open::Postgres(transaction) => {
                let rows = transaction.query_all_raw(statement(sql, given)).await?;
                rows.iter().map(|row| reading(&mut Row::of_postgres(row))).collect()
            }
        }
    }

    /// Changes rows; answers how many.
    pub(super) async fn change(&self, sql: &Sql, given: &[Given<'_>]) -> Result<u64, Fault> {
        match self.open().await? {
            Open::Sqlite(connection) => connection.change(sql.text, given),
            Open::Postgres(transaction) => Ok(transaction.execute_raw(statement(sql, given)).await?.rows_affected()),
        }
    }
}

fn statement(sql: &Sql, given: &[Given<'_>]) -> sea_orm::Statement {
    let values = given.iter().map(|given| given.to_postgres());
    sea_orm::Statement::from_sql_and_values(DbBackend::Postgres, sql.for_postgres(), values)
}

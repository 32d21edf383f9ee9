//! Values on their way to SQLite and back. SQLite knows four kinds of them; what a column was declared as says which of
//! ours a value is.

use std::collections::BTreeMap;

use rusqlite::types::{FromSqlError, ToSqlOutput, ValueRef};
use rusqlite::{Row, Statement};
use sea_orm::Value;
use sea_orm::prelude::Uuid;

/// What the schema declares. A column that is worked out has no declaration: it is what SQLite says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Uuid,
    Text,
    Integer,
    Bytes,
    Undeclared,
}

/// A column of an answer.
pub(super) struct Column {
    name: String,
    kind: Kind,
}

pub(super) fn columns(statement: &Statement<'_>) -> Vec<Column> {
    let column =
        |column: &rusqlite::Column<'_>| Column { name: column.name().to_owned(), kind: kind(column.decl_type()) };
    statement.columns().iter().map(column).collect()
}

fn kind(declared: Option<&str>) -> Kind {
    match declared {
        Some("UUID") => Kind::Uuid,
        Some("TEXT") => Kind::Text,
        Some("BIGINT") => Kind::Integer,
        Some("BYTEA") => Kind::Bytes,
        Some(_) | None => Kind::Undeclared,
    }
}

/// The values of a row, by the names of their columns.
pub(super) fn values(columns: &[Column], row: &Row<'_>) -> rusqlite::Result<BTreeMap<String, Value>> {
    let read = |(place, column): (usize, &Column)| {
        let value = read(column.kind, row.get_ref(place)?).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(place, rusqlite::types::Type::Blob, Box::new(error))
        })?;
        Ok((column.name.clone(), value))
    };
    columns.iter().enumerate().map(read).collect()
}

/// SQLite keeps a text in a column of numbers, too, if somebody puts one there. That is an error: sea-orm would take it for
/// nothing at all.
fn read(kind: Kind, value: ValueRef<'_>) -> Result<Value, FromSqlError> {
    Ok(match (kind, value) {
        (Kind::Uuid, ValueRef::Null) => Value::Uuid(None),
        (Kind::Text, ValueRef::Null) => Value::String(None),
        (Kind::Integer | Kind::Undeclared, ValueRef::Null) => Value::BigInt(None),
        (Kind::Bytes, ValueRef::Null) => Value::Bytes(None),
        (Kind::Integer | Kind::Undeclared, ValueRef::Integer(number)) => Value::BigInt(Some(number)),
        (Kind::Text | Kind::Undeclared, ValueRef::Text(_)) => Value::String(Some(value.as_str()?.to_owned())),
        (Kind::Bytes | Kind::Undeclared, ValueRef::Blob(bytes)) => Value::Bytes(Some(bytes.to_vec())),
        (Kind::Undeclared, ValueRef::Real(number)) => Value::Double(Some(number)),
        (Kind::Uuid, ValueRef::Blob(bytes)) => {
            let uuid = Uuid::from_slice(bytes).map_err(|error| FromSqlError::Other(Box::new(error)))?;
            Value::Uuid(Some(uuid))
        }
        (Kind::Uuid | Kind::Text | Kind::Integer | Kind::Bytes, _) => return Err(FromSqlError::InvalidType),
    })
}

/// A value as SQLite takes it.
pub(super) fn parameter(value: &Value) -> rusqlite::Result<ToSqlOutput<'_>> {
    let integer = |number: Option<i64>| match number {
        Some(number) => ToSqlOutput::Borrowed(ValueRef::Integer(number)),
        None => NULL,
    };
    Ok(match value {
        Value::Bool(flag) => integer(flag.map(i64::from)),
        Value::Int(number) => integer(number.map(i64::from)),
        Value::BigInt(number) => integer(*number),
        // LIMIT comes unsigned.
        Value::BigUnsigned(number) => integer(number.map(|number| i64::try_from(number).unwrap_or(i64::MAX))),
        Value::Double(number) => number.map_or(NULL, |number| ToSqlOutput::Borrowed(ValueRef::Real(number))),
        Value::String(text) => borrowed(text.as_ref().map(|text| ValueRef::Text(text.as_bytes()))),
        Value::Bytes(bytes) => borrowed(bytes.as_ref().map(|bytes| ValueRef::Blob(bytes))),
        Value::Uuid(uuid) => borrowed(uuid.as_ref().map(|uuid| ValueRef::Blob(uuid.as_bytes()))),
        other => {
            let error = format!("SQLite is never given {other:?}");
            return Err(rusqlite::Error::ToSqlConversionFailure(error.into()));
        }
    })
}

const NULL: ToSqlOutput<'static> = ToSqlOutput::Borrowed(ValueRef::Null);

fn borrowed(value: Option<ValueRef<'_>>) -> ToSqlOutput<'_> {
    value.map_or(NULL, ToSqlOutput::Borrowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let id = Uuid::from_u128(7);
        let given: Vec<(&str, Value)> = vec![
            ("a", Value::Uuid(Some(id))),
            ("b", Value::String(Some("二".into()))),
            ("c", Value::BigInt(Some(-3))),
            ("d", Value::Bytes(Some(vec![0; 16]))),
            ("e", Value::Uuid(None)),
            ("f", Value::String(None)),
            ("g", Value::BigInt(None)),
            ("h", Value::Bytes(None)),
        ];
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection
            .execute_batch("CREATE TABLE t (a UUID, b TEXT, c BIGINT, d BYTEA, e UUID, f TEXT, g BIGINT, h BYTEA)")
            .unwrap();
        let mut insert = connection.prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?)").unwrap();
        for (place, (_, value)) in given.iter().enumerate() {
            insert.raw_bind_parameter(place + 1, parameter(value).unwrap()).unwrap();
        }
        insert.raw_execute().unwrap();

        let mut select = connection.prepare("SELECT * FROM t").unwrap();
        let columns = columns(&select);
        let mut rows = select.raw_query();
        let read = values(&columns, rows.next().unwrap().unwrap()).unwrap();
        assert_eq!(read, given.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
    }

    #[test]
    fn what_is_worked_out_is_what_sqlite_says() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        let mut select = connection.prepare("SELECT COUNT(*) AS n, 'x' AS t, MAX(1, NULL) AS none").unwrap();
        let columns = columns(&select);
        let mut rows = select.raw_query();
        let read = values(&columns, rows.next().unwrap().unwrap()).unwrap();
        assert_eq!(read["n"], Value::BigInt(Some(1)));
        assert_eq!(read["t"], Value::String(Some("x".into())));
        assert_eq!(read["none"], Value::BigInt(None));
    }

    #[test]
    fn what_is_not_as_declared_is_an_error() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (c BIGINT); INSERT INTO t VALUES ('2026-11-26')").unwrap();
        let mut select = connection.prepare("SELECT c FROM t").unwrap();
        let columns = columns(&select);
        let mut rows = select.raw_query();
        assert!(values(&columns, rows.next().unwrap().unwrap()).is_err());
    }

    #[test]
    fn a_value_of_another_kind_is_refused() {
        assert!(parameter(&Value::Char(Some('x'))).is_err());
    }
}

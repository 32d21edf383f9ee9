//! Many rows by one statement, for whoever works on a society as a whole.
//!
//! SQLite is handed a list of rows. PostgreSQL is handed one array for each column: a list would be thousands of
//! parameters, each an expression to be planned. An array is bound as its text (PostgreSQL, "Array Value Input"), since
//! sea-query binds none that holds NULL.

use std::fmt::Write as _;

use sea_orm::prelude::Uuid;
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, DbBackend, EntityName, EntityTrait, IdenStatic,
    IntoActiveModel, Iterable, QueryFilter, Statement, Value,
};

use crate::ctx::Ctx;
use crate::fault::Fault;

/// Rows of one statement.
const ROWS: usize = 500;

/// For the rest of this transaction rows are found by an index, whatever PostgreSQL thinks of the tables' sizes. A
/// statement is planned once, and a table that was empty then may hold a million rows before its statistics say so: each
/// batch would read it whole.
pub(crate) async fn by_index(ctx: &Ctx) -> Result<(), Fault> {
    if ctx.db.get_database_backend() == DbBackend::Postgres {
        ctx.db.execute_unprepared("SET LOCAL enable_seqscan = off").await?;
    }
    Ok(())
}

/// Has PostgreSQL look at the tables of members after many came, or for a minute it would plan as if there were none: each
/// page of letters would be sorted out of all of them.
pub(crate) async fn many_came(ctx: &Ctx) -> Result<(), Fault> {
    if ctx.db.get_database_backend() == DbBackend::Postgres {
        ctx.db.execute_unprepared("ANALYZE members, letters, audit_events").await?;
    }
    Ok(())
}

/// Writes rows that are not there.
pub(super) async fn insert<A>(db: &impl ConnectionTrait, rows: Vec<A>) -> Result<(), Fault>
where
    A: ActiveModelTrait,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    let mut rows = rows.into_iter();
    loop {
        let chunk: Vec<A> = rows.by_ref().take(ROWS).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        match db.get_database_backend() {
            DbBackend::Postgres => {
                db.execute_raw(insert_of_arrays(chunk)?).await?;
            }
            _ => {
                A::Entity::insert_many(chunk).exec_without_returning(db).await?;
            }
        }
    }
}

fn insert_of_arrays<A: ActiveModelTrait>(mut rows: Vec<A>) -> Result<Statement, Fault> {
    let (mut names, mut arrays, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for column in <A::Entity as EntityTrait>::Column::iter() {
        let array = Array::of(rows.iter_mut().map(|row| match row.take(column) {
            ActiveValue::Set(value) | ActiveValue::Unchanged(value) => Some(value),
            ActiveValue::NotSet => None,
        }))?;
        names.push(format!(r#""{}""#, column.as_str()));
        arrays.push(array.parameter(names.len()));
        values.push(array.text.into());
    }
    let table = A::Entity::default().table_name();
    let (names, arrays) = (names.join(", "), arrays.join(", "));
    let sql = format!(r#"INSERT INTO "{table}" ({names}) SELECT * FROM UNNEST({arrays})"#);
    Ok(Statement::from_sql_and_values(DbBackend::Postgres, sql, values))
}

/// Rows whose `column` is one of these values, where no two rows share one; with a realm, no two of the realm.
pub(super) async fn find<E: EntityTrait>(
    db: &impl ConnectionTrait,
    (column, realm): (E::Column, Option<(E::Column, Uuid)>),
    wanted: Vec<Value>,
) -> Result<Vec<E::Model>, Fault> {
    let mut found = Vec::with_capacity(wanted.len());
    for chunk in wanted.chunks(ROWS) {
        let select = match db.get_database_backend() {
            DbBackend::Postgres => E::find().from_raw_sql(each_by_index::<E>((column, realm), chunk)?).all(db).await?,
            _ => {
                let mut select = E::find().filter(column.is_in(chunk.iter().cloned()));
                if let Some((realm_column, realm)) = realm {
                    select = select.filter(realm_column.eq(realm));
                }
                select.all(db).await?
            }
        };
        found.extend(select);
    }
    Ok(found)
}

/// The limit keeps the inner question a question of its own, so that there is no other plan than to ask it for each.
fn each_by_index<E: EntityTrait>(
    (column, realm): (E::Column, Option<(E::Column, Uuid)>),
    wanted: &[Value],
) -> Result<Statement, Fault> {
    let array = Array::of(wanted.iter().cloned().map(Some))?;
    let (table, column, parameter) = (E::default().table_name(), column.as_str(), array.parameter(1));
    let mut values: Vec<Value> = vec![array.text.into()];
    let of_realm = realm.map_or_else(String::new, |(realm_column, realm)| {
        values.push(realm.into());
        format!(r#" AND "{}" = $2"#, realm_column.as_str())
    });
    let sql = format!(
        r#"SELECT found.* FROM UNNEST({parameter}) AS asked (wanted) CROSS JOIN LATERAL
        (SELECT * FROM "{table}" WHERE "{column}" = asked.wanted{of_realm} LIMIT 1) AS found"#
    );
    Ok(Statement::from_sql_and_values(DbBackend::Postgres, sql, values))
}

/// Values of one column, as PostgreSQL reads an array.
struct Array {
    text: String,
    of: &'static str,
}

impl Array {
    fn of(values: impl Iterator<Item = Option<Value>>) -> Result<Self, Fault> {
        let mut array = Self { text: "{".to_owned(), of: "text" };
        for value in values {
            if array.text.len() > 1 {
                array.text.push(',');
            }
            array.push(value)?;
        }
        array.text.push('}');
        Ok(array)
    }

    fn push(&mut self, value: Option<Value>) -> Result<(), Fault> {
        let unknown = || Fault::Broken("a row holds a value that the schema does not know".into());
        let (of, text) = match value.ok_or_else(unknown)? {
            Value::String(text) => ("text", text.map(|text| quoted(&text))),
            Value::BigInt(number) => ("bigint", number.map(|number| number.to_string())),
            Value::Uuid(id) => ("uuid", id.map(|id| id.to_string())),
            Value::Bytes(bytes) => ("bytea", bytes.map(|bytes| hexadecimal(&bytes))),
            _ => return Err(unknown()),
        };
        self.of = of;
        self.text.push_str(text.as_deref().unwrap_or("NULL"));
        Ok(())
    }

    fn parameter(&self, number: usize) -> String {
        format!("CAST(CAST(${number} AS text) AS {}[])", self.of)
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2 + 5);
    text.push_str(r#""\\x"#);
    for byte in bytes {
        // Writing into a text does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(values: Vec<Value>) -> (String, &'static str) {
        let array = Array::of(values.into_iter().map(Some)).unwrap();
        (array.text, array.of)
    }

    #[test]
    fn no_text_can_leave_its_place_in_the_array() {
        let texts = [r#"a"b"#, r"c\d", "e,f", "{g}", "NULL", "", " h "];
        let (text, of) = array(texts.map(Value::from).into_iter().chain([Value::String(None)]).collect());
        assert_eq!(of, "text");
        assert_eq!(text, r#"{"a\"b","c\\d","e,f","{g}","NULL",""," h ",NULL}"#);
    }

    #[test]
    fn each_kind_of_column_has_its_kind_of_array() {
        assert_eq!(array(vec![7_i64.into(), Value::BigInt(None)]), ("{7,NULL}".to_owned(), "bigint"));
        assert_eq!(array(vec![vec![0_u8, 255].into()]), (r#"{"\\x00ff"}"#.to_owned(), "bytea"));
        assert_eq!(array(vec![Uuid::nil().into()]), (format!("{{{}}}", Uuid::nil()), "uuid"));
        assert!(Array::of([Some(Value::Bool(None))].into_iter()).is_err());
        assert!(Array::of([None].into_iter()).is_err());
    }
}

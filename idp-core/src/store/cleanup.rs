//! Deletes what time has ended. Every short-lived table stands here with the column that says when a row is over.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::clock::{days, minutes};
use crate::ctx::Ctx;
use crate::fault::Fault;

/// Rows of one table that one operation deletes at most, so that others need not wait for it.
const BATCH: u64 = 500;
/// How long rows stay past their end: a late answer is told that it is late, counts within an hour stay whole, and a
/// clock that jumped does no harm.
const GRACE: Duration = days(1);
/// How long a challenge stays: nothing asks for it once it is over, and every visit of the sign-in page makes one.
const CHALLENGE: Duration = minutes(5);
/// How long the record of a mail stays: what the server answered is for the operator.
const MAIL_RECORD: Duration = days(30);

/// Table, column that says when a row is over, how long it stays after that.
const TABLES: [(&str, &str, Duration); 22] = [
    ("pushed_requests", "kept_until", GRACE),
    ("opaque_tokens", "expires_at", GRACE),
    ("revoked_tokens", "expires_at", GRACE),
    ("used_identifiers", "expires_at", GRACE),
    ("device_requests", "expires_at", GRACE),
    ("ciba_requests", "expires_at", GRACE),
    ("ciba_pings", "expires_at", GRACE),
    ("grants", "expires_at", GRACE),
    ("ceremonies", "expires_at", GRACE),
    ("passkey_ceremonies", "expires_at", CHALLENGE),
    ("passkey_offers", "expires_at", GRACE),
    ("interactions", "expires_at", GRACE),
    ("sessions", "expires_at", GRACE),
    ("known_browsers", "expires_at", GRACE),
    ("remembered_browsers", "expires_at", GRACE),
    ("throttles", "expires_at", GRACE),
    ("recovery_code_offers", "expires_at", GRACE),
    ("rescues", "expires_at", GRACE),
    ("handovers", "expires_at", GRACE),
    ("outbox", "expires_at", MAIL_RECORD),
    ("logout_notices", "expires_at", MAIL_RECORD),
    ("registration_tokens", "expires_at", GRACE),
];

/// What one pass did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cleaned {
    /// Rows deleted, in all tables.
    pub rows: u64,
    /// Whether a table may hold more.
    pub rest: Rest,
}

/// Whether another pass is worth it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// Nothing is left.
    Nothing,
    /// A table was not finished.
    Perhaps,
}

/// Deletes a batch of ended rows from every short-lived table, in all realms.
pub async fn delete_ended(ctx: &Ctx) -> Result<Cleaned, Fault> {
    let backend = ctx.db.get_database_backend();
    let (row, mark) = match backend {
        DbBackend::Postgres => ("ctid", "$1"),
        DbBackend::Sqlite => ("rowid", "?"),
        other => return Err(Fault::Broken(format!("{other:?} is no database of ours"))),
    };
    let mut cleaned = Cleaned { rows: 0, rest: Rest::Nothing };
    for (table, column, kept) in TABLES {
        // Neither database has DELETE … LIMIT; both name a row by something physical that a subquery can limit.
        let sql = format!(
            "DELETE FROM {table} WHERE {row} IN (SELECT {row} FROM {table} WHERE {column} < {mark} LIMIT {BATCH})"
        );
        let before = (ctx.now - kept).millis();
        let deleted =
            ctx.db.execute_raw(Statement::from_sql_and_values(backend, sql, [before.into()])).await?.rows_affected();
        cleaned.rows += deleted;
        if deleted >= BATCH {
            cleaned.rest = Rest::Perhaps;
        }
    }
    Ok(cleaned)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every migration that makes tables.
    const SCHEMA: &str = concat!(
        include_str!("../../../migrations/src/sql/000001_foundation.sql"),
        include_str!("../../../migrations/src/sql/000002_passkeys.sql"),
        include_str!("../../../migrations/src/sql/000003_account.sql"),
        include_str!("../../../migrations/src/sql/000004_recovery.sql"),
        include_str!("../../../migrations/src/sql/000007_registry.sql"),
        include_str!("../../../migrations/src/sql/000006_tokens.sql"),
        include_str!("../../../migrations/src/sql/000005_consents.sql"),
        include_str!("../../../migrations/src/sql/000010_handovers.sql"),
        include_str!("../../../migrations/src/sql/000011_ciba.sql"),
        include_str!("../../../migrations/src/sql/000016_by_grant.sql"),
    );

    #[test]
    fn every_table_whose_rows_end_is_cleaned() {
        // A letter stays as the record of what was printed and how it ended; a code ends with its grant.
        const KEPT: [&str; 2] = ["letters", "authorization_codes"];
        for table in SCHEMA.split("CREATE TABLE ").skip(1) {
            let name = table.split_whitespace().next().unwrap();
            if SCHEMA.contains(&format!("DROP TABLE {name};")) {
                continue;
            }
            let body = table.split(");").next().unwrap();
            let ends = body.contains("expires_at BIGINT") || body.contains("kept_until BIGINT");
            let cleaned = TABLES.iter().any(|(cleaned, _, _)| *cleaned == name);
            assert_eq!(ends && !KEPT.contains(&name), cleaned, "{name}");
        }
        for (table, column, _) in TABLES {
            let body = SCHEMA.split(&format!("CREATE TABLE {table} ")).nth(1).unwrap();
            assert!(body.split(");").next().unwrap().contains(&format!("{column} BIGINT")), "{table}.{column}");
        }
        for table in ["authorization_codes", "refresh_families"] {
            let body = SCHEMA.split(&format!("CREATE TABLE {table} ")).nth(1).unwrap();
            assert!(body.split(");").next().unwrap().contains("REFERENCES grants (id) ON DELETE CASCADE"), "{table}");
        }
    }
}

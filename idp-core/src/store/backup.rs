//! Copying a SQLite database while it is used, and voiding what a database that comes back from a copy must not revive.

use std::path::Path;

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::sqlite::{Access, Connection};
use crate::ctx::Ctx;
use crate::fault::Fault;

/// Each table that is voided, and how. Milliseconds stand where `?` does.
///
/// Whatever is short-lived or used once may have been used, ended or revoked after the copy was made, and nobody can
/// tell any more; so all of it ends.
pub(crate) const VOIDED: &[(&str, &str)] = &[
    ("sessions", "UPDATE sessions SET ended_at = ? WHERE ended_at IS NULL"),
    ("grants", "UPDATE grants SET revoked_at = ? WHERE revoked_at IS NULL"),
    ("opaque_tokens", "UPDATE opaque_tokens SET revoked_at = ? WHERE revoked_at IS NULL"),
    ("refresh_families", "DELETE FROM refresh_families WHERE issued_at <= ?"),
    ("device_requests", "DELETE FROM device_requests WHERE expires_at <= ?"),
    ("ciba_requests", "DELETE FROM ciba_requests WHERE expires_at <= ?"),
    ("ciba_pings", "DELETE FROM ciba_pings WHERE expires_at <= ?"),
    ("registration_tokens", "DELETE FROM registration_tokens WHERE created_at <= ?"),
    ("passkey_ceremonies", "DELETE FROM passkey_ceremonies WHERE created_at <= ?"),
    // One may have been used since, and nobody can tell which.
    ("recovery_codes", "DELETE FROM recovery_codes WHERE created_at <= ?"),
    ("recovery_code_offers", "DELETE FROM recovery_code_offers WHERE created_at <= ?"),
    ("rescues", "DELETE FROM rescues WHERE created_at <= ?"),
    ("handovers", "DELETE FROM handovers WHERE created_at <= ?"),
    ("remembered_browsers", "DELETE FROM remembered_browsers WHERE seen_at <= ?"),
    ("authorization_codes", "UPDATE authorization_codes SET used_at = ? WHERE used_at IS NULL"),
    ("interactions", "DELETE FROM interactions WHERE created_at <= ?"),
    ("ceremonies", "DELETE FROM ceremonies WHERE created_at <= ?"),
    // A consent may have been taken back: it is asked for again.
    ("consents", "DELETE FROM consents WHERE granted_at <= ?"),
    ("pushed_requests", "DELETE FROM pushed_requests WHERE created_at <= ?"),
    ("known_browsers", "DELETE FROM known_browsers WHERE seen_at <= ?"),
    ("letters", "UPDATE letters SET state = 'void', end_reason = 'operator', ended_at = ? WHERE ended_at IS NULL"),
    ("outbox", "UPDATE outbox SET state = 'expired', settled_at = ? WHERE settled_at IS NULL"),
];

/// What was voided: table and rows.
pub type Voided = Vec<(&'static str, u64)>;

/// Copies a SQLite database, whole and consistent, while others read and write it. `to` must not exist, or be empty.
pub async fn copy(file: &Path, to: &Path) -> Result<(), Fault> {
    let connection = Connection::open(file, Access::Write)?;
    let path = to.to_string_lossy().into_owned();
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [path.into()]);
    connection.execute_raw(statement).await?;
    Ok(connection.close()?)
}

/// What SQLite finds wrong with the pages of a file; nothing where all is well.
pub async fn damage(file: &Path) -> Result<Option<String>, Fault> {
    let connection = Connection::open(file, Access::Write)?;
    let row = connection.query_one_raw(Statement::from_string(DbBackend::Sqlite, "PRAGMA integrity_check")).await?;
    let row = row.ok_or_else(|| Fault::Broken("SQLite did not answer".into()))?;
    let answer: String = row.try_get_by_index(0)?;
    connection.close()?;
    Ok((answer != "ok").then_some(answer))
}

/// Ends whatever must not be revived, in all realms.
pub(crate) async fn void(ctx: &Ctx) -> Result<Voided, Fault> {
    let backend = ctx.db.get_database_backend();
    let mut voided = Voided::new();
    for (table, sql) in VOIDED {
        let sql = if backend == DbBackend::Postgres { sql.replace('?', "$1") } else { (*sql).to_owned() };
        // A row may bear the time of a clock that was ahead: what is deleted is deleted whatever its time.
        let at = if sql.starts_with("DELETE") { i64::MAX } else { ctx.now.millis() };
        let statement = Statement::from_sql_and_values(backend, sql, [at.into()]);
        voided.push((table, ctx.db.execute_raw(statement).await?.rows_affected()));
    }
    Ok(voided)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What stays as the copy has it: facts, credentials, records and counts.
    const KEPT: &[&str] = &[
        "realms",
        "terms",
        "members",
        "terms_acceptances",
        "passwords",
        "totp_credentials",
        "passkey_handles",
        "passkey_credentials",
        "passkey_offers",
        "recovery_code_refusals",
        // Their letters are void.
        "letter_batches",
        "mail_code_credentials",
        "throttles",
        "clients",
        "signing_keys",
        "encryption_keys",
        // What was taken back or used stays so.
        "revoked_tokens",
        "used_identifiers",
        // Whom to tell of a session's end; telling late does no harm.
        "session_clients",
        "pairwise_subjects",
        "logout_notices",
        "audit_heads",
        "audit_events",
        "audit_bases",
        "tombstones",
        "installation",
    ];

    #[test]
    fn every_table_is_either_kept_by_a_restore_or_voided() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations/src/sql");
        let files =
            std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
        let schema: String = files.collect();
        let named = |start: &'static str| {
            let rests = schema.split(start).skip(1);
            rests.map(|rest| rest.split([' ', ';', '\n']).next().unwrap()).collect::<Vec<_>>()
        };
        let (made, dropped) = (named("CREATE TABLE "), named("DROP TABLE "));
        let times = |names: &[&str], table: &&str| names.iter().filter(|name| *name == table).count();
        // One that was dropped may have been made anew.
        let tables: BTreeSet<&str> =
            made.iter().copied().filter(|table| times(&made, table) > times(&dropped, table)).collect();
        for table in &tables {
            let is_voided = VOIDED.iter().any(|(voided, _)| voided == table);
            assert!(is_voided != KEPT.contains(table), "{table}: is it revived by a restore, or voided?");
        }
        assert!(VOIDED.iter().all(|(voided, _)| tables.contains(voided)), "a table that is gone is voided");
    }
}

//! One import of a realm at a time, over all nodes. The lock ends with the process, also when that is killed.

use std::fs::{File, TryLockError};

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, Statement, TransactionTrait};

use super::connect::{self, DatabaseUrl};
use crate::fault::Fault;
use crate::id::RealmId;

/// Sets imports apart from whatever else takes an advisory lock: "imprt".
const KIND: i32 = 0x696d_7074;

/// Held while an import runs.
pub struct ImportLock {
    held: Held,
}

impl ImportLock {
    /// Lets the next import begin at once. A lock that is dropped goes as well, on PostgreSQL when the server notices.
    pub async fn release(self) -> Result<(), Fault> {
        match self.held {
            Held::File { file } => {
                drop(file);
                Ok(())
            }
            Held::Transaction { transaction, .. } => Ok(transaction.rollback().await?),
        }
    }
}

enum Held {
    /// A lock on a file beside the database.
    File { file: File },
    /// An advisory lock of a transaction that does nothing else.
    Transaction { transaction: DatabaseTransaction, _connection: DatabaseConnection },
}

/// Takes the lock; `None` where another import of the realm holds it.
pub async fn take(url: &DatabaseUrl, realm: RealmId) -> Result<Option<ImportLock>, Fault> {
    match url {
        DatabaseUrl::Sqlite(path) => {
            let path = path.with_extension(format!("import-{}.lock", realm.uuid().simple()));
            let fault = |error: std::io::Error| Fault::Unavailable(format!("{}: {error}", path.display()));
            let file = File::create(&path).map_err(fault)?;
            match file.try_lock() {
                Ok(()) => Ok(Some(ImportLock { held: Held::File { file } })),
                Err(TryLockError::WouldBlock) => Ok(None),
                Err(TryLockError::Error(error)) => Err(fault(error)),
            }
        }
        DatabaseUrl::Postgres(url) => {
            let connection = connect::single(url).await?;
            let transaction = connection.begin().await?;
            let [.., a, b, c, d] = *realm.uuid().as_bytes();
            let key = i32::from_be_bytes([a, b, c, d]);
            let ask = format!("SELECT pg_try_advisory_xact_lock({KIND}, {key})");
            let row = transaction.query_one_raw(Statement::from_string(DbBackend::Postgres, ask)).await?;
            let row = row.ok_or_else(|| Fault::Broken("PostgreSQL did not answer".to_owned()))?;
            let is_mine: bool = row.try_get_by_index(0)?;
            let held = Held::Transaction { transaction, _connection: connection };
            Ok(is_mine.then_some(ImportLock { held }))
        }
    }
}

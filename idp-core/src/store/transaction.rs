//! The transaction of one operation. One that only reads begins with its first question: what is answered from memory
//! asks the database nothing at all.

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    TransactionTrait,
};
use tokio::sync::OnceCell;

use super::sqlite::{Begun, Lease, Readers};

/// A transaction that has begun, or will.
pub(crate) enum Transaction {
    /// Reads from SQLite.
    SqliteReads {
        /// Where a connection comes from.
        readers: Readers,
        /// The connection, once something was asked.
        begun: OnceCell<Lease>,
    },
    /// Writes to SQLite, in a savepoint.
    SqliteWrites(Begun),
    /// Reads from PostgreSQL.
    PostgresReads {
        /// Where a connection comes from.
        pool: DatabaseConnection,
        /// The transaction, once something was asked.
        begun: OnceCell<DatabaseTransaction>,
    },
    /// Writes to PostgreSQL.
    PostgresWrites(DatabaseTransaction),
}

/// Where a statement goes.
pub(super) enum Open<'t> {
    Sqlite(&'t super::sqlite::Connection),
    Postgres(&'t DatabaseTransaction),
}

impl Transaction {
    pub(super) fn of_readers(readers: &Readers) -> Self {
        Self::SqliteReads { readers: readers.clone(), begun: OnceCell::new() }
    }

    pub(super) fn of_pool(pool: &DatabaseConnection) -> Self {
        Self::PostgresReads { pool: pool.clone(), begun: OnceCell::new() }
    }

    pub(super) async fn open(&self) -> Result<Open<'_>, DbErr> {
        Ok(match self {
            Self::SqliteReads { readers, begun } => Open::Sqlite(begun.get_or_try_init(|| readers.begin()).await?),
            Self::SqliteWrites(begun) => Open::Sqlite(begun),
            Self::PostgresReads { pool, begun } => Open::Postgres(begun.get_or_try_init(|| pool.begin()).await?),
            Self::PostgresWrites(begun) => Open::Postgres(begun),
        })
    }

    pub(super) async fn commit(self) -> Result<(), DbErr> {
        match self {
            Self::SqliteWrites(begun) => begun.commit(),
            Self::PostgresWrites(begun) => begun.commit().await,
            reads @ (Self::SqliteReads { .. } | Self::PostgresReads { .. }) => reads.rollback().await,
        }
    }

    pub(super) async fn rollback(self) -> Result<(), DbErr> {
        match self {
            // They are rolled back when they are dropped.
            Self::SqliteReads { .. } | Self::SqliteWrites(_) => Ok(()),
            Self::PostgresReads { begun, .. } => match begun.into_inner() {
                Some(begun) => begun.rollback().await,
                None => Ok(()),
            },
            Self::PostgresWrites(begun) => begun.rollback().await,
        }
    }
}

#[async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        match self {
            Self::SqliteReads { .. } | Self::SqliteWrites(_) => DbBackend::Sqlite,
            Self::PostgresReads { .. } | Self::PostgresWrites(_) => DbBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self.open().await? {
            Open::Sqlite(connection) => connection.execute_raw(statement).await,
            Open::Postgres(transaction) => transaction.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match self.open().await? {
            Open::Sqlite(connection) => connection.execute_unprepared(sql).await,
            Open::Postgres(transaction) => transaction.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self.open().await? {
            Open::Sqlite(connection) => connection.query_one_raw(statement).await,
            Open::Postgres(transaction) => transaction.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self.open().await? {
            Open::Sqlite(connection) => connection.query_all_raw(statement).await,
            Open::Postgres(transaction) => transaction.query_all_raw(statement).await,
        }
    }
}

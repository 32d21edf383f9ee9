//! The transaction of one operation. One that only reads begins with its first question: what is answered from memory
//! asks the database nothing at all.

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    TransactionTrait,
};
use tokio::sync::OnceCell;

/// A transaction that has begun, or will.
pub(crate) struct Transaction {
    begun: OnceCell<DatabaseTransaction>,
    pool: Option<DatabaseConnection>,
    backend: DbBackend,
}

impl Transaction {
    /// Begins when it is first asked.
    pub(super) fn on_demand(pool: &DatabaseConnection) -> Self {
        Self { begun: OnceCell::new(), pool: Some(pool.clone()), backend: pool.get_database_backend() }
    }

    async fn begun(&self) -> Result<&DatabaseTransaction, DbErr> {
        let begin = async || match &self.pool {
            Some(pool) => pool.begin().await,
            None => Err(DbErr::Custom("the transaction has no connection".into())),
        };
        self.begun.get_or_try_init(begin).await
    }

    pub(super) async fn commit(self) -> Result<(), DbErr> {
        match self.begun.into_inner() {
            Some(transaction) => transaction.commit().await,
            None => Ok(()),
        }
    }

    pub(super) async fn rollback(self) -> Result<(), DbErr> {
        match self.begun.into_inner() {
            Some(transaction) => transaction.rollback().await,
            None => Ok(()),
        }
    }
}

impl From<DatabaseTransaction> for Transaction {
    fn from(transaction: DatabaseTransaction) -> Self {
        let backend = transaction.get_database_backend();
        Self { begun: OnceCell::new_with(Some(transaction)), pool: None, backend }
    }
}

#[async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        self.backend
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.begun().await?.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.begun().await?.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.begun().await?.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.begun().await?.query_all_raw(statement).await
    }
}

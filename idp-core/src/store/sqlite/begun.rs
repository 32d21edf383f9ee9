//! Transactions of the writing connection, and savepoints within them.

use std::ops::Deref;
use std::sync::Arc;

use sea_orm::DbErr;

use super::Connection;

/// A transaction, or a savepoint within one. One that is dropped is rolled back.
pub(crate) struct Begun {
    connection: Arc<Connection>,
    depth: Depth,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    Transaction,
    Savepoint,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Committed,
}

impl Begun {
    /// Begins a transaction that may write at once.
    pub(crate) fn transaction(connection: &Arc<Connection>) -> Result<Self, DbErr> {
        connection.run("BEGIN IMMEDIATE")?;
        Ok(Self { connection: Arc::clone(connection), depth: Depth::Transaction, state: State::Open })
    }

    /// An error where SQLite has ended the transaction by itself, as it does where, say, the disk is full: whatever came
    /// after that would be committed alone.
    pub(crate) fn ensure_open(&self) -> Result<(), DbErr> {
        match self.connection.is_idle() {
            true => Err(DbErr::Custom("SQLite has rolled the transaction back".into())),
            false => Ok(()),
        }
    }

    /// Begins a savepoint.
    pub(crate) fn savepoint(&self) -> Result<Self, DbErr> {
        self.ensure_open()?;
        self.connection.run("SAVEPOINT operation")?;
        Ok(Self { connection: Arc::clone(&self.connection), depth: Depth::Savepoint, state: State::Open })
    }

    /// Makes it so.
    pub(crate) fn commit(mut self) -> Result<(), DbErr> {
        self.connection.run(match self.depth {
            Depth::Transaction => "COMMIT",
            Depth::Savepoint => "RELEASE operation",
        })?;
        self.state = State::Committed;
        Ok(())
    }
}

impl Deref for Begun {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        if self.state == State::Committed {
            return;
        }
        let undo: &[&str] = match self.depth {
            Depth::Transaction => &["ROLLBACK"],
            Depth::Savepoint => &["ROLLBACK TO operation", "RELEASE operation"],
        };
        for sql in undo {
            // Where SQLite rolled back by itself there is nothing left to undo, and the commit around it fails.
            let _ = self.connection.run(sql);
        }
    }
}

//! The connections that only read: opened when they are needed, kept when they are not.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::DbErr;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Access, Connection};
use crate::fault::Fault;

/// Connections at most.
const MOST: usize = 8;

/// The pool.
#[derive(Clone)]
pub(crate) struct Readers(Arc<Pool>);

struct Pool {
    path: PathBuf,
    idle: Mutex<Vec<Arc<Connection>>>,
    places: Arc<Semaphore>,
}

impl Readers {
    /// Opens the first connection.
    pub(crate) fn open(path: PathBuf) -> Result<Self, Fault> {
        let first = Connection::open(&path, Access::Read)?;
        let (idle, places) = (Mutex::new(vec![Arc::new(first)]), Arc::new(Semaphore::new(MOST)));
        Ok(Self(Arc::new(Pool { path, idle, places })))
    }

    /// A connection in a transaction that sees the database as it is at its first question.
    pub(crate) async fn begin(&self) -> Result<Lease, DbErr> {
        let place = Arc::clone(&self.0.places).acquire_owned().await;
        let place = place.map_err(|_| DbErr::Custom("the database is closed".into()))?;
        let idle = self.0.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => {
                let opened = Connection::open(&self.0.path, Access::Read);
                Arc::new(opened.map_err(|fault| DbErr::Custom(fault.to_string()))?)
            }
        };
        connection.run("BEGIN")?;
        Ok(Lease { connection, pool: Arc::clone(&self.0), _place: place })
    }

    /// Closes every connection, when the last is back.
    pub(crate) async fn close(self) -> Result<(), DbErr> {
        let most = u32::try_from(MOST).unwrap_or(u32::MAX);
        let all = self.0.places.acquire_many(most).await;
        let all = all.map_err(|_| DbErr::Custom("the database is closed".into()))?;
        self.0.places.close();
        drop(all);
        let idle = std::mem::take(&mut *self.0.idle());
        idle.into_iter().filter_map(Arc::into_inner).try_for_each(Connection::close)
    }
}

impl Pool {
    fn idle(&self) -> MutexGuard<'_, Vec<Arc<Connection>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection in use. When it is dropped, also because whoever asked went away, it goes back to the pool.
pub(crate) struct Lease {
    connection: Arc<Connection>,
    pool: Arc<Pool>,
    _place: OwnedSemaphorePermit,
}

impl std::ops::Deref for Lease {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // One whose transaction cannot be ended is of no use to anybody: it is closed.
        if self.connection.run("ROLLBACK").is_ok() {
            self.pool.idle().push(Arc::clone(&self.connection));
        }
    }
}

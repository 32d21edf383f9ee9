//! SQL and only SQL. [`Store::read`] and [`Store::write`] run a verb on a [`Ctx`] and answer after the commit.
//!
//! On SQLite one writer commits waiting operations together ([`writer`]); on PostgreSQL each has a transaction of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use sea_orm::{DatabaseConnection, DatabaseTransaction, DbErr, TransactionTrait};
use tokio::sync::Notify;

use crate::client::FetchedKeys;
use crate::clock::Clock;
use crate::ctx::{Ctx, News, Scope};
use crate::entropy::Entropy;
use crate::fault::Fault;
use crate::secret::Vault;

pub(crate) mod audit;
pub(crate) mod audit_base;
pub(crate) mod authorization_code;
pub mod backup;
pub(crate) mod ceremony;
pub mod cleanup;
pub(crate) mod client;
mod connect;
pub(crate) mod consent;
pub(crate) mod credential;
pub(crate) mod desk;
pub(crate) mod device_request;
mod entity;
pub(crate) mod grant;
pub(crate) mod handover;
pub mod import_lock;
pub(crate) mod installation;
pub(crate) mod interaction;
pub(crate) mod letter;
pub(crate) mod letter_batch;
pub(crate) mod logout_notice;
pub(crate) mod member;
pub mod migrate;
pub(crate) mod opaque_token;
pub(crate) mod outbox;
pub(crate) mod passkey;
pub(crate) mod passkey_ceremony;
pub(crate) mod pushed_request;
pub mod realm;
pub(crate) mod recovery_code;
pub(crate) mod refresh_token;
pub(crate) mod registration_token;
pub(crate) mod remembered_browser;
pub(crate) mod rescue;
pub(crate) mod revoked_token;
pub(crate) mod session;
pub(crate) mod session_client;
pub(crate) mod signing_key;
pub(crate) mod throttle;
pub(crate) mod tombstone;
pub(crate) mod used_identifier;
mod writer;

pub use connect::{DatabaseUrl, DatabaseUrlError};

/// Whoever waits for SQLite's lock looks again within this time.
const BREATHER: Duration = Duration::from_millis(25);

/// The transaction of one operation.
pub(crate) type Transaction = DatabaseTransaction;

/// What every operation is given.
#[derive(Clone)]
pub struct Ambient {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Hashes and seals secrets.
    pub vault: Arc<Vault>,
    /// Key sets fetched from clients.
    pub client_keys: Arc<FetchedKeys>,
}

enum Backend {
    Sqlite { readers: DatabaseConnection, writer: writer::Writer },
    Postgres { pool: DatabaseConnection },
}

/// The database, ready for operations.
#[derive(Clone)]
pub struct Store {
    backend: Arc<Backend>,
    ambient: Ambient,
    echo: Arc<Echo>,
}

/// What this process heard of its own commits.
#[derive(Default)]
struct Echo {
    mail_queued: Notify,
    realm_changes: AtomicU64,
}

impl Echo {
    fn hear(&self, news: News) {
        if news.realm_changed {
            self.realm_changes.fetch_add(1, Ordering::Release);
        }
        if news.mail_queued {
            self.mail_queued.notify_one();
        }
    }
}

impl Store {
    /// Opens the database. The schema is not touched; see [`migrate`].
    pub async fn open(url: &DatabaseUrl, ambient: Ambient) -> Result<Self, Fault> {
        let echo = Arc::new(Echo::default());
        let backend = match url {
            DatabaseUrl::Sqlite(_) => {
                let pools = connect::sqlite(url).await?;
                let writer = writer::Writer::start(pools.writer, ambient.clone(), Arc::clone(&echo));
                Backend::Sqlite { readers: pools.readers, writer }
            }
            DatabaseUrl::Postgres(_) => Backend::Postgres { pool: connect::postgres(url).await? },
        };
        Ok(Self { backend: Arc::new(backend), ambient, echo })
    }

    /// Closes the database; on SQLite everything is in the one file then. Nobody else may hold the store any more.
    pub async fn close(self) -> Result<(), Fault> {
        let backend = Arc::into_inner(self.backend).ok_or(Fault::Busy("the database is in use"))?;
        match backend {
            Backend::Sqlite { readers, writer } => {
                readers.close().await?;
                writer.close().await
            }
            Backend::Postgres { pool } => Ok(pool.close().await?),
        }
    }

    /// What operations are given.
    pub fn ambient(&self) -> &Ambient {
        &self.ambient
    }

    /// Signalled after a commit that put mail into the outbox.
    pub fn mail_queued(&self) -> &Notify {
        &self.echo.mail_queued
    }

    /// Counts the commits of this process that changed settings or keys of a realm: what was read before the last one is
    /// not current. Other processes' commits are not counted.
    pub fn realm_changes(&self) -> u64 {
        self.echo.realm_changes.load(Ordering::Acquire)
    }

    /// Leaves the writer to others for a while, where there is only one for all processes: between the transactions of
    /// long work.
    pub async fn breathe(&self) {
        match self.backend.as_ref() {
            Backend::Sqlite { .. } => tokio::time::sleep(BREATHER).await,
            Backend::Postgres { .. } => {}
        }
    }

    /// Runs a verb that changes nothing.
    pub async fn read<T, F>(&self, scope: &Scope, operation: F) -> Result<T, Fault>
    where
        F: for<'c> FnOnce(&'c Ctx) -> BoxFuture<'c, Result<T, Fault>> + Send,
    {
        let pool = match self.backend.as_ref() {
            Backend::Sqlite { readers, .. } => readers,
            Backend::Postgres { pool } => pool,
        };
        let ctx = self.ambient.ctx(pool.begin().await?, scope.clone());
        let answer = operation(&ctx).await;
        ctx.into_transaction().rollback().await?;
        answer
    }

    /// Runs a verb and answers after the commit. A fault rolls everything back, a refusal is committed. The operation
    /// goes on to its end also when the caller goes away.
    pub async fn write<T, F>(&self, scope: &Scope, operation: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c Ctx) -> BoxFuture<'c, Result<T, Fault>> + Send + 'static,
    {
        match self.backend.as_ref() {
            Backend::Sqlite { writer, .. } => writer.run(scope.clone(), operation).await,
            Backend::Postgres { pool } => {
                let (pool, ambient, echo) = (pool.clone(), self.ambient.clone(), Arc::clone(&self.echo));
                let scope = scope.clone();
                let task = tokio::spawn(async move {
                    let transaction = pool.begin().await?;
                    let done = perform(transaction, &ambient, scope, operation).await?;
                    echo.hear(done.news);
                    Ok(done.answer)
                });
                task.await.map_err(|_| Fault::Broken("an operation panicked".into()))?
            }
        }
    }
}

impl Ambient {
    fn ctx(&self, transaction: DatabaseTransaction, scope: Scope) -> Ctx {
        Ctx::new(transaction, scope, self)
    }
}

struct Performed<T> {
    answer: T,
    news: News,
}

/// Runs one operation in `transaction`, chains its audit events, and commits it (on SQLite: releases its savepoint).
async fn perform<T, F>(
    transaction: DatabaseTransaction,
    ambient: &Ambient,
    scope: Scope,
    operation: F,
) -> Result<Performed<T>, Fault>
where
    F: for<'c> FnOnce(&'c Ctx) -> BoxFuture<'c, Result<T, Fault>>,
{
    let ctx = ambient.ctx(transaction, scope);
    let answer = match operation(&ctx).await {
        Ok(answer) => answer,
        Err(fault) => {
            ctx.into_transaction().rollback().await?;
            return Err(fault);
        }
    };
    let pending = ctx.take_pending();
    audit::append(&ctx, &pending.events).await?;
    ctx.into_transaction().commit().await?;

    Ok(Performed { answer, news: pending.news })
}

impl From<DbErr> for Fault {
    fn from(error: DbErr) -> Self {
        Self::Unavailable(error.to_string())
    }
}

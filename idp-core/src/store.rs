//! SQL and only SQL. [`Store::read`] and [`Store::write`] run a verb on a [`Ctx`] and answer after the commit.
//!
//! On SQLite one writer commits waiting operations together ([`writer`]); on PostgreSQL each has a transaction of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, TransactionTrait};
use tokio::sync::Notify;

use crate::audit::Event;
use crate::audit::tally::Tally;
use crate::client::FetchedKeys;
use crate::clock::Clock;
use crate::ctx::{Ctx, News, Pending, Purpose, Scope};
use crate::entropy::Entropy;
use crate::fault::Fault;
use crate::id::RealmId;
use crate::mutual_tls::MutualTls;
use crate::secret::Vault;
use crate::store::held::Held;

pub(crate) mod audit;
pub(crate) mod audit_base;
pub(crate) mod authorization_code;
pub mod backup;
pub(crate) mod bulk;
pub(crate) mod ceremony;
pub(crate) mod ciba_ping;
pub(crate) mod ciba_request;
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
pub(crate) mod held;
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
pub(crate) mod pairwise_subject;
pub(crate) mod passkey;
pub(crate) mod passkey_ceremony;
pub(crate) mod pushed_request;
pub mod realm;
pub(crate) mod recovery_code;
pub(crate) mod refresh_family;
pub(crate) mod registration_token;
pub(crate) mod remembered_browser;
pub(crate) mod rescue;
pub(crate) mod revoked_token;
pub(crate) mod session;
pub(crate) mod session_client;
pub(crate) mod signing_key;
mod sqlite;
mod statement;
pub(crate) mod throttle;
pub(crate) mod tombstone;
mod transaction;
pub(crate) mod used_identifier;
mod writer;

pub use connect::{DatabaseUrl, DatabaseUrlError};

/// Whoever waits for SQLite's lock looks again every millisecond, and needs a moment to take it.
const BREATHER: Duration = Duration::from_millis(3);

pub(crate) use transaction::Transaction;

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
    /// Whether clients may come with certificates.
    pub mutual_tls: MutualTls,
}

enum Backend {
    Sqlite { readers: sqlite::Readers, writer: writer::Writer },
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
    held: Arc<Held>,
    mail_queued: Notify,
    realm_changes: AtomicU64,
    tally: Arc<Tally>,
}

impl Echo {
    fn hear(&self, news: &News, events: &[Event]) {
        self.held.forget(&news.changes);
        self.tally.count(events.iter().map(|event| (event.kind, event.outcome)));
        if news.realm_changed {
            self.realm_changes.fetch_add(1, Ordering::Release);
        }
        if news.mail_queued {
            self.mail_queued.notify_one();
        }
    }
}

impl Store {
    /// Opens the database. The schema is not touched; see [`migrate`]. The vault of `ambient` is that of the installation
    /// key; operations get the one over the database's root key, where it has one of its own.
    pub async fn open(url: &DatabaseUrl, ambient: Ambient) -> Result<Self, Fault> {
        let echo = Arc::new(Echo::default());
        let (backend, ambient) = match url {
            DatabaseUrl::Sqlite(path) => {
                let connection = sqlite::Connection::open(path, sqlite::Access::Write)?;
                let ambient = rooted(&connection, ambient).await?;
                let writer = writer::Writer::start(connection, ambient.clone(), Arc::clone(&echo))?;
                (Backend::Sqlite { readers: sqlite::Readers::open(path.clone())?, writer }, ambient)
            }
            DatabaseUrl::Postgres(url) => {
                let pool = connect::postgres(url).await?;
                let ambient = rooted(&pool, ambient).await?;
                (Backend::Postgres { pool }, ambient)
            }
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

    /// What this process committed.
    pub fn tally(&self) -> &Arc<Tally> {
        &self.echo.tally
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
        let transaction = match self.backend.as_ref() {
            Backend::Sqlite { readers, .. } => Transaction::of_readers(readers),
            Backend::Postgres { pool } => Transaction::of_pool(pool),
        };
        let ctx = Ctx::new(transaction, scope.clone(), &self.ambient, (&self.echo.held, Purpose::Reads));
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
                    let transaction = Transaction::PostgresWrites(pool.begin().await?);
                    let done = perform(transaction, (&ambient, &echo), scope, operation).await?;
                    audit::append(&done.transaction, done.realm, &done.pending.events).await?;
                    done.transaction.commit().await?;
                    echo.hear(&done.pending.news, &done.pending.events);
                    Ok(done.answer)
                });
                task.await.map_err(|_| Fault::Broken("an operation panicked".into()))?
            }
        }
    }
}

async fn rooted(connection: &impl ConnectionTrait, ambient: Ambient) -> Result<Ambient, Fault> {
    Ok(match installation::root(connection, &ambient.vault).await? {
        Some(vault) => Ambient { vault: Arc::new(vault), ..ambient },
        None => ambient,
    })
}

/// What an operation leaves behind when it ends well.
struct Performed<T> {
    answer: T,
    transaction: Transaction,
    realm: RealmId,
    pending: Pending,
}

/// Runs one operation in `transaction`, which a fault rolls back (on SQLite it is a savepoint). Its audit events are not
/// chained yet.
async fn perform<T, F>(
    transaction: Transaction,
    (ambient, echo): (&Ambient, &Echo),
    scope: Scope,
    operation: F,
) -> Result<Performed<T>, Fault>
where
    F: for<'c> FnOnce(&'c Ctx) -> BoxFuture<'c, Result<T, Fault>>,
{
    let ctx = Ctx::new(transaction, scope, ambient, (&echo.held, Purpose::Writes));
    match operation(&ctx).await {
        Ok(answer) => {
            let (realm, pending) = (ctx.realm().id, ctx.take_pending());
            Ok(Performed { answer, realm, pending, transaction: ctx.into_transaction() })
        }
        Err(fault) => {
            ctx.into_transaction().rollback().await?;
            Err(fault)
        }
    }
}

impl From<DbErr> for Fault {
    fn from(error: DbErr) -> Self {
        Self::Unavailable(error.to_string())
    }
}

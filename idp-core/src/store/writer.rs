//! SQLite's one writer. Operations that wait are run one after another in one transaction, each in a savepoint of its
//! own, and answered after the common commit: one fsync for all of them, and one link of the audit chain after another.

use std::iter;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::sqlite::{Begun, Connection};
use super::{Ambient, Echo, Performed, Transaction, audit, perform};
use crate::audit::Event;
use crate::ctx::{Ctx, Pending, Scope};
use crate::fault::Fault;
use crate::id::RealmId;

/// Operations that may wait; beyond that the caller is told to come back.
const QUEUE: usize = 1024;
/// Operations that share one commit at most, so that the first of them does not wait long.
const BATCH: usize = 64;
/// Where no more than so many wait, all of them share the next commit: a smaller one costs hardly less.
const FEW: usize = 16;

/// Hands operations to the writing task.
pub(super) struct Writer(mpsc::Sender<Box<dyn Job>>, JoinHandle<()>);

impl Writer {
    /// The writer has a thread of its own: whoever else runs need not wait for the disk.
    pub(super) fn start(connection: Connection, ambient: Ambient, echo: Arc<Echo>) -> Result<Self, Fault> {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let runtime = Handle::current();
        let work = move || runtime.block_on(work(connection, ambient, echo, receiver));
        let thread = thread::Builder::new().name("sqlite-writer".into()).spawn(work);
        Ok(Self(sender, thread.map_err(|error| Fault::Unavailable(error.to_string()))?))
    }

    /// Lets what waits be written, and closes the connection.
    pub(super) async fn close(self) -> Result<(), Fault> {
        drop(self.0);
        let ended = tokio::task::spawn_blocking(|| self.1.join()).await;
        match ended {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Fault::Broken("the writer ended badly".into())),
        }
    }

    pub(super) async fn run<T, F>(&self, scope: Scope, operation: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c Ctx) -> BoxFuture<'c, Result<T, Fault>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.0.try_send(Box::new(Operation { scope, operation, reply })).map_err(|_| Fault::Busy("writer"))?;
        answer.await.map_err(|_| Fault::Broken("the writer stopped before it answered".into()))?
    }
}

async fn work(connection: Connection, ambient: Ambient, echo: Arc<Echo>, mut receiver: mpsc::Receiver<Box<dyn Job>>) {
    let connection = Arc::new(connection);
    while let Some(first) = receiver.recv().await {
        let others = share(receiver.len() + 1) - 1;
        let others = iter::from_fn(|| receiver.try_recv().ok()).take(others);
        let batch = iter::once(first).chain(others).collect();
        commit_together(&connection, (&ambient, &echo), batch).await;
    }
    if let Some(Err(error)) = Arc::into_inner(connection).map(Connection::close) {
        tracing::warn!(%error, "the writing connection did not close");
    }
}

/// How many of those that wait share the next commit. A third stays behind where they are many: whoever is answered has
/// something to do on the other processors while the next are written, and if all were in one commit, the writer and
/// everybody else would wait for each other in turns (ADR 27).
fn share(waiting: usize) -> usize {
    (waiting - waiting / 3).max(FEW).min(waiting).min(BATCH)
}

async fn commit_together(connection: &Arc<Connection>, (ambient, echo): (&Ambient, &Echo), batch: Vec<Box<dyn Job>>) {
    let outer = match Begun::transaction(connection) {
        Ok(outer) => outer,
        Err(error) => {
            let text = error.to_string();
            batch.into_iter().for_each(|job| job.refuse(Fault::Unavailable(text.clone())));
            return;
        }
    };

    // What arrives meanwhile has a commit after this one: so some are written while others are answered.
    let mut answers = Vec::with_capacity(batch.len());
    for job in batch {
        answers.push(job.run(&outer, (ambient, echo)).await);
    }

    let committed = chain_and_commit(outer, chains(&answers)).await.map_err(|fault| fault.to_string());
    for answer in answers {
        match &committed {
            Ok(()) => answer.committed(echo),
            Err(text) => answer.lost(Fault::Unavailable(text.clone())),
        }
    }
}

type Chain = (RealmId, Vec<Event>);

/// What the operations recorded, in their order, for each realm.
fn chains(answers: &[Box<dyn Answer>]) -> Vec<Chain> {
    let mut chains: Vec<Chain> = Vec::new();
    for (realm, events) in answers.iter().filter_map(|answer| answer.events()) {
        match chains.iter_mut().find(|(known, _)| *known == realm) {
            Some((_, chain)) => chain.extend_from_slice(events),
            None => chains.push((realm, events.to_vec())),
        }
    }
    chains
}

async fn chain_and_commit(outer: Begun, chains: Vec<Chain>) -> Result<(), Fault> {
    outer.ensure_open()?;
    let transaction = Transaction::SqliteWrites(outer);
    for (realm, events) in chains {
        audit::append(&transaction, realm, &events).await?;
    }
    Ok(transaction.commit().await?)
}

trait Job: Send {
    fn run<'a>(self: Box<Self>, outer: &'a Begun, means: (&'a Ambient, &'a Echo)) -> BoxFuture<'a, Box<dyn Answer>>;
    fn refuse(self: Box<Self>, fault: Fault);
}

trait Answer: Send {
    /// What the operation recorded; nothing where it failed.
    fn events(&self) -> Option<(RealmId, &[Event])>;
    fn committed(self: Box<Self>, echo: &Echo);
    fn lost(self: Box<Self>, fault: Fault);
}

struct Operation<T, F> {
    scope: Scope,
    operation: F,
    reply: oneshot::Sender<Result<T, Fault>>,
}

struct Settled<T> {
    result: Result<Done<T>, Fault>,
    reply: oneshot::Sender<Result<T, Fault>>,
}

/// What is left of [`Performed`] when its savepoint is released.
struct Done<T> {
    answer: T,
    realm: RealmId,
    pending: Pending,
}

impl<T, F> Job for Operation<T, F>
where
    T: Send + 'static,
    F: for<'c> FnOnce(&'c Ctx) -> BoxFuture<'c, Result<T, Fault>> + Send + 'static,
{
    fn run<'a>(self: Box<Self>, outer: &'a Begun, means: (&'a Ambient, &'a Echo)) -> BoxFuture<'a, Box<dyn Answer>> {
        async move {
            let Operation { scope, operation, reply } = *self;
            let attempt = async {
                let savepoint = Transaction::SqliteWrites(outer.savepoint()?);
                let Performed { answer, transaction, realm, pending } =
                    perform(savepoint, means, scope, operation).await?;
                transaction.commit().await?;
                Ok(Done { answer, realm, pending })
            };
            // A panic in one operation must not take the writer, and with it every later operation, away.
            let result = AssertUnwindSafe(attempt).catch_unwind().await;
            let result = result.unwrap_or_else(|_| Err(Fault::Broken("an operation panicked".into())));
            Box::new(Settled { result, reply }) as Box<dyn Answer>
        }
        .boxed()
    }

    fn refuse(self: Box<Self>, fault: Fault) {
        // The caller may have gone; then nobody waits for the answer.
        let _ = self.reply.send(Err(fault));
    }
}

impl<T: Send> Answer for Settled<T> {
    fn events(&self) -> Option<(RealmId, &[Event])> {
        self.result.as_ref().ok().map(|done| (done.realm, done.pending.events.as_slice()))
    }

    fn committed(self: Box<Self>, echo: &Echo) {
        let Settled { result, reply } = *self;
        if let Ok(done) = &result {
            echo.hear(&done.pending.news, &done.pending.events);
        }
        let _ = reply.send(result.map(|done| done.answer));
    }

    fn lost(self: Box<Self>, fault: Fault) {
        let _ = self.reply.send(Err(fault));
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::ConnectionTrait;

    use super::*;
    use crate::audit::{EventKind, Head, Outcome};
    use crate::clock::{FixedClock, Timestamp};
    use crate::entropy::SeededEntropy;
    use crate::mutual_tls::MutualTls;
    use crate::realm::Realm;
    use crate::secret::Vault;
    use crate::store::{DatabaseUrl, Store, migrate};

    #[test]
    fn few_go_together_and_of_many_a_third_stays_behind() {
        let shares = [1, 2, 16, 17, 24, 25, 30, 64, 96, 97, QUEUE].map(share);
        assert_eq!(shares, [1, 2, 16, 16, 16, 17, 20, 43, 64, 64, 64]);
    }

    #[tokio::test]
    async fn what_sqlite_rolled_back_was_done_by_nobody_and_leaves_no_event() {
        let directory = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(directory.path().join("sekisho.db"));
        migrate::up(&url).await.unwrap();
        let ambient = Ambient {
            clock: Arc::new(FixedClock::at(Timestamp::from_millis(0))),
            entropy: Arc::new(SeededEntropy::new(1)),
            vault: Arc::new(Vault::open(&[7; 32]).unwrap()),
            client_keys: Arc::default(),
            mutual_tls: MutualTls::Off,
        };
        let store = Store::open(&url, ambient).await.unwrap();
        let scope = Scope::operator(Arc::new(Realm::installation()), "ops");
        let noted = |ctx: &Ctx| -> Result<(), Fault> {
            ctx.record(EventKind::SignIn, None, Outcome::Done);
            Ok(())
        };

        // The first runs until the others stand behind it, so that these share one commit.
        let (runs, running) = oneshot::channel::<()>();
        let (go, gone) = oneshot::channel::<()>();
        let first = store.write(&scope, |_| {
            runs.send(()).unwrap();
            gone.map(|_| Ok(())).boxed()
        });
        let others = async {
            running.await.unwrap();
            let notes = store.write(&scope, move |ctx| async move { noted(ctx) }.boxed());
            let breaks = store
                .write(&scope, |ctx| async move { Ok(ctx.db.execute_unprepared("ROLLBACK").await.map(drop)?) }.boxed());
            tokio::join!(notes, breaks, async { go.send(()).unwrap() })
        };
        let (first, (notes, breaks, ())) = tokio::join!(first, others);
        assert!(first.is_ok() && notes.is_err() && breaks.is_err());

        let head = async || store.read(&scope, |ctx| audit::head(ctx).boxed()).await.unwrap();
        assert_eq!(head().await, Head::start());
        store.write(&scope, move |ctx| async move { noted(ctx) }.boxed()).await.unwrap();
        assert_eq!(head().await.sequence, Head::start().sequence + 1);
    }
}

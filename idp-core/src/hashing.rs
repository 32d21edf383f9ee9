//! Password hashing (Argon2id, RFC 9106) on threads of its own, so that a flood of sign-ins takes neither the memory
//! nor the threads that everything else runs on. A full queue answers at once that it is busy.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::credential::password_policy::TypedPassword;
use crate::entropy::{self, Entropy};
use crate::fault::Fault;

mod argon2id;
mod foreign;

pub use argon2id::Argon2id;
pub use foreign::ForeignHashError;

/// What a hash costs and how many are made at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashingConfig {
    /// Memory of one hash, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Threads that hash; each keeps the memory of one hash.
    pub threads: usize,
    /// Passwords that may wait.
    pub queue: usize,
}

impl Default for HashingConfig {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self { memory_kib: 19 * 1024, iterations: 2, threads, queue: 64 * threads }
    }
}

/// A password hash in the PHC string format; never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Phc(String);

impl Phc {
    /// From the stored form.
    pub fn from_text(text: String) -> Self {
        Self(text)
    }

    /// The stored form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Phc {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Phc(…)")
    }
}

/// Whether a password is the one that was hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Match,
    /// It is, and the hash is cheaper than wanted now: make a new one.
    MatchOutdated,
    /// It is not.
    Mismatch,
}

/// A way to hash passwords.
pub trait Hasher: Send + 'static {
    /// Hashes with the parameters wanted now.
    fn hash(&mut self, password: &TypedPassword, salt: &[u8; 16]) -> Result<Phc, Fault>;

    /// Compares with a stored hash, by the parameters that stand in it.
    fn verify(&mut self, password: &TypedPassword, phc: &Phc) -> Result<Verdict, Fault>;
}

/// The threads that hash. Clones share them; they end with the last clone.
#[derive(Clone)]
pub struct HashingPool {
    jobs: SyncSender<Job>,
    waiting: Arc<AtomicUsize>,
    entropy: Arc<dyn Entropy>,
    nobody: Phc,
}

enum Job {
    Hash { password: TypedPassword, salt: [u8; 16], reply: oneshot::Sender<Result<Phc, Fault>> },
    Verify { password: TypedPassword, phc: Phc, reply: oneshot::Sender<Result<Verdict, Fault>> },
}

impl HashingPool {
    /// Starts the threads.
    ///
    /// # Errors
    /// Parameters that Argon2 refuses, or a thread that cannot be started.
    pub fn start(config: HashingConfig, entropy: Arc<dyn Entropy>) -> Result<Self, Fault> {
        let (jobs, queue) = sync_channel(config.queue);
        let (queue, waiting) = (Arc::new(Mutex::new(queue)), Arc::new(AtomicUsize::new(0)));
        for number in 0..config.threads.max(1) {
            let (hasher, queue, waiting) = (Argon2id::new(config)?, Arc::clone(&queue), Arc::clone(&waiting));
            std::thread::Builder::new()
                .name(format!("hashing-{number}"))
                .spawn(move || work(hasher, &queue, &waiting))
                .map_err(|error| Fault::Broken(format!("a hashing thread cannot be started: {error}")))?;
        }
        let nobody = Argon2id::new(config)?.phc_of_nobody(entropy.as_ref())?;
        Ok(Self { jobs, waiting, entropy, nobody })
    }

    /// Hashes a password.
    ///
    /// # Errors
    /// [`Fault::Busy`] when too many wait.
    pub async fn hash(&self, password: TypedPassword) -> Result<Phc, Fault> {
        let (reply, answer) = oneshot::channel();
        let salt = entropy::bytes(self.entropy.as_ref());
        self.submit(Job::Hash { password, salt, reply })?;
        answer.await.map_err(|_| stopped())?
    }

    /// Compares a password with a stored hash.
    ///
    /// # Errors
    /// [`Fault::Busy`] when too many wait.
    pub async fn verify(&self, password: TypedPassword, phc: Phc) -> Result<Verdict, Fault> {
        let (reply, answer) = oneshot::channel();
        self.submit(Job::Verify { password, phc, reply })?;
        answer.await.map_err(|_| stopped())?
    }

    /// Costs what [`Self::verify`] costs and never matches: for an account that does not exist or has no password, so
    /// that the time of the answer tells nothing.
    ///
    /// # Errors
    /// [`Fault::Busy`] when too many wait.
    pub async fn verify_nobody(&self, password: TypedPassword) -> Result<Verdict, Fault> {
        self.verify(password, self.nobody.clone()).await.map(|_| Verdict::Mismatch)
    }

    /// Passwords that wait for a thread.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    fn submit(&self, job: Job) -> Result<(), Fault> {
        // Counted before it is there to be taken, or the count could fall below zero.
        self.waiting.fetch_add(1, Ordering::Relaxed);
        self.jobs.try_send(job).map_err(|error| {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            match error {
                TrySendError::Full(_) => Fault::Busy("hashing"),
                TrySendError::Disconnected(_) => stopped(),
            }
        })
    }
}

fn stopped() -> Fault {
    Fault::Broken("the hashing threads have stopped".into())
}

fn work(mut hasher: impl Hasher, queue: &Mutex<Receiver<Job>>, waiting: &AtomicUsize) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        if job.is_ok() {
            waiting.fetch_sub(1, Ordering::Relaxed);
        }
        // Who gave up waiting needs no answer, and the next one needs the thread.
        match job {
            Ok(Job::Hash { password, salt, reply }) if !reply.is_closed() => {
                let _ = reply.send(hasher.hash(&password, &salt));
            }
            Ok(Job::Verify { password, phc, reply }) if !reply.is_closed() => {
                let _ = reply.send(hasher.verify(&password, &phc));
            }
            Ok(Job::Hash { .. } | Job::Verify { .. }) => {}
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::password_policy::normalise_password;
    use crate::entropy::SeededEntropy;

    fn pool(config: HashingConfig) -> HashingPool {
        HashingPool::start(config, Arc::new(SeededEntropy::new(1))).unwrap()
    }

    fn small() -> HashingConfig {
        HashingConfig { memory_kib: 64, iterations: 1, threads: 2, queue: 8 }
    }

    fn typed(text: &str) -> TypedPassword {
        normalise_password(text).unwrap()
    }

    #[tokio::test]
    async fn a_password_matches_its_own_hash_alone() {
        let pool = pool(small());
        let phc = pool.hash(typed("correct horse")).await.unwrap();
        assert!(phc.as_str().starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{}", phc.as_str());
        assert_eq!(pool.verify(typed("correct horse"), phc.clone()).await.unwrap(), Verdict::Match);
        assert_eq!(pool.verify(typed("ｃｏｒｒｅｃｔ　horse"), phc.clone()).await.unwrap(), Verdict::Match);
        assert_eq!(pool.verify(typed("correct horsf"), phc).await.unwrap(), Verdict::Mismatch);
    }

    #[tokio::test]
    async fn two_hashes_of_one_password_differ() {
        let pool = pool(small());
        assert_ne!(pool.hash(typed("same")).await.unwrap(), pool.hash(typed("same")).await.unwrap());
    }

    #[tokio::test]
    async fn a_hash_cheaper_than_wanted_is_outdated_and_a_dearer_one_is_not() {
        let dear = HashingConfig { memory_kib: 128, iterations: 2, ..small() };
        let (cheap, dear) = (pool(small()), pool(dear));
        let (old, new) = (cheap.hash(typed("secret")).await.unwrap(), dear.hash(typed("secret")).await.unwrap());
        assert_eq!(dear.verify(typed("secret"), old.clone()).await.unwrap(), Verdict::MatchOutdated);
        assert_eq!(dear.verify(typed("wrong"), old).await.unwrap(), Verdict::Mismatch);
        assert_eq!(cheap.verify(typed("secret"), new).await.unwrap(), Verdict::Match);
    }

    #[tokio::test]
    async fn nobody_never_matches() {
        let pool = pool(small());
        assert_eq!(pool.verify_nobody(typed("anything")).await.unwrap(), Verdict::Mismatch);
    }

    #[tokio::test]
    async fn a_stored_hash_of_another_kind_is_a_fault() {
        let bcrypt = Phc::from_text("$2b$12$abcdefghijklmnopqrstuv".into());
        assert!(matches!(pool(small()).verify(typed("x"), bcrypt).await, Err(Fault::Broken(_))));
    }

    #[tokio::test]
    async fn a_full_queue_answers_busy_at_once() {
        struct Nobody;
        impl Entropy for Nobody {
            fn fill(&self, _bytes: &mut [u8]) {}
        }
        let (jobs, _kept) = sync_channel(1);
        let pool = HashingPool {
            jobs,
            waiting: Arc::default(),
            entropy: Arc::new(Nobody),
            nobody: Phc::from_text(String::new()),
        };
        let waiting = tokio::spawn({
            let pool = pool.clone();
            async move { pool.hash(typed("first")).await }
        });
        tokio::task::yield_now().await;
        assert!(matches!(pool.hash(typed("second")).await, Err(Fault::Busy("hashing"))));
        waiting.abort();
    }

    #[test]
    fn a_hash_never_shows_in_debug() {
        assert_eq!(format!("{:?}", Phc::from_text("$argon2id$x".into())), "Phc(…)");
    }
}

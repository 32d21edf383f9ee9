//! Limit probes: what the machine gives to the one thing that a workload cannot do without.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Executor};
use tokio::sync::{mpsc, oneshot};

/// `L_hash`: Argon2id with 19 MiB and two passes, on as many threads as there are processors, memory kept.
pub(crate) fn hashes(length: Duration) -> Result<u64> {
    let done = AtomicU64::new(0);
    on_every_processor(|| {
        let parameters = Params::new(19_456, 2, 1, None).map_err(anyhow::Error::msg)?;
        let mut memory = vec![Block::default(); parameters.block_count()];
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
        let until = Instant::now() + length;
        let mut out = [0; 32];
        while Instant::now() < until {
            argon2
                .hash_password_into_with_memory(b"yonaga-no-hanabi", b"sixteen bytes so", &mut out, &mut memory)
                .map_err(anyhow::Error::msg)?;
            done.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    })?;
    Ok(done.into_inner())
}

/// `L_sign`: RS256 with a key of 2,048 bits that is parsed once.
pub(crate) fn signatures(length: Duration) -> Result<u64> {
    let key = RsaKeyPair::generate(KeySize::Rsa2048)?;
    let done = AtomicU64::new(0);
    on_every_processor(|| {
        let random = SystemRandom::new();
        let mut signature = vec![0; key.public_modulus_len()];
        let until = Instant::now() + length;
        while Instant::now() < until {
            key.sign(&RSA_PKCS1_SHA256, &random, &[b'x'; 300], &mut signature)?;
            done.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    })?;
    Ok(done.into_inner())
}

fn on_every_processor(work: impl Fn() -> Result<()> + Sync) -> Result<()> {
    let threads = std::thread::available_parallelism()?.get();
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        running.into_iter().try_for_each(|thread| thread.join().map_err(|_| anyhow::anyhow!("a probe panicked"))?)
    })
}

/// `L_fsync`: so many callers who each wait for one row of their own to be on disk. One writer commits all that wait
/// together, with `synchronous=FULL`.
pub(crate) async fn rotations(folder: &Path, callers: usize, length: Duration) -> Result<u64> {
    let options = SqliteConnectOptions::new().filename(folder.join("probe.db")).create_if_missing(true);
    let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
    let mut database = options.disable_statement_logging().connect().await?;
    database.execute("CREATE TABLE token (caller INTEGER PRIMARY KEY, hash BLOB, used INTEGER)").await?;
    let (ask, mut asked) = mpsc::channel::<(usize, oneshot::Sender<()>)>(callers);
    let writer = tokio::spawn(async move {
        while let Some(first) = asked.recv().await {
            let mut waiting = vec![first];
            while let Ok(next) = asked.try_recv() {
                waiting.push(next);
            }
            let mut transaction = database.begin().await?;
            for (caller, _) in &waiting {
                let row = sqlx::query("INSERT OR REPLACE INTO token VALUES (?, randomblob(32), NULL)");
                row.bind(i64::try_from(*caller)?).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            // Whoever went away in between needs no answer.
            for (_, answer) in waiting {
                let _ = answer.send(());
            }
        }
        anyhow::Ok(())
    });
    let until = Instant::now() + length;
    let running: Vec<_> = (0..callers)
        .map(|caller| {
            let ask = ask.clone();
            tokio::spawn(async move {
                let mut done = 0_u64;
                while Instant::now() < until {
                    let (answer, answered) = oneshot::channel();
                    ask.send((caller, answer)).await?;
                    answered.await?;
                    done += 1;
                }
                anyhow::Ok(done)
            })
        })
        .collect();
    drop(ask);
    let mut done = 0;
    for caller in running {
        done += caller.await??;
    }
    writer.await??;
    Ok(done)
}

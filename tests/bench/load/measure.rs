//! One row of a round: how much was done, and what it cost.

use std::time::Duration;

use anyhow::Result;
use tokio::time::Instant;

use crate::subject::Subject;
use crate::worker::Worker;

/// Before anything is counted.
const WARM_UP: Duration = Duration::from_secs(1);

/// How long and how often.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) rounds: usize,
    pub(crate) length: Duration,
}

/// What a subject did in a round.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    pub(crate) per_second: f64,
    /// Processor microseconds of the process for one operation; `None` for a probe, which is all processor.
    pub(crate) cpu: Option<f64>,
}

/// Lets the workers work against a process.
pub(crate) async fn work(subject: &Subject, workers: Vec<Box<dyn Worker>>, length: Duration) -> Result<Measured> {
    let workers = crowd(workers, WARM_UP).await?.0;
    let (before, began) = (subject.spent()?, Instant::now());
    let (_, done) = crowd(workers, length).await?;
    let (spent, took) = (subject.spent()? - before, began.elapsed());
    let cpu = spent.as_secs_f64() * 1e6 / done as f64;
    Ok(Measured { per_second: done as f64 / took.as_secs_f64(), cpu: Some(cpu) })
}

async fn crowd(workers: Vec<Box<dyn Worker>>, length: Duration) -> Result<(Vec<Box<dyn Worker>>, u64)> {
    let until = Instant::now() + length;
    let running: Vec<_> = workers
        .into_iter()
        .map(|mut worker| {
            tokio::spawn(async move {
                let mut done = 0_u64;
                while Instant::now() < until {
                    worker.once().await?;
                    done += 1;
                }
                anyhow::Ok((worker, done))
            })
        })
        .collect();
    let (mut workers, mut all) = (Vec::with_capacity(running.len()), 0);
    for task in running {
        let (worker, done) = task.await??;
        workers.push(worker);
        all += done;
    }
    Ok((workers, all))
}

/// Median, least and greatest.
pub(crate) fn spread(mut numbers: Vec<f64>) -> (f64, f64, f64) {
    numbers.sort_by(f64::total_cmp);
    match numbers.as_slice() {
        [] => (f64::NAN, f64::NAN, f64::NAN),
        [least, ..] => (numbers[numbers.len() / 2], *least, numbers[numbers.len() - 1]),
    }
}

//! The workloads, one obvious table.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use crate::measure::{Measured, Pace, spread, work};
use crate::probe;
use crate::stage::{Stage, Who};
use crate::worker::Worker;

/// What is done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Task {
    Service,
    ServiceRs256,
    Rotate,
    SignIn,
    SignInBySession,
    Introspect,
    Userinfo,
    LookUp,
}

/// What the machine could do at best.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Limit {
    Hash,
    Sign,
    Fsync,
}

/// Whom the product is measured beside.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    Process(Who),
    Probe(Limit),
}

/// One workload.
pub(crate) struct Workload {
    pub(crate) id: &'static str,
    title: &'static str,
    task: Task,
    connections: usize,
    beside: &'static [Beside],
}

const SKELETON: Beside = Beside::Process(Who::Skeleton);
const PEER: Beside = Beside::Process(Who::Peer);

pub(crate) const WORKLOADS: [Workload; 8] = [
    workload("W1", "client_credentials, JWT, ES256", Task::Service, 64, &[SKELETON, PEER]),
    workload("W1r", "client_credentials, JWT, RS256", Task::ServiceRs256, 64, &[Beside::Probe(Limit::Sign), PEER]),
    workload("W2", "refresh rotation, durable", Task::Rotate, 64, &[Beside::Probe(Limit::Fsync), PEER]),
    workload("W3c", "code + PKCE + password, no session", Task::SignIn, 16, &[Beside::Probe(Limit::Hash)]),
    workload("W3w", "code + PKCE, live session", Task::SignInBySession, 32, &[PEER]),
    workload("W4", "introspection, 1 % revoked meanwhile", Task::Introspect, 64, &[SKELETON, PEER]),
    workload("W5", "userinfo", Task::Userinfo, 64, &[PEER]),
    workload("W6", "discovery and JWKS", Task::LookUp, 64, &[Beside::Process(Who::Nginx), PEER]),
];

const fn workload(
    id: &'static str,
    title: &'static str,
    task: Task,
    connections: usize,
    beside: &'static [Beside],
) -> Workload {
    Workload { id, title, task, connections, beside }
}

impl Beside {
    fn name(self, stage: &Stage) -> &'static str {
        match self {
            Self::Process(who) => stage.subject(who).map_or("nginx (not installed)", |subject| subject.name),
            Self::Probe(Limit::Hash) => "L_hash",
            Self::Probe(Limit::Sign) => "L_sign",
            Self::Probe(Limit::Fsync) => "L_fsync",
        }
    }
}

impl Workload {
    /// Runs all rounds and prints the table.
    pub(crate) async fn run(&self, stage: &Stage, pace: Pace, tokens: usize) -> Result<()> {
        let all = [&[Beside::Process(Who::Product)], self.beside].concat();
        let all: Vec<Beside> = all
            .into_iter()
            .filter(|one| !matches!(one, Beside::Process(who) if stage.subject(*who).is_none()))
            .collect();
        let mut minted = Vec::new();
        for one in &all {
            minted.push(match (self.task, one) {
                (Task::Introspect, Beside::Process(who)) => stage.mint(*who, tokens).await?,
                _ => Arc::default(),
            });
        }
        let mut rows: Vec<Vec<Measured>> = vec![Vec::new(); all.len()];
        for _ in 0..pace.rounds {
            for (number, one) in all.iter().enumerate() {
                rows[number].push(self.round(stage, *one, &minted[number], pace.length).await?);
            }
        }
        self.print(stage, &all, &rows);
        Ok(())
    }

    async fn round(&self, stage: &Stage, one: Beside, tokens: &Arc<Vec<String>>, length: Duration) -> Result<Measured> {
        match one {
            Beside::Process(who) => {
                let workers = self.workers(stage, who, tokens).await?;
                let Some(subject) = stage.subject(who) else { anyhow::bail!("{who:?} does not run") };
                work(subject, workers, length).await
            }
            Beside::Probe(limit) => {
                let done = match limit {
                    Limit::Hash => tokio::task::spawn_blocking(move || probe::hashes(length)).await??,
                    Limit::Sign => tokio::task::spawn_blocking(move || probe::signatures(length)).await??,
                    Limit::Fsync => {
                        let folder = tempfile::tempdir()?;
                        probe::rotations(folder.path(), self.connections, length).await?
                    }
                };
                Ok(Measured { per_second: done as f64 / length.as_secs_f64(), cpu: None })
            }
        }
    }

    async fn workers(&self, stage: &Stage, who: Who, tokens: &Arc<Vec<String>>) -> Result<Vec<Box<dyn Worker>>> {
        let count = self.connections;
        match self.task {
            Task::Service => stage.services(who, false, count).await,
            Task::ServiceRs256 => stage.services(who, true, count).await,
            Task::Rotate => stage.families(who, count).await,
            Task::SignIn => stage.browsers(who, false, count).await,
            Task::SignInBySession => stage.browsers(who, true, count).await,
            Task::Introspect => stage.resources(who, tokens, count).await,
            Task::Userinfo => stage.portals(who, count).await,
            Task::LookUp => stage.lookers(who, count).await,
        }
    }

    fn print(&self, stage: &Stage, all: &[Beside], rows: &[Vec<Measured>]) {
        println!("\n{} {}, c={}", self.id, self.title, self.connections);
        println!("  {:<16} {:>10} {:>20} {:>10}   sekisho ÷ it (range)", "", "per s", "(range)", "CPU µs");
        for (one, row) in all.iter().zip(rows) {
            let (median, least, greatest) = spread(row.iter().map(|round| round.per_second).collect());
            let cpu = spread(row.iter().filter_map(|round| round.cpu).collect()).0;
            let cpu = if cpu.is_nan() { "–".to_owned() } else { format!("{cpu:.0}") };
            let ratios = rows[0].iter().zip(row).map(|(ours, theirs)| ours.per_second / theirs.per_second);
            let (ratio, low, high) = spread(ratios.collect());
            let range = format!("({least:.0}–{greatest:.0})");
            println!(
                "  {:<16} {median:>10.0} {range:>20} {cpu:>10}   {ratio:.2} ({low:.2}–{high:.2})",
                one.name(stage)
            );
        }
    }
}

//! The product beside its peers and the limits of the machine, in turns: `tests/bench/compare [W1 W2 …]`.
//!
//! Each workload runs its subjects one after the other, round after round, since a figure means something only beside
//! another of the same minute. Printed are the medians, the ratio of each round (median and range), and the processor
//! time that the serving process spends on one operation, which a noisy machine hardly moves. One answer in a thousand is
//! verified: signatures, and that a spent refresh token ends its family. An error voids the row.

mod flow;
mod keys;
mod measure;
mod probe;
mod product;
mod skeleton;
mod stage;
mod subject;
mod wire;
mod worker;
mod workload;

use std::time::Duration;

use anyhow::{Context, Result};

use crate::measure::Pace;
use crate::stage::Stage;
use crate::workload::WORKLOADS;

/// Members that sign in; each connection has its own.
const MEMBERS: usize = 64;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [first, port] = arguments.as_slice()
        && first == "skeleton"
    {
        return skeleton::serve(port.parse()?).await;
    }
    let (pace, tokens, names) = read(&arguments)?;
    let stage = Stage::set(MEMBERS).await?;
    println!("transport http/1.1 over loopback, kept connections; access and ID tokens ES256 unless said");
    println!(
        "sekisho: SQLite, synchronous=FULL, Argon2id m=19 MiB t=2 p=1; oidc-provider: in memory; {MEMBERS} members"
    );
    println!(
        "{} processors; {} rounds of {} s\n",
        std::thread::available_parallelism()?,
        pace.rounds,
        pace.length.as_secs()
    );
    println!("resident before: {:.1} MiB", stage.product.subject.resident()?);
    for workload in WORKLOADS.iter().filter(|workload| names.is_empty() || names.iter().any(|name| name == workload.id))
    {
        if let Err(error) = workload.run(&stage, pace, tokens).await {
            println!("{} is void: {error:#}\n", workload.id);
        }
    }
    println!("resident after: {:.1} MiB", stage.product.subject.resident()?);
    Ok(())
}

/// `[W…] [--rounds N] [--seconds N] [--tokens N]`.
fn read(arguments: &[String]) -> Result<(Pace, usize, Vec<String>)> {
    let (mut rounds, mut seconds, mut tokens, mut names) = (5, 8, 100_000, Vec::new());
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut number = || rest.next().context("a number is missing")?.parse::<u64>().context("no number");
        match argument.as_str() {
            "--rounds" => rounds = number()?,
            "--seconds" => seconds = number()?,
            "--tokens" => tokens = number()?,
            name => names.push(name.to_owned()),
        }
    }
    let pace = Pace { rounds: usize::try_from(rounds)?, length: Duration::from_secs(seconds) };
    Ok((pace, usize::try_from(tokens)?, names))
}

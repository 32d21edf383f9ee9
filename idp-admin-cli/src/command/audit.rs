//! The audit log.

mod checkpoint;
mod export;
mod list;
mod trim;
mod verify;
mod verify_file;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use idp_core::audit::Finding;
use idp_core::audit::checkpoint::Checkpoint;

use crate::context::Context;
use crate::output::{Failure, Output};

/// What is done.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List events: whose data, when, by whom
    List(list::Arguments),
    /// Write events as JSON Lines, with their hashes
    Export(export::Arguments),
    /// Prove that no event was changed, removed, moved or added
    Verify(verify::Arguments),
    /// The same for an exported file, without configuration, database or secret
    VerifyFile(verify_file::Arguments),
    /// Sign the present end of each chain, to be kept elsewhere
    Checkpoint(checkpoint::Arguments),
    /// Remove old events of a realm; the chain stays provable
    Trim(trim::Arguments),
}

impl Verb {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::List(arguments) => list::run(context, arguments).await,
            Self::Export(arguments) => export::run(context, arguments).await,
            Self::Verify(arguments) => verify::run(context, arguments).await,
            Self::VerifyFile(arguments) => verify_file::run(context.output, &arguments),
            Self::Checkpoint(arguments) => checkpoint::run(context, &arguments).await,
            Self::Trim(arguments) => trim::run(context, arguments).await,
        }
    }

    /// Runs what needs no configuration; `None` for anything else.
    pub(crate) fn run_alone(&self, output: Output) -> Option<Result<(), Failure>> {
        match self {
            Self::VerifyFile(arguments) => Some(verify_file::run(output, arguments)),
            Self::List(_) | Self::Export(_) | Self::Verify(_) | Self::Checkpoint(_) | Self::Trim(_) => None,
        }
    }
}

/// What was kept elsewhere, for a log to be compared with.
#[derive(Debug, clap::Args)]
struct Kept {
    /// Compare with checkpoints that were kept elsewhere, too
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// The public key the checkpoints must be signed with
    // Base64url: every 64th key begins with a hyphen.
    #[arg(long, value_name = "KEY", requires = "checkpoint", allow_hyphen_values = true)]
    key: Option<String>,
}

impl Kept {
    /// Reads the checkpoints and checks their signatures.
    fn checkpoints(&self) -> Result<Vec<Checkpoint>, Failure> {
        let mut read = Vec::new();
        for file in &self.checkpoint {
            let text = std::fs::read_to_string(file)
                .map_err(|error| Failure::refused(format!("{} cannot be read: {error}.", file.display())))?;
            let found: Vec<Checkpoint> = serde_json::from_str(&text)
                .map_err(|_| Failure::refused(format!("{} is no file of checkpoints.", file.display())))?;
            for checkpoint in found {
                check(file, &checkpoint, self.key.as_deref())?;
                read.push(checkpoint);
            }
        }
        Ok(read)
    }
}

fn check(file: &Path, checkpoint: &Checkpoint, key: Option<&str>) -> Result<(), Failure> {
    let file = file.display();
    if !checkpoint.is_signed() {
        return Err(Failure::refused(format!("The signature of a checkpoint in {file} is wrong: it was altered.")));
    }
    if key.is_some_and(|key| key != checkpoint.key) {
        return Err(Failure::refused(format!(
            "A checkpoint in {file} was signed with another key: {}.",
            checkpoint.key
        )));
    }
    Ok(())
}

fn sentence(finding: &Finding) -> String {
    match finding {
        Finding::Gap { expected, found } => {
            format!("event {expected} is missing; {found} stands in its place. The log was altered.")
        }
        Finding::Changed { sequence } => format!("event {sequence} was changed. The log was altered."),
        Finding::Rewritten { sequence } => {
            format!("event {sequence} is not the one a checkpoint was signed for. The log was written anew.")
        }
        Finding::Beheaded { through } => {
            format!(
                "the events up to {through} are missing, and no event says that they were removed. The log was altered."
            )
        }
        Finding::Appended { sequence } => {
            format!("event {sequence} stands behind the recorded end. It was added to the log.")
        }
        Finding::Cut { found, recorded } => {
            format!("the log ends at event {found} instead of {recorded}. Its tail was cut.")
        }
    }
}

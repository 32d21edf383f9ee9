//! Backups: a file encrypted to a public key, whose private half lies elsewhere.

mod create;
mod keygen;
mod restore;
mod sealed;
mod verify;
mod void;

use clap::Subcommand;

use crate::context::Context;
use crate::output::{Failure, Output};

/// What is done.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Make the pair of keys that backups are encrypted with
    Keygen(keygen::Arguments),
    /// Back a SQLite database up while it is used
    Create(create::Arguments),
    /// Prove that a backup can be restored
    Verify(verify::Arguments),
    /// Restore a backup to a new file; nothing old is revived
    Restore(restore::Arguments),
    /// Void what a PostgreSQL database that was restored by its own tools would revive
    Void(void::Arguments),
}

impl Verb {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Keygen(arguments) => keygen::run(context.output, &arguments),
            Self::Create(arguments) => create::run(context, &arguments).await,
            Self::Verify(arguments) => verify::run(context, &arguments).await,
            Self::Restore(arguments) => restore::run(context, &arguments).await,
            Self::Void(arguments) => void::run(context, &arguments).await,
        }
    }

    /// Runs what needs no configuration; `None` for anything else.
    pub(crate) fn run_alone(&self, output: Output) -> Option<Result<(), Failure>> {
        match self {
            Self::Keygen(arguments) => Some(keygen::run(output, arguments)),
            Self::Create(_) | Self::Verify(_) | Self::Restore(_) | Self::Void(_) => None,
        }
    }
}

/// What was voided, for people.
fn voided_text(voided: &idp_core::admin::backup::Voided) -> String {
    let rows: Vec<String> = voided.iter().map(|(table, rows)| format!("{rows} {}", table.replace('_', " "))).collect();
    format!("Void now: {}. New keys sign.", rows.join(", "))
}

/// The same for machines.
fn voided_document(voided: &idp_core::admin::backup::Voided) -> serde_json::Value {
    let rows: serde_json::Map<_, _> =
        voided.iter().map(|(table, rows)| ((*table).to_owned(), (*rows).into())).collect();
    rows.into()
}

/// What only people can put right after a restore.
const AFTERWARDS: &str = "Whatever happened after the backup is forgotten: passwords changed, methods removed, members \
                          switched off since then have to be seen to again. Letters that were not used are void: \
                          idp-admin letter issue --all";

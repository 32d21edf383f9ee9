//! `backup create`

use std::path::{Path, PathBuf};

use idp_core::admin::backup::copy;
use idp_core::clock::{Clock, SystemClock};
use idp_core::store::{DatabaseUrl, migrate};
use serde_json::json;

use super::sealed::{FORMAT, Manifest, new_file, seal};
use crate::context::Context;
use crate::output::Failure;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "PostgreSQL is backed up by its own tools: see docs/operations.md.\n\nExample:\n  idp-admin backup create \
                        --to age1… --output /backup/2026-11-26.age"
)]
pub(crate) struct Arguments {
    /// The public key that backup keygen printed
    #[arg(long = "to", value_name = "KEY", env = "SEKISHO_BACKUP_KEY")]
    recipient: String,
    /// A new file
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

/// Removes the unencrypted copy however the command ends.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // It may never have been made.
        let _ = std::fs::remove_file(&self.0);
    }
}

pub(crate) async fn run(context: &Context, arguments: &Arguments) -> Result<(), Failure> {
    let DatabaseUrl::Sqlite(database) = &context.config.database else {
        return Err(Failure::refused(
            "This is for SQLite. PostgreSQL is backed up by its own tools: deploy/postgresql/backup, and docs/operations.md",
        ));
    };
    let applied = migrate::status(&context.config.database).await?.applied;
    let Some(schema) = applied.last().cloned() else {
        return Err(Failure::refused(format!("There is no database at {} yet.", database.display())));
    };
    let target = new_file(&arguments.output)?;
    let made = make(database, target, schema, &arguments.recipient).await;
    if made.is_err() {
        // Half a backup must not be taken for one. What failed is said below.
        let _ = std::fs::remove_file(&arguments.output);
    }
    let bytes = made.and_then(|()| Ok(std::fs::metadata(&arguments.output)?.len()))?;
    let file = arguments.output.display();
    context.output.answer(&json!({ "file": arguments.output, "bytes": bytes }), || {
        format!("{file} is made ({bytes} bytes). Prove it where the private key is: idp-admin backup verify {file} --key FILE")
    })
}

async fn make(database: &Path, target: std::fs::File, schema: String, recipient: &str) -> Result<(), Failure> {
    // Beside the database, where the same bytes lie anyway and nobody else may read.
    let scratch = Scratch(database.with_extension("backup.tmp"));
    let _ = std::fs::remove_file(&scratch.0);
    new_file(&scratch.0)?;
    copy(database, &scratch.0).await?;
    let manifest = Manifest { format: FORMAT.to_owned(), made_at: SystemClock.now().rfc3339(), schema };
    seal(&scratch.0, target, &manifest, recipient)
}

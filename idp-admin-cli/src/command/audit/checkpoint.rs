//! `audit checkpoint`

use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use idp_core::admin::audit::checkpoint;
use idp_core::admin::realm::list;
use idp_core::ctx::Scope;

use crate::context::Context;
use crate::output::{Failure, to_stderr};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Keep the file where whoever can write the database cannot: another account, a printed page, a \
                        write-once store. Keep the public key apart from it.\n\nExamples:\n  idp-admin audit checkpoint \
                        --output /media/safe/2026-11-26.json\n  idp-admin audit checkpoint | ssh vault tee -a \
                        checkpoints"
)]
pub(crate) struct Arguments {
    /// A new file; standard output without
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) async fn run(context: &Context, arguments: &Arguments) -> Result<(), Failure> {
    let here = context.installation().await?;
    let mut signed = vec![here.store.read(&here.scope, |ctx| Box::pin(checkpoint(ctx))).await?];
    for realm in here.store.read(&here.scope, |ctx| Box::pin(list(ctx))).await? {
        let scope = Scope::operator(Arc::new(realm), &context.operator);
        signed.push(here.store.read(&scope, |ctx| Box::pin(checkpoint(ctx))).await?);
    }

    let text = serde_json::to_string_pretty(&signed).map_err(|error| Failure::Fault(error.to_string()))?;
    let Some(path) = &arguments.output else { return context.output.answer(&signed, || text) };
    let opened = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o644).open(path);
    let mut file = opened.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::taken(path),
        _ => Failure::refused(format!("{} cannot be written: {error}.", path.display())),
    })?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    let key = signed.first().map(|checkpoint| checkpoint.key.clone()).unwrap_or_default();
    to_stderr(&format!("{} chains are signed in {}. The public key: {key}", signed.len(), path.display()));
    Ok(())
}

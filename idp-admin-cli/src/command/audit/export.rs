//! `audit export`

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use idp_core::admin::audit::{Query, beginning, head, list, was_read};
use idp_core::audit::exported::{base, end, line};

use crate::context::{Context, Here};
use crate::output::{Failure, to_stderr};

/// Events between two looks at the database.
const PAGE: u64 = 5_000;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "JSON Lines, also without --json: the beginning, each event with its number and hash, the recorded \
                        end. Check the file anywhere: idp-admin audit verify-file FILE\n\nExamples:\n  idp-admin audit \
                        export --output mgc.jsonl\n  idp-admin audit export --after 120000 | forwarder"
)]
pub(crate) struct Arguments {
    /// A new file, which its owner alone may read; standard output without
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only events after this number: for forwarding bit by bit
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    after: i64,
    /// Events of the installation instead of a realm's
    #[arg(long)]
    installation: bool,
}

pub(crate) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let here = if arguments.installation { context.installation().await? } else { context.realm().await? };
    let after = arguments.after;
    let note = Query { after, ..Query::default() };
    here.store
        .write(&here.scope, move |ctx| {
            Box::pin(async move {
                was_read(ctx, &note);
                Ok(())
            })
        })
        .await?;
    match &arguments.output {
        Some(path) => {
            let mut file = BufWriter::new(new_file(path)?);
            let events = write(&here, after, &mut file).await?;
            file.flush()?;
            file.get_ref().sync_all()?;
            to_stderr(&format!("{events} events are in {}.", path.display()));
        }
        None => {
            let written = write(&here, after, &mut io::stdout().lock()).await;
            match written {
                // Whoever reads has seen enough (`| head`).
                Err(Failure::Fault(text)) if text.contains("Broken pipe") => {}
                other => {
                    other?;
                }
            }
        }
    }
    Ok(())
}

fn new_file(path: &Path) -> Result<std::fs::File, Failure> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::taken(path),
        _ => Failure::refused(format!("{} cannot be written: {error}.", path.display())),
    })
}

async fn write(here: &Here, after: i64, into: &mut impl Write) -> Result<u64, Failure> {
    let realm = here.scope.realm.name.clone();
    let recorded = here.store.read(&here.scope, |ctx| Box::pin(head(ctx))).await?;
    let mut after = after;
    if after == 0 {
        let begins = here.store.read(&here.scope, |ctx| Box::pin(beginning(ctx))).await?;
        after = begins.sequence;
        writeln!(into, "{}", base(&realm, &begins)?)?;
    }
    let mut count = 0;
    while after < recorded.sequence {
        let query = Query { after, limit: PAGE, ..Query::default() };
        let page = here.store.read(&here.scope, move |ctx| Box::pin(async move { list(ctx, &query).await })).await?;
        let Some(last) = page.last() else { break };
        after = last.sequence;
        for written in page.iter().filter(|written| written.sequence <= recorded.sequence) {
            writeln!(into, "{}", line(&realm, written)?)?;
            count += 1;
        }
    }
    writeln!(into, "{}", end(&realm, &recorded)?)?;
    Ok(count)
}

//! `idp-server demo`.

use std::io::Write as _;
use std::path::PathBuf;

use tokio_util::sync::CancellationToken;

use super::folder::{DEFAULT_FOLDER, Keep};
use super::screen;
use super::start::{Demo, Options};

/// Runs a whole society on this machine: provider, member portal and mailbox.
#[derive(Clone, Debug, clap::Args)]
pub struct DemoArguments {
    /// The demo's folder; made if it is not there
    #[arg(long, value_name = "DIR", default_value = DEFAULT_FOLDER)]
    data: PathBuf,
    /// The provider's port; portal, mailbox and SMTP take the next three [default: that of the folder's demo, or 8080]
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// Forget what the members of an earlier demo did, and print new letters
    #[arg(long)]
    fresh: bool,
}

/// Starts the demo, says on the terminal where it is, and serves until `stop` is cancelled.
///
/// # Errors
/// A folder or port that cannot be used, or a part that cannot go on.
pub async fn run(arguments: DemoArguments, stop: CancellationToken) -> anyhow::Result<()> {
    let keep = if arguments.fresh { Keep::Nothing } else { Keep::Earlier };
    let demo = Demo::prepare(Options { data: arguments.data, port: arguments.port, keep }).await?;

    // The doors are open already: whoever follows the text at once waits a moment and is let in.
    std::io::stdout().write_all(screen::text(&demo.document).as_bytes())?;
    std::io::stdout().flush()?;
    demo.serve(stop).await
}

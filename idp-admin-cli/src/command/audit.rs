//! The audit log.

mod list;
mod verify;

use clap::Subcommand;

use crate::context::Context;
use crate::output::Failure;

/// What is done.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List events
    List(list::Arguments),
    /// Prove that no event was changed, removed or added
    Verify,
}

impl Verb {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::List(arguments) => list::run(context, arguments).await,
            Self::Verify => verify::run(context).await,
        }
    }
}

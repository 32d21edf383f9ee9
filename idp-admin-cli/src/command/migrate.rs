//! The schema.

mod status;
mod up;

use clap::Subcommand;

use crate::context::Context;
use crate::output::Failure;

/// What is done.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Bring the schema up to date
    Up,
    /// Show which steps are pending
    Status,
}

impl Verb {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Up => up::run(context).await,
            Self::Status => status::run(context).await,
        }
    }
}

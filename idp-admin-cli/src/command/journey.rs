//! How the first login goes.

mod report;

use clap::Subcommand;

use crate::context::Context;
use crate::output::Failure;

/// What is done.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Count each step of a period: entered, done, abandoned, median time, errors
    Report(report::Arguments),
}

impl Verb {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Report(arguments) => report::run(context, &arguments).await,
        }
    }
}

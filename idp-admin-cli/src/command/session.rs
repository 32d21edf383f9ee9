//! Sessions of members.

mod revoke;

use clap::Subcommand;

use crate::context::Context;
use crate::output::Failure;

/// What is done.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Sign a member out everywhere
    Revoke(revoke::Arguments),
}

impl Verb {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Revoke(arguments) => revoke::run(context, arguments).await,
        }
    }
}

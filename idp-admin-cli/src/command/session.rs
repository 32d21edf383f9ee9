//! Sessions.

mod list;
mod revoke;

use clap::Subcommand;

use crate::context::Context;
use crate::output::Failure;

/// What is done.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Where a member is signed in
    List(list::Arguments),
    /// End a session, or all of a member; applications are told
    Revoke(revoke::Arguments),
}

impl Verb {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::List(arguments) => list::run(context, arguments).await,
            Self::Revoke(arguments) => revoke::run(context, arguments).await,
        }
    }
}

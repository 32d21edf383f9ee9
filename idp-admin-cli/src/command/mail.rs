//! Mails to members.

mod resend;

use clap::Subcommand;

use crate::context::Context;
use crate::output::Failure;

/// What is done.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Send the mail again that a member's page waits for
    Resend(resend::Arguments),
}

impl Verb {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Resend(arguments) => resend::run(context, arguments).await,
        }
    }
}

//! Letters.

mod issue;
mod reissue;
mod status;
mod view;

use clap::Subcommand;

pub(crate) use self::view::letter_document;
use crate::context::Context;
use crate::output::Failure;

/// What is done.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Issue letters to members who have no password yet
    Issue(issue::Arguments),
    /// Replace a member's letter; the earlier one stops working
    Reissue(reissue::Arguments),
    /// Show where letters stand
    Status(status::Arguments),
}

impl Verb {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Issue(arguments) => issue::run(context, arguments).await,
            Self::Reissue(arguments) => reissue::run(context, arguments).await,
            Self::Status(arguments) => status::run(context, arguments).await,
        }
    }
}

//! Letters.

mod batches;
mod issue;
mod not_received;
mod print;
mod reissue;
mod remind;
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
    /// Void a letter that did not arrive, and make another
    NotReceived(not_received::Arguments),
    /// Print letters that were made and wait
    Print(print::Arguments),
    /// List the batches of letters
    Batches,
    /// List the members whose letter was printed long ago and who never came
    Remind(remind::Arguments),
    /// Show where letters stand
    Status(status::Arguments),
}

impl Verb {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Issue(arguments) => issue::run(context, arguments).await,
            Self::Reissue(arguments) => reissue::run(context, arguments).await,
            Self::NotReceived(arguments) => not_received::run(context, arguments).await,
            Self::Print(arguments) => print::run(context, arguments).await,
            Self::Batches => batches::run(context).await,
            Self::Remind(arguments) => remind::run(context, arguments).await,
            Self::Status(arguments) => status::run(context, arguments).await,
        }
    }
}

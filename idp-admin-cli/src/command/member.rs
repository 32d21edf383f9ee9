//! Members.

pub(super) mod arrivals;
mod create;
mod disable;
mod enable;
mod export;
mod import;
mod import_report;
mod list;
mod move_in;
mod show;
mod unlock;
mod view;

use clap::Subcommand;

use crate::context::Context;
use crate::output::Failure;

/// What is done.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Create one member
    Create(Box<create::Arguments>),
    /// Show a member: what is known, and how far the journey went
    Show(show::Arguments),
    /// List members by user id
    List(list::Arguments),
    /// Switch a member off and end their sessions
    Disable(disable::Arguments),
    /// Switch a member on again
    Enable(enable::Arguments),
    /// Let a member guess again at once after too many wrong passwords
    Unlock(unlock::Arguments),
    /// Import a CSV or TSV file of members
    Import(Box<import::Arguments>),
    /// Let members in who come from another system, whole
    MoveIn(move_in::Arguments),
    /// Show or write everything known about one member or all
    Export(export::Arguments),
}

impl Verb {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Create(arguments) => create::run(context, *arguments).await,
            Self::Show(arguments) => show::run(context, arguments).await,
            Self::List(arguments) => list::run(context, arguments).await,
            Self::Disable(arguments) => disable::run(context, arguments).await,
            Self::Enable(arguments) => enable::run(context, arguments).await,
            Self::Unlock(arguments) => unlock::run(context, arguments).await,
            Self::Import(arguments) => import::run(context, *arguments).await,
            Self::MoveIn(arguments) => move_in::run(context, arguments).await,
            Self::Export(arguments) => export::run(context, arguments).await,
        }
    }
}

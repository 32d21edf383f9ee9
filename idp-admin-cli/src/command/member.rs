//! Members.

pub(super) mod arrivals;
mod create;
mod delete;
mod disable;
mod enable;
mod export;
mod find;
mod import;
mod import_report;
mod list;
mod move_in;
mod remove_method;
mod rename;
mod require;
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
    /// Show a member as the desk needs it: where they are stuck, what they read last, mails, methods, lock, letters
    Show(show::Arguments),
    /// Find members by whatever they say on the telephone
    Find(find::Arguments),
    /// List members by user id
    List(list::Arguments),
    /// Switch a member off and end their sessions
    Disable(disable::Arguments),
    /// Switch a member on again
    Enable(enable::Arguments),
    /// Let a member guess again at once after too many wrong passwords
    Unlock(unlock::Arguments),
    /// Ask for a new password, another method or the terms at the next sign-in
    Require(require::Arguments),
    /// Take a method away, such as the app of a lost phone
    RemoveMethod(remove_method::Arguments),
    /// Give a member another user id
    Rename(rename::Arguments),
    /// Delete a member with everything of theirs
    Delete(delete::Arguments),
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
            Self::Find(arguments) => find::run(context, arguments).await,
            Self::Require(arguments) => require::run(context, arguments).await,
            Self::RemoveMethod(arguments) => remove_method::run(context, arguments).await,
            Self::Rename(arguments) => rename::run(context, arguments).await,
            Self::Delete(arguments) => delete::run(context, arguments).await,
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

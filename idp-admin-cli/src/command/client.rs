//! Clients.

mod change;
mod create;
mod delete;
mod list;
mod logouts;
mod registration_token;
mod rotate_secret;
mod show;
mod view;

use clap::Subcommand;

use crate::context::Context;
use crate::output::Failure;

/// What is done.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Register an application
    Create(Box<create::Arguments>),
    /// List the applications
    List,
    /// Show an application
    Show(show::Arguments),
    /// Change an application's metadata
    Change(change::Arguments),
    /// Whether an application was told of sign-outs, and what it answered
    Logouts(logouts::Arguments),
    /// Make a token that lets a developer register applications
    RegistrationToken(registration_token::Arguments),
    /// Draw a new secret; the old one stops working
    RotateSecret(rotate_secret::Arguments),
    /// Delete an application with everything members granted it
    Delete(delete::Arguments),
}

impl Verb {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Create(arguments) => create::run(context, *arguments).await,
            Self::List => list::run(context).await,
            Self::Show(arguments) => show::run(context, arguments).await,
            Self::Change(arguments) => change::run(context, arguments).await,
            Self::Logouts(arguments) => logouts::run(context, arguments).await,
            Self::RegistrationToken(arguments) => registration_token::run(context, arguments).await,
            Self::RotateSecret(arguments) => rotate_secret::run(context, arguments).await,
            Self::Delete(arguments) => delete::run(context, arguments).await,
        }
    }
}

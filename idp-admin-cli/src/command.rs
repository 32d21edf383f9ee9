//! The nouns; each has a folder with one file per verb.

mod audit;
mod client;
mod doctor;
mod key;
mod letter;
mod member;
mod migrate;
mod realm;
mod session;

use clap::Subcommand;

use crate::context::Context;
use crate::output::Failure;

/// What a command is about.
#[derive(Debug, Subcommand)]
pub(crate) enum Noun {
    /// Societies: their address, settings and terms of use
    #[command(subcommand)]
    Realm(realm::Verb),
    /// Members: one by one, or from a file
    #[command(subcommand)]
    Member(member::Verb),
    /// Letters with initial passwords
    #[command(subcommand)]
    Letter(letter::Verb),
    /// Applications that members sign in to
    #[command(subcommand)]
    Client(client::Verb),
    /// Where members are signed in
    #[command(subcommand)]
    Session(session::Verb),
    /// Signing keys
    #[command(subcommand)]
    Key(key::Verb),
    /// The audit log
    #[command(subcommand)]
    Audit(audit::Verb),
    /// The schema of the database
    #[command(subcommand)]
    Migrate(migrate::Verb),
    /// Look for what is wrong, or will hurt
    Doctor,
}

impl Noun {
    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Realm(verb) => verb.run(context).await,
            Self::Member(verb) => verb.run(context).await,
            Self::Letter(verb) => verb.run(context).await,
            Self::Client(verb) => verb.run(context).await,
            Self::Session(verb) => verb.run(context).await,
            Self::Key(verb) => verb.run(context).await,
            Self::Audit(verb) => verb.run(context).await,
            Self::Migrate(verb) => verb.run(context).await,
            Self::Doctor => doctor::run(context).await,
        }
    }
}

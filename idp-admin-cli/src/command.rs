//! The nouns; each has a folder with one file per verb.

mod audit;
mod backup;
mod client;
mod doctor;
mod generate;
mod journey;
mod key;
mod letter;
mod mail;
mod member;
mod migrate;
mod realm;
mod session;

use clap::Subcommand;

use crate::context::Context;
use crate::output::{Failure, Output};

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
    /// How the first login goes
    #[command(subcommand)]
    Journey(journey::Verb),
    /// Where members are signed in
    #[command(subcommand)]
    Session(session::Verb),
    /// Signing keys
    #[command(subcommand)]
    Key(key::Verb),
    /// Mails to members
    #[command(subcommand)]
    Mail(mail::Verb),
    /// The audit log
    #[command(subcommand)]
    Audit(audit::Verb),
    /// Backups, and coming back from one
    #[command(subcommand)]
    Backup(backup::Verb),
    /// The schema of the database
    #[command(subcommand)]
    Migrate(migrate::Verb),
    /// Look for what is wrong, or will hurt
    Doctor,
    /// Print the completions of a shell
    Completions(generate::Shell),
    /// Write a manual page for each command
    Man(generate::Folder),
}

impl Noun {
    /// Runs what needs no configuration; `None` for anything else.
    pub(crate) fn run_alone(&self, output: Output) -> Option<Result<(), Failure>> {
        match self {
            Self::Audit(verb) => verb.run_alone(output),
            Self::Backup(verb) => verb.run_alone(output),
            Self::Completions(arguments) => Some(generate::completions(arguments)),
            Self::Man(arguments) => Some(generate::man(arguments)),
            Self::Realm(_)
            | Self::Member(_)
            | Self::Letter(_)
            | Self::Client(_)
            | Self::Journey(_)
            | Self::Session(_)
            | Self::Key(_)
            | Self::Mail(_)
            | Self::Migrate(_)
            | Self::Doctor => None,
        }
    }

    pub(crate) async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Realm(verb) => verb.run(context).await,
            Self::Member(verb) => verb.run(context).await,
            Self::Letter(verb) => verb.run(context).await,
            Self::Client(verb) => verb.run(context).await,
            Self::Journey(verb) => verb.run(context).await,
            Self::Session(verb) => verb.run(context).await,
            Self::Key(verb) => verb.run(context).await,
            Self::Mail(verb) => verb.run(context).await,
            Self::Audit(verb) => verb.run(context).await,
            Self::Backup(verb) => verb.run(context).await,
            Self::Migrate(verb) => verb.run(context).await,
            Self::Doctor => doctor::run(context).await,
            Self::Completions(arguments) => generate::completions(&arguments),
            Self::Man(arguments) => generate::man(&arguments),
        }
    }
}

//! `idp-admin`: what operators do, from a command line.

mod command;
mod context;
mod output;
mod print;
mod words;

use std::process::ExitCode;

use clap::Parser;

use crate::command::Noun;
use crate::context::{Context, Global};
use crate::output::{Failure, to_stderr};

/// Provision members and applications, and look after an installation of Sekisho
#[derive(Debug, Parser)]
#[command(name = "idp-admin", version, after_help = "Exit status: 0 done, 1 refused, 2 fault, 64 wrong usage.")]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    noun: Noun,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            to_stderr(failure.sentence());
            ExitCode::from(failure.exit_code())
        }
    }
}

async fn run() -> Result<(), Failure> {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => return Err(Failure::Usage(error.to_string())),
        // The help or the version was asked for.
        Err(answer) => return Ok(answer.print()?),
    };
    if let Some(done) = arguments.noun.run_alone(arguments.global.output()) {
        return done;
    }
    let context = Context::read(arguments.global)?;
    arguments.noun.run(&context).await
}

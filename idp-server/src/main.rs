//! `idp-server`: serves a configured installation, or a demo that needs nothing.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use idp_core::config::{LogConfig, LogFormat, LogLevel};
use idp_server::demo::command::DemoArguments;
use idp_server::{demo, logging, serve};

/// What a request needs is asked for on one thread and given back on another, which the allocator of the C library does not
/// like.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Sekisho, the identity provider of health-insurance societies.
#[derive(Parser)]
#[command(name = "idp-server", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the realms of a configured installation
    Serve {
        /// The configuration
        #[arg(long, value_name = "FILE", env = "SEKISHO_CONFIG", default_value = "sekisho.toml")]
        config: PathBuf,
    },
    /// Run a whole society on this machine: provider, member portal and mailbox
    Demo(DemoArguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Every TLS library takes the one provider there is.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let done = match arguments.command {
        Command::Serve { config } => serve::run(&config).await,
        Command::Demo(arguments) => show(arguments).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            use std::io::Write as _;
            // Nothing is left to do where even this cannot be said.
            let _ = writeln!(std::io::stderr(), "idp-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn show(arguments: DemoArguments) -> anyhow::Result<()> {
    // What the demo prints is for the reader; the log speaks up when something is wrong.
    logging::start(LogConfig { format: LogFormat::Text, level: LogLevel::Warn });
    demo::command::run(arguments, serve::stop_on_signal()?).await
}

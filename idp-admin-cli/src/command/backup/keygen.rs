//! `backup keygen`

use std::io::Write;
use std::path::PathBuf;

use age::secrecy::ExposeSecret;
use serde_json::json;

use crate::output::{Failure, Output};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Take the file to where backups are restored, and away from where they are made.\n\nExample:\n  \
                        idp-admin backup keygen --output backup.key"
)]
pub(crate) struct Arguments {
    /// A new file for the private key
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

pub(crate) fn run(output: Output, arguments: &Arguments) -> Result<(), Failure> {
    let mut file = super::sealed::new_file(&arguments.output)?;
    let identity = age::x25519::Identity::generate();
    let public = identity.to_public().to_string();
    writeln!(file, "# public key: {public}\n{}", identity.to_string().expose_secret())?;
    file.sync_all()?;
    output.answer(&json!({ "public_key": public }), || {
        format!("The private key is in {}. The public key: {public}", arguments.output.display())
    })
}

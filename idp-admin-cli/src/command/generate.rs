//! `completions` and `man`: made from the commands themselves, so that they cannot lag behind

use std::io;
use std::path::PathBuf;

use clap::CommandFactory;

use crate::Arguments;
use crate::output::{Failure, to_stderr};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  idp-admin completions bash > /usr/share/bash-completion/completions/idp-admin")]
pub(crate) struct Shell {
    /// Which shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  idp-admin man /usr/share/man/man1")]
pub(crate) struct Folder {
    /// Where the pages go
    folder: PathBuf,
}

pub(super) fn completions(arguments: &Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "idp-admin", &mut script);
    match io::Write::write_all(&mut io::stdout().lock(), &script) {
        // Whoever reads has seen enough (`| head`).
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

pub(super) fn man(arguments: &Folder) -> Result<(), Failure> {
    let folder = &arguments.folder;
    if !folder.is_dir() {
        return Err(Failure::refused(format!("{} is no folder.", folder.display())));
    }
    clap_mangen::generate_to(Arguments::command(), folder)?;
    to_stderr(&format!("The pages are in {}: man {}/idp-admin.1", folder.display(), folder.display()));
    Ok(())
}

//! A new file for secrets: readable by its owner alone, never in the place of another, and there only when it is whole.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use age::stream::StreamWriter;

use crate::output::Failure;

/// Whom a file is encrypted to (age-encryption.org/v1).
#[derive(Clone)]
pub(crate) struct Recipient(age::x25519::Recipient);

impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Recipient({})", self.0)
    }
}

impl FromStr for Recipient {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.trim().parse().map(Self).map_err(|_| "write the public key of the print house, age1…".to_owned())
    }
}

enum Out {
    Plain(File),
    Encrypted(Box<StreamWriter<File>>),
}

/// A file that is being written under another name.
pub(crate) struct NewFile {
    path: PathBuf,
    partial: PathBuf,
    out: Option<Out>,
}

impl NewFile {
    /// Begins a file. What an earlier run left half written is written over.
    pub(crate) fn create(path: &Path, encrypt_to: Option<&Recipient>) -> Result<Self, Failure> {
        if path.exists() {
            return Err(Failure::taken(path));
        }
        let mut name = path.as_os_str().to_owned();
        name.push(".partial");
        let partial = PathBuf::from(name);
        let refused = |error: io::Error| Failure::refused(format!("{} cannot be written: {error}.", path.display()));
        if let Ok(earlier) = File::open(&partial) {
            // Held by whoever writes it now; a killed run holds nothing.
            if earlier.try_lock().is_err() {
                return Err(Failure::refused(format!("{} is being written by another command.", path.display())));
            }
            std::fs::remove_file(&partial).map_err(refused)?;
        }
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial).map_err(refused)?;
        file.try_lock().map_err(|error| Failure::Fault(format!("{} cannot be locked: {error}", partial.display())))?;
        let out = match encrypt_to {
            None => Out::Plain(file),
            Some(Recipient(recipient)) => {
                let recipients = std::iter::once(recipient as &dyn age::Recipient);
                let encryptor = age::Encryptor::with_recipients(recipients)
                    .map_err(|error| Failure::Fault(format!("the file cannot be encrypted: {error}")))?;
                Out::Encrypted(Box::new(encryptor.wrap_output(file)?))
            }
        };
        Ok(Self { path: path.to_owned(), partial, out: Some(out) })
    }

    /// Ends the file, and gives it its name once it is on the disk.
    pub(crate) fn finish(mut self) -> Result<String, Failure> {
        let file = match self.out.take() {
            Some(Out::Plain(file)) => file,
            Some(Out::Encrypted(stream)) => stream.finish()?,
            None => return Err(Failure::Fault("a file was ended twice".to_owned())),
        };
        file.sync_all()?;
        // Unlike a renaming, this never takes another file's place.
        std::fs::hard_link(&self.partial, &self.path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Failure::taken(&self.path),
            _ => Failure::Fault(format!("{} cannot be written: {error}", self.path.display())),
        })?;
        std::fs::remove_file(&self.partial)?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
        Ok(self.path.display().to_string())
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.out {
            Some(Out::Plain(file)) => file.write(bytes),
            Some(Out::Encrypted(stream)) => stream.write(bytes),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.out {
            Some(Out::Plain(file)) => file.flush(),
            Some(Out::Encrypted(stream)) => stream.flush(),
            None => Ok(()),
        }
    }
}

impl Drop for NewFile {
    /// What was not ended is of no use, and holds secrets.
    fn drop(&mut self) {
        if self.out.is_some() {
            let _ = std::fs::remove_file(&self.partial);
        }
    }
}

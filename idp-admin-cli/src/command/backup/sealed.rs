//! The file of a backup: age (age-encryption.org/v1) around one line that says what it is, and the database.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::output::Failure;

/// The first line inside.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// Always [`FORMAT`].
    pub(super) format: String,
    /// When it was made, RFC 3339.
    pub(super) made_at: String,
    /// The last step of the schema.
    pub(super) schema: String,
}

/// What the first line says.
pub(super) const FORMAT: &str = "sekisho backup 1";

/// A new file that its owner alone may read.
pub(super) fn new_file(path: &Path) -> Result<File, Failure> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::taken(path),
        _ => Failure::refused(format!("{} cannot be written: {error}.", path.display())),
    })
}

/// Encrypts manifest and database into `to`; through to the disk.
pub(super) fn seal(from: &Path, to: File, manifest: &Manifest, recipient: &str) -> Result<(), Failure> {
    let recipient: age::x25519::Recipient = recipient.trim().parse().map_err(|error| {
        Failure::refused(format!(
            "“{recipient}” is no public key of a backup (age1…): {error}. Make one: idp-admin backup keygen"
        ))
    })?;
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
        .map_err(|error| Failure::Fault(error.to_string()))?;
    let mut writer = encryptor.wrap_output(BufWriter::new(to))?;
    let line = serde_json::to_string(manifest).map_err(|error| Failure::Fault(error.to_string()))?;
    writeln!(writer, "{line}")?;
    io::copy(&mut File::open(from)?, &mut writer)?;
    let mut inner = writer.finish()?;
    inner.flush()?;
    inner.get_ref().sync_all()?;
    Ok(())
}

/// Decrypts the database into `to`, through to the disk. A byte changed or missing is refused.
pub(super) fn open(from: &Path, mut to: File, identity: &Path) -> Result<Manifest, Failure> {
    let refused = |what: &str| Failure::refused(format!("{}: {what}.", from.display()));
    let text = std::fs::read_to_string(identity)
        .map_err(|error| Failure::refused(format!("{} cannot be read: {error}.", identity.display())))?;
    let key = text.lines().map(str::trim).find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap_or_default();
    let key: age::x25519::Identity = key
        .parse()
        .map_err(|_| Failure::refused(format!("{} holds no private key of backups.", identity.display())))?;
    let file = File::open(from).map_err(|error| refused(&format!("it cannot be read: {error}")))?;
    let decryptor = age::Decryptor::new(BufReader::new(file)).map_err(|_| refused("it is no backup"))?;
    let reader = decryptor
        .decrypt(std::iter::once(&key as &dyn age::Identity))
        .map_err(|_| refused("it was encrypted to another key"))?;

    let mut reader = BufReader::new(reader);
    let mut line = String::new();
    let damaged = |_| refused("it is damaged or was cut off");
    reader.by_ref().take(10_000).read_line(&mut line).map_err(damaged)?;
    let manifest: Manifest = serde_json::from_str(&line).map_err(|_| refused("it is no backup of Sekisho"))?;
    if manifest.format != FORMAT {
        return Err(refused("it was made by another version"));
    }
    io::copy(&mut reader, &mut to).map_err(|error| match error.kind() {
        io::ErrorKind::StorageFull => Failure::refused("The disk is full.".to_owned()),
        _ => refused("it is damaged or was cut off"),
    })?;
    to.sync_all()?;
    Ok(manifest)
}

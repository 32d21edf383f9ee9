//! The demo's folder: the provider's configuration, its key and its database, and `demo.json` beside them.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use idp_core::entropy::{self, Entropy};

use super::document::{DOCUMENT_NAME, DemoDocument, create_private};

/// The folder unless the command line names another.
pub const DEFAULT_FOLDER: &str = "sekisho-demo";

/// The provider's configuration file within the folder.
const CONFIG_NAME: &str = "sekisho.toml";
const KEY_NAME: &str = "installation.key";
const DATABASE_NAME: &str = "sekisho.db";

/// The first line of a configuration that the demo wrote, and may therefore remove.
const MARK: &str = "# Written by `idp-server demo`, which replaces it when it starts afresh.";

/// Whether the people of an earlier demo stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// They stay, with everything they did.
    Earlier,
    /// They start anew.
    Nothing,
}

/// A folder that belongs to the demo.
#[derive(Debug)]
pub struct Folder(PathBuf);

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderFault {
    /// There is a configuration that somebody else wrote.
    #[error("{0} was not written by the demo; choose another folder with --data")]
    Foreign(PathBuf),
    /// What the file system said.
    #[error("{path} cannot be used")]
    System {
        /// The file or folder.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

impl Folder {
    /// Takes the folder for the demo and makes it if it is not there. Answers what an earlier demo left in it, which
    /// is nothing if it was stopped before its people were complete.
    ///
    /// # Errors
    /// [`FolderFault`]; nothing was changed then.
    pub fn take(path: &Path, keep: Keep) -> Result<(Self, Option<DemoDocument>), FolderFault> {
        fs::create_dir_all(path).map_err(at(path))?;
        // The configuration names its files by absolute paths, so that it can be used from anywhere.
        let folder = Self(path.canonicalize().map_err(at(path))?);
        let config = folder.config();
        match fs::read_to_string(&config) {
            Ok(text) if text.starts_with(MARK) => {}
            Ok(_) => return Err(FolderFault::Foreign(config)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                folder.refuse_foreign_database()?;
                return Ok((folder, None));
            }
            Err(error) => return Err(at(&config)(error)),
        }

        let earlier = match keep {
            // A document that cannot be read is as good as none.
            Keep::Earlier => DemoDocument::read(&folder.0).ok().flatten(),
            Keep::Nothing => None,
        };
        Ok((folder, earlier))
    }

    /// Removes what an earlier demo left and writes the configuration of a new one.
    ///
    /// # Errors
    /// [`FolderFault::System`].
    pub fn start_afresh(
        &self,
        entropy: &dyn Entropy,
        provider_port: u16,
        smtp_port: u16,
    ) -> Result<PathBuf, FolderFault> {
        // The document goes first: without it, whatever else is left counts for nothing.
        let names = [DOCUMENT_NAME, DATABASE_NAME, "sekisho.db-wal", "sekisho.db-shm", KEY_NAME, CONFIG_NAME];
        for name in names {
            let path = self.0.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&path)(error)),
                Err(_) | Ok(()) => {}
            }
        }

        let (config, key) = (self.config(), self.0.join(KEY_NAME));
        write_private(&config, &self.config_text(provider_port, smtp_port)).map_err(at(&config))?;
        let secret = BASE64_STANDARD.encode(entropy::bytes::<32>(entropy));
        write_private(&key, &secret).and_then(|()| make_read_only(&key)).map_err(at(&key))?;
        Ok(config)
    }

    /// The folder itself, absolute.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The provider's configuration file.
    pub fn config(&self) -> PathBuf {
        self.0.join(CONFIG_NAME)
    }

    fn config_text(&self, provider_port: u16, smtp_port: u16) -> String {
        format!(
            "{MARK}\n\n\
             [database]\nurl = \"sqlite://{DATABASE_NAME}\"\n\n\
             [secrets]\ninstallation_key_file = \"{KEY_NAME}\"\n\n\
             [http]\nlisten = \"127.0.0.1:{provider_port}\"\n\n\
             [outgoing]\nallowed_networks = [\"127.0.0.0/8\", \"::1/128\"]\n\
             [mail]\nhost = \"localhost\"\nport = {smtp_port}\ntls = \"off\"\n"
        )
    }

    fn refuse_foreign_database(&self) -> Result<(), FolderFault> {
        let database = self.0.join(DATABASE_NAME);
        if database.exists() { Err(FolderFault::Foreign(database)) } else { Ok(()) }
    }
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut file = create_private(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn make_read_only(path: &Path) -> io::Result<()> {
    let mut permissions = fs::metadata(path)?.permissions();
    permissions.set_readonly(true);
    fs::set_permissions(path, permissions)
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> FolderFault {
    let path = path.to_owned();
    move |source| FolderFault::System { path, source }
}

#[cfg(test)]
mod tests {
    use idp_core::entropy::SeededEntropy;

    use super::*;

    fn document(folder: &Folder) -> DemoDocument {
        DemoDocument {
            issuer: "http://localhost:8080".into(),
            portal: "http://localhost:8081".into(),
            mailbox: "http://localhost:8082".into(),
            config: folder.config(),
            members: Vec::new(),
            clients: Vec::new(),
        }
    }

    #[test]
    fn a_new_folder_gets_a_configuration_and_a_key_of_its_owner() {
        let parent = tempfile::tempdir().unwrap();
        let (folder, earlier) = Folder::take(&parent.path().join("a/demo"), Keep::Earlier).unwrap();
        assert!(earlier.is_none());

        let config = folder.start_afresh(&SeededEntropy::new(1), 8080, 8083).unwrap();

        let text = fs::read_to_string(config).unwrap();
        assert!(text.contains("listen = \"127.0.0.1:8080\"") && text.contains("port = 8083"), "{text}");
        let key = fs::read_to_string(folder.path().join(KEY_NAME)).unwrap();
        assert_eq!(BASE64_STANDARD.decode(key).unwrap().len(), 32);
    }

    #[test]
    fn an_earlier_demo_stays_unless_it_is_to_start_afresh() {
        let parent = tempfile::tempdir().unwrap();
        let (folder, _) = Folder::take(parent.path(), Keep::Earlier).unwrap();
        folder.start_afresh(&SeededEntropy::new(1), 8080, 8083).unwrap();
        document(&folder).write(folder.path()).unwrap();

        assert!(Folder::take(parent.path(), Keep::Earlier).unwrap().1.is_some());
        assert!(Folder::take(parent.path(), Keep::Nothing).unwrap().1.is_none());

        folder.start_afresh(&SeededEntropy::new(2), 8080, 8083).unwrap();
        assert!(Folder::take(parent.path(), Keep::Earlier).unwrap().1.is_none());
    }

    #[test]
    fn what_somebody_else_keeps_in_a_folder_is_left_alone() {
        for name in [CONFIG_NAME, DATABASE_NAME] {
            let parent = tempfile::tempdir().unwrap();
            fs::write(parent.path().join(name), "precious").unwrap();

            let refused = Folder::take(parent.path(), Keep::Nothing);

            assert!(matches!(refused, Err(FolderFault::Foreign(_))));
            assert_eq!(fs::read_to_string(parent.path().join(name)).unwrap(), "precious");
        }
    }
}

//! `demo.json`: what a test, a script or a curious person needs to drive a running demo.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::members::MemberState;

/// The file's name within the demo's folder.
pub const DOCUMENT_NAME: &str = "demo.json";

/// The whole document. It holds secrets on purpose: they open nothing but this demo.
#[derive(Clone, Serialize, Deserialize)]
pub struct DemoDocument {
    /// The issuer, as in the discovery document: no slash at its end.
    pub issuer: String,
    /// The portal's origin.
    pub portal: String,
    /// The origin of the mailbox page.
    pub mailbox: String,
    /// The provider's configuration file, an absolute path.
    pub config: PathBuf,
    /// The members, as seeded.
    pub members: Vec<MemberEntry>,
    /// The clients, as registered.
    pub clients: Vec<ClientEntry>,
}

/// One member and how they get in.
#[derive(Clone, Serialize, Deserialize)]
pub struct MemberEntry {
    /// The user id as the letter prints it.
    pub user_id: String,
    /// The letter's secret or the pattern password; `None` past onboarding.
    pub initial_password: Option<String>,
    /// The member's own password; `None` until they have chosen one.
    pub password: Option<String>,
    /// `YYYY-MM-DD`.
    pub birth_date: String,
    /// The mail address the society holds.
    pub mail: String,
    /// Where the member stands.
    pub state: MemberState,
    /// The key of the authenticator app, base32; absent without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp_key: Option<String>,
}

/// One client and how it proves itself.
#[derive(Clone, Serialize, Deserialize)]
pub struct ClientEntry {
    /// The client's id.
    pub client_id: String,
    /// `None` for a public client.
    pub client_secret: Option<String>,
    /// Registered redirect URIs; those on loopback match on any port.
    pub redirect_uris: Vec<String>,
    /// Whether the client keeps a secret.
    pub profile: ClientProfile,
}

/// Whether a client keeps a secret (RFC 6749 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientProfile {
    /// It does.
    Confidential,
    /// It cannot, and relies on PKCE.
    Public,
}

impl DemoDocument {
    /// Writes the document into `folder`, whole or not at all, readable by its owner alone.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, folder: &Path) -> io::Result<PathBuf> {
        let target = folder.join(DOCUMENT_NAME);
        let draft = folder.join(format!("{DOCUMENT_NAME}.new"));
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');

        // A draft that a crash left behind may have other permissions.
        match fs::remove_file(&draft) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Err(_) | Ok(()) => {}
        }
        let mut file = create_private(&draft)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&draft, &target)?;
        Ok(target)
    }

    /// Reads the document of `folder`; `None` if there is none.
    ///
    /// # Errors
    /// What the file system says, or `InvalidData` for a file that is no such document.
    pub fn read(folder: &Path) -> io::Result<Option<Self>> {
        match fs::read(folder.join(DOCUMENT_NAME)) {
            Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

pub(super) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> DemoDocument {
        DemoDocument {
            issuer: "http://localhost:8080".into(),
            portal: "http://localhost:8081".into(),
            mailbox: "http://localhost:8082".into(),
            config: "/demo/sekisho.toml".into(),
            members: vec![MemberEntry {
                user_id: "MN100101".into(),
                initial_password: Some("secret".into()),
                password: None,
                birth_date: "1980-01-01".into(),
                mail: "hanako@example.jp".into(),
                state: MemberState::New,
                totp_key: None,
            }],
            clients: vec![ClientEntry {
                client_id: "demo-public".into(),
                client_secret: None,
                redirect_uris: vec!["http://127.0.0.1/cb".into()],
                profile: ClientProfile::Public,
            }],
        }
    }

    #[test]
    fn the_document_has_the_agreed_fields() {
        let json = serde_json::to_value(document()).unwrap();

        assert_eq!(
            json,
            serde_json::json!({
                "issuer": "http://localhost:8080",
                "portal": "http://localhost:8081",
                "mailbox": "http://localhost:8082",
                "config": "/demo/sekisho.toml",
                "members": [{
                    "user_id": "MN100101", "initial_password": "secret", "password": null,
                    "birth_date": "1980-01-01", "mail": "hanako@example.jp", "state": "new",
                }],
                "clients": [{
                    "client_id": "demo-public", "client_secret": null,
                    "redirect_uris": ["http://127.0.0.1/cb"], "profile": "public",
                }],
            })
        );
    }

    #[test]
    fn a_document_replaces_the_older_one_and_leaves_no_draft() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("demo.json.new"), "left by a crash").unwrap();
        document().write(folder.path()).unwrap();
        let mut newer = document();
        newer.issuer = "http://localhost:9000".into();

        let path = newer.write(folder.path()).unwrap();

        assert_eq!(DemoDocument::read(folder.path()).unwrap().unwrap().issuer, "http://localhost:9000");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions()) & 0o777, 0o600);
        #[cfg(not(unix))]
        drop(path);
    }

    #[test]
    fn a_folder_without_a_document_is_told_from_a_broken_one() {
        let folder = tempfile::tempdir().unwrap();
        assert!(DemoDocument::read(folder.path()).unwrap().is_none());

        fs::write(folder.path().join(DOCUMENT_NAME), "{").unwrap();
        assert!(DemoDocument::read(folder.path()).is_err());
    }
}

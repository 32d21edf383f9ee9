//! The demo as anybody starts it: a process, its folder, and the mails it received.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use tempfile::TempDir;

use super::until;

/// A running demo; it ends with this value.
pub(super) struct Demo {
    process: Child,
    folder: TempDir,
    document: Document,
    http: reqwest::Client,
    read: Mutex<HashSet<String>>,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    portal: String,
    mailbox: String,
    members: Vec<Member>,
}

/// A member as `demo.json` tells of them.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Member {
    pub(super) user_id: String,
    pub(super) initial_password: Option<String>,
    pub(super) password: Option<String>,
    pub(super) birth_date: String,
    pub(super) mail: String,
    pub(super) state: String,
}

impl Member {
    /// What the letter, or the pattern, gave them.
    pub(super) fn initial_password(&self) -> &str {
        self.initial_password.as_deref().unwrap_or_default()
    }

    /// What they chose themselves.
    pub(super) fn password(&self) -> &str {
        self.password.as_deref().unwrap_or_default()
    }
}

/// A mail in the demo's mailbox.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Mail {
    pub(super) id: String,
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) text: String,
}

impl Mail {
    /// The six digits that stand on a line of their own.
    pub(super) fn code(&self) -> Option<&str> {
        self.text.lines().map(str::trim).find(|line| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit()))
    }

    /// The link to confirm an address.
    pub(super) fn link(&self) -> Option<&str> {
        self.text.lines().map(str::trim).find(|line| line.starts_with("http") && line.contains("/mail/verify?"))
    }
}

impl Demo {
    /// Starts one on free ports with an empty folder.
    pub(super) async fn start() -> Result<Self> {
        // Every HTTP client here takes the process's provider; whichever test comes first installs it.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let folder = tempfile::tempdir()?;
        let log = File::create(folder.path().join("log"))?;
        let mut process = Command::new(binary()?)
            .args(["demo", "--port", "0", "--fresh", "--data"])
            .arg(folder.path().join("data"))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("idp-server: cargo build it first")?;

        let written = folder.path().join("data/demo.json");
        let said = folder.path().join("log");
        let started = until("demo.json", async || {
            if let Some(status) = process.try_wait()? {
                bail!("the demo ended with {status}:\n{}", fs::read_to_string(&said)?);
            }
            Ok(fs::read(&written).ok())
        });
        let document = serde_json::from_slice(&started.await?)?;
        Ok(Self { process, folder, document, http: reqwest::Client::new(), read: Mutex::default() })
    }

    /// An address of the provider.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.document.issuer)
    }

    /// The portal's front page.
    pub(super) fn portal(&self) -> &str {
        &self.document.portal
    }

    /// The page that shows a mail.
    pub(super) fn page_of(&self, mail: &Mail) -> String {
        format!("{}/messages/{}", self.document.mailbox, mail.id)
    }

    /// The first member in this state.
    pub(super) fn member(&self, state: &str) -> Result<Member> {
        self.document.members.iter().find(|member| member.state == state).cloned().context("no member in this state")
    }

    /// The next mail to this address that holds a code and was not read before.
    pub(super) async fn mail_with_code(&self, address: &str) -> Result<Mail> {
        until(&format!("a code for {address}"), async || {
            let mails = self.mails().await?;
            let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
            let fresh = |mail: &Mail| mail.to.contains(address) && mail.code().is_some() && !read.contains(&mail.id);
            let found = mails.into_iter().rev().find(fresh);
            read.extend(found.iter().map(|mail| mail.id.clone()));
            Ok(found)
        })
        .await
    }

    /// Every mail there is, oldest first.
    pub(super) async fn mails(&self) -> Result<Vec<Mail>> {
        Ok(self.http.get(format!("{}/api/messages", self.document.mailbox)).send().await?.json().await?)
    }

    /// The code of that mail.
    pub(super) async fn code(&self, address: &str) -> Result<String> {
        let mail = self.mail_with_code(address).await?;
        Ok(mail.code().unwrap_or_default().to_owned())
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        // The test runner shows this beside a failure only.
        eprint!("{}", fs::read_to_string(self.folder.path().join("log")).unwrap_or_default());
    }
}

/// Built beside the test binary: `target/debug/idp-server` for `target/debug/deps/it-…`.
fn binary() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.parent().and_then(|deps| deps.parent()).context("the test binary lies in no target folder")?;
    Ok(folder.join("idp-server"))
}

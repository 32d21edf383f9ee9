//! An application on a framework that others keep: a process of its own on loopback that lives by the clock of its test. Its
//! environment tells what an operator would: where it listens, who its issuer is, and which client it is there.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::idp::Idp;
use crate::portal::Portal;

/// A running application; stopped when dropped.
pub struct Application {
    /// Where it listens.
    pub address: String,
    process: Child,
    folder: TempDir,
}

impl Application {
    /// Where one may listen: its client comes back there, so that it is known before.
    pub fn place() -> SocketAddr {
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
    }

    /// Starts a program as this client, and waits until it listens.
    pub async fn start(mut command: Command, listen: SocketAddr, idp: &Idp, client: &Portal) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("http://{listen}");
        keeps_the_time_of(&mut command, idp);
        let log = File::create(folder.path().join("log")).unwrap();
        let process = command
            .env("PORT", listen.port().to_string())
            .env("ADDRESS", &address)
            .env("FOLDER", folder.path())
            .env("ISSUER", idp.origin())
            .env("CLIENT_ID", &client.client_id)
            .env("CLIENT_SECRET", client.secret.as_deref().unwrap())
            .env("SESSION_KEY", "a key of this test, and of no installation")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        let mut application = Self { address, process: process.expect("the program is installed"), folder };

        while TcpStream::connect(listen).await.is_err() {
            assert_eq!(application.process.try_wait().unwrap(), None, "it ended before it listened");
            tokio::task::yield_now().await;
        }
        application
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
        // What the library of the faked time leaves behind a process that is killed.
        for left in ["faketime_shm_", "sem.faketime_sem_"] {
            let _ = fs::remove_file(format!("/dev/shm/{left}{}", self.process.id()));
        }
        if std::thread::panicking() {
            eprintln!("{}", fs::read_to_string(self.folder.path().join("log")).unwrap_or_default());
        }
    }
}

/// Lets a program's time begin at the present instant of the test, whatever the program is written in.
fn keeps_the_time_of(command: &mut Command, idp: &Idp) {
    let asked = Command::new("faketime").args(["-f", "+0", "printenv", "LD_PRELOAD"]).output();
    let library = String::from_utf8(asked.expect("faketime is installed").stdout).unwrap();
    command
        .env("LD_PRELOAD", library.trim())
        .env("FAKETIME_FMT", "%s")
        .env("FAKETIME", format!("@{}", idp.seconds()))
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
}

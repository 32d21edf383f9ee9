//! What is measured: a process that answers at a port.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use crate::wire::Connection;

/// Ticks of `/proc/PID/stat` in a second (`getconf CLK_TCK` on Linux).
const TICKS: u64 = 100;

/// One running process.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) port: u16,
    child: Child,
    /// Its files, thrown away with it.
    _folder: Option<TempDir>,
}

impl Subject {
    pub(crate) async fn start(
        name: &'static str,
        port: u16,
        mut command: Command,
        folder: Option<TempDir>,
    ) -> Result<Self> {
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().with_context(|| format!("{command:?}"))?;
        let mut subject = Self { name, port, child, _folder: folder };
        let patience = Instant::now() + Duration::from_secs(30);
        while Connection::open(port).await.is_err() {
            ensure!(subject.child.try_wait()?.is_none(), "{name} ended before it was ready");
            ensure!(Instant::now() < patience, "{name} does not listen");
            sleep(Duration::from_millis(20)).await;
        }
        Ok(subject)
    }

    /// Processor time spent so far, of all threads.
    pub(crate) fn spent(&self) -> Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let after_name = stat.rsplit(") ").next().unwrap_or_default();
        let fields: Vec<&str> = after_name.split(' ').collect();
        let ticks = fields[11].parse::<u64>()? + fields[12].parse::<u64>()?;
        Ok(Duration::from_millis(ticks * 1_000 / TICKS))
    }

    /// Resident memory in MiB.
    pub(crate) fn resident(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").trim().parse::<f64>()? / 1024.0)
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port nobody listens at.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// A program of the release build, beside this one.
pub(crate) fn built(name: &str) -> Result<PathBuf> {
    let this = std::env::current_exe()?;
    let folder = this.parent().and_then(|deps| deps.parent()).context("no target folder")?;
    let program = folder.join(name);
    ensure!(program.exists(), "{} is missing: cargo build --release --workspace", program.display());
    Ok(program)
}

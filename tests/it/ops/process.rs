//! The built programs: the demo as a process of its own, and `idp-admin` beside it.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The last thing the demo says before it waits; its doors are open then.
const DEMO_IS_READY: &str = "demo.json";

/// A running demo; stopped when dropped.
pub(super) struct Demo {
    /// `demo.json`.
    pub(super) document: Value,
    folder: TempDir,
    process: Child,
}

impl Demo {
    /// Starts a new society at any free port.
    pub(super) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let process = run_demo(folder.path(), &["--port", "0", "--fresh"]);
        let document = fs::read_to_string(folder.path().join("demo.json")).expect("the demo writes demo.json");
        Self { document: serde_json::from_str(&document).expect("demo.json is JSON"), folder, process }
    }

    /// Ends the process as a power cut would: SIGKILL.
    pub(super) fn kill(&mut self) {
        self.process.kill().expect("the demo can be killed");
        self.process.wait().expect("the demo was running");
    }

    /// Starts it again, with what its folder holds.
    pub(super) fn start_again(&mut self) {
        self.process = run_demo(self.folder.path(), &[]);
    }

    /// Sends SIGTERM, as service managers do.
    pub(super) fn tell_to_stop(&self) {
        let told = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        assert!(told.expect("kill can be run").success());
    }

    /// Waits until the process has ended; whether it ended well.
    pub(super) fn ended_well(&mut self) -> bool {
        self.process.wait().expect("the demo was running").success()
    }

    /// A text of `demo.json`.
    pub(super) fn text(&self, pointer: &str) -> &str {
        self.document.pointer(pointer).and_then(Value::as_str).expect("demo.json has the field")
    }

    /// The folder of the demo.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs `idp-admin --json` on the demo's configuration and reads its document.
    pub(super) fn admin(&self, arguments: &[&str]) -> Value {
        let output = admin(Path::new(self.text("/config")), arguments);
        assert!(output.status.success(), "idp-admin {arguments:?}: {}", said(&output));
        serde_json::from_slice(&output.stdout).expect("--json prints JSON")
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn run_demo(folder: &Path, arguments: &[&str]) -> Child {
    let log = folder.join("process.log");
    let file = File::options().create(true).append(true).open(&log).expect("a log can be written");
    let mut process = Command::new(program("idp-server"))
        .args(["demo", "--data"])
        .arg(folder)
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(file)
        .spawn()
        .expect("idp-server is built beside the tests: cargo build --workspace");

    let stdout = process.stdout.take().expect("the output is piped");
    let is_ready = BufReader::new(stdout).lines().any(|line| line.is_ok_and(|line| line.contains(DEMO_IS_READY)));
    assert!(is_ready, "the demo did not start: {}", fs::read_to_string(log).unwrap_or_default());
    process
}

/// A built program, which lies one folder above the tests.
pub(super) fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the test is a file");
    test.parent().and_then(Path::parent).expect("tests lie in target/<profile>/deps").join(name)
}

/// Runs `idp-admin --json` to its end.
pub(super) fn admin(config: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(program("idp-admin"));
    command.arg("--config").arg(config).arg("--json").args(arguments).output().expect("idp-admin is built")
}

/// What a program said to its operator.
pub(super) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// An installation that has a configuration and a key, and nothing else yet.
pub(super) struct Installation {
    /// The configuration file.
    pub(super) config: PathBuf,
    folder: TempDir,
}

impl Installation {
    /// On the database at `url`; `more` is appended to the configuration.
    pub(super) fn new(url: &str, more: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let config = folder.path().join("sekisho.toml");
        let text = format!(
            "[database]\nurl = \"{url}\"\n\n[secrets]\ninstallation_key_file = \"installation.key\"\n\n{more}\n"
        );
        fs::write(&config, text).expect("a file can be written");
        let key = folder.path().join("installation.key");
        let mut file = File::options().write(true).create_new(true).mode(0o400).open(key).expect("a new file");
        file.write_all(b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n").expect("a file can be written");
        Self { config, folder }
    }

    /// On a SQLite file of its own.
    pub(super) fn on_sqlite(more: &str) -> Self {
        Self::new("sqlite://sekisho.db", more)
    }

    /// Its folder.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What `idp-server serve` says before it ends with an error.
    pub(super) fn refusal_to_serve(&self) -> String {
        let mut command = Command::new(program("idp-server"));
        let output = command.args(["serve", "--config"]).arg(&self.config).output().expect("idp-server is built");
        assert!(!output.status.success(), "idp-server serve went on");
        said(&output)
    }

    /// Whether `idp-server serve` comes up, and ends well once it is told to stop.
    pub(super) fn serves_and_stops(&self) -> bool {
        let mut command = Command::new(program("idp-server"));
        let mut process = command
            .args(["serve", "--config"])
            .arg(&self.config)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("idp-server is built");
        let log = BufReader::new(process.stderr.take().expect("the log is piped"));
        // The log is read on, or a full pipe would hold the process up.
        let mut lines = log.lines().map_while(Result::ok);
        let listens = lines.any(|line| line.contains("listening"));
        let told = listens.then(|| Command::new("kill").args(["-TERM", &process.id().to_string()]).status());
        lines.for_each(drop);
        let ended = process.wait().expect("the server was running");
        listens && told.is_some_and(|told| told.is_ok_and(|told| told.success())) && ended.success()
    }
}

//! A relying party as others would write it: a program of `tests/node` that listens on loopback and lives by the clock of its
//! test. It says where it listens, is told its plan, and says `"ready"`; then it says what it wants to.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::idp::Idp;

/// How long a program may take to say the next thing; far more than it ever does.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running program; stopped when dropped.
pub struct Program {
    /// Where it listens.
    pub address: String,
    idp: Idp,
    process: Child,
    said: tokio::sync::Mutex<UnboundedReceiver<Value>>,
    cookie: Mutex<String>,
    folder: TempDir,
}

/// What a program answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The document; null without one.
    pub document: Value,
}

impl Answer {
    /// A header; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Program {
    /// Starts a program of `tests/node`, which waits for its plan.
    pub async fn start(name: &str, idp: &Idp) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Command::new("node")
            .args(["--import", "./clock.mjs", name])
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("node"))
            .env("SEKISHO_TEST_CLOCK", folder.path().join("clock"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Node is installed");
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (sender, receiver) = unbounded_channel();
        let mut program = Self {
            address: String::new(),
            idp: idp.clone(),
            process,
            said: tokio::sync::Mutex::new(receiver),
            cookie: Mutex::default(),
            folder,
        };
        program.looks_at_the_clock();
        thread::spawn(move || {
            lines.map_while(Result::ok).all(|line| sender.send(serde_json::from_str(&line).unwrap()).is_ok())
        });
        program.address = program.says().await["address"].as_str().unwrap().to_owned();
        program
    }

    /// Tells it its plan, and waits until it is ready.
    pub async fn is_told(&self, plan: &Value) {
        let mut stdin = self.process.stdin.as_ref().unwrap();
        writeln!(stdin, "{plan}").unwrap();
        assert_eq!(self.says().await, "ready");
    }

    /// The next thing it says.
    pub async fn says(&self) -> Value {
        let next = async { self.said.lock().await.recv().await.expect("the program goes on") };
        tokio::time::timeout(PATIENCE, next).await.expect("it said nothing")
    }

    /// Lets it know the present instant, as every request does.
    pub fn looks_at_the_clock(&self) {
        let (clock, next) = (self.folder.path().join("clock"), self.folder.path().join("next"));
        fs::write(&next, self.idp.now().millis().to_string()).unwrap();
        // At once, or it could read half of it.
        fs::rename(next, clock).unwrap();
    }

    /// Begins a request to a path of it, or to an address of it, with the cookie of the one browser that comes here.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.looks_at_the_clock();
        let address = if path.starts_with('/') { format!("{}{path}", self.address) } else { path.to_owned() };
        self.idp.http().request(method, address).header("cookie", self.cookie.lock().unwrap().as_str())
    }

    /// Sends a request, and keeps the cookie of the answer.
    pub async fn answers(&self, request: RequestBuilder) -> Answer {
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.unwrap();
        let answer = Answer { status, headers, document: serde_json::from_str(&text).unwrap_or_default() };
        if let Some(cookie) = answer.header("set-cookie").split(';').next().filter(|cookie| !cookie.is_empty()) {
            cookie.clone_into(&mut self.cookie.lock().unwrap());
        }
        answer
    }

    /// Opens a page of it.
    pub async fn opens(&self, path: &str) -> Answer {
        self.answers(self.request(Method::GET, path)).await
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

//! HTTP/1.1 over one kept connection, by hand: a generator that costs as little as possible beside what it measures.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection, and the cookies of its browser.
pub(crate) struct Connection {
    port: u16,
    stream: TcpStream,
    held: Vec<u8>,
    /// By name.
    pub(crate) cookies: BTreeMap<String, String>,
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The first header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines.map(|(name, value)| (name, value.trim()))
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Result<serde_json::Value> {
        serde_json::from_slice(&self.body).with_context(|| format!("{} is no JSON", self.text()))
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Connection {
    pub(crate) async fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self { port, stream, held: Vec::with_capacity(16 * 1024), cookies: BTreeMap::new() })
    }

    /// The bytes of a GET.
    pub(crate) fn get(&self, path: &str, headers: &str) -> Vec<u8> {
        let (port, cookies) = (self.port, self.cookie_line());
        format!("GET {path} HTTP/1.1\r\nhost: localhost:{port}\r\n{cookies}{headers}\r\n").into_bytes()
    }

    /// The bytes of a posted form.
    pub(crate) fn post(&self, path: &str, headers: &str, form: &str) -> Vec<u8> {
        let (port, cookies, length) = (self.port, self.cookie_line(), form.len());
        let kind = "content-type: application/x-www-form-urlencoded\r\n";
        let head = format!("POST {path} HTTP/1.1\r\nhost: localhost:{port}\r\n{kind}content-length: {length}\r\n");
        format!("{head}{cookies}{headers}\r\n{form}").into_bytes()
    }

    /// The header by which a browser says where a form comes from.
    pub(crate) fn origin(&self) -> String {
        format!("origin: http://localhost:{}\r\n", self.port)
    }

    fn cookie_line(&self) -> String {
        if self.cookies.is_empty() {
            return String::new();
        }
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("cookie: {}\r\n", pairs.join("; "))
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.write_all(request).await?;
        let end = loop {
            if let Some(at) = find(&self.held, b"\r\n\r\n") {
                break at + 4;
            }
            self.read().await?;
        };
        let head = String::from_utf8(self.held.drain(..end).collect())?;
        let status = head.split(' ').nth(1).context("no status")?.parse()?;
        let mut answer = Answer { status, head, body: Vec::new() };
        answer.body = match answer.header("content-length").map(str::parse::<usize>).transpose()? {
            Some(length) => self.take(length).await?,
            None if answer.header("transfer-encoding").is_some() => self.take_chunks().await?,
            None => Vec::new(),
        };
        self.keep_cookies(&answer);
        Ok(answer)
    }

    async fn take(&mut self, length: usize) -> Result<Vec<u8>> {
        while self.held.len() < length {
            self.read().await?;
        }
        Ok(self.held.drain(..length).collect())
    }

    async fn take_chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let end = loop {
                if let Some(at) = find(&self.held, b"\r\n") {
                    break at;
                }
                self.read().await?;
            };
            let length = usize::from_str_radix(std::str::from_utf8(&self.held[..end])?.trim(), 16)?;
            let chunk = self.take(end + 2 + length + 2).await?;
            if length == 0 {
                return Ok(body);
            }
            body.extend_from_slice(&chunk[end + 2..end + 2 + length]);
        }
    }

    async fn read(&mut self) -> Result<()> {
        ensure!(self.stream.read_buf(&mut self.held).await? > 0, "the connection was closed");
        Ok(())
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        for (_, line) in answer.headers().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
            let Some((name, value)) = line.split(';').next().and_then(|pair| pair.split_once('=')) else { continue };
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Sends what must be answered with this status.
    pub(crate) async fn expects(&mut self, status: u16, request: &[u8]) -> Result<Answer> {
        let answer = self.send(request).await?;
        if answer.status != status {
            bail!("{} instead of {status}: {}", answer.status, answer.text());
        }
        Ok(answer)
    }
}

/// Looks for the first byte before it compares: heads are long, and line ends few.
fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + haystack[from..].iter().position(|byte| Some(byte) == needle.first())?;
        if haystack[at..].starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
}

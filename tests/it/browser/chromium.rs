//! Chromium windows, each with an empty profile, driven through one chromedriver per run.

use std::io::{BufRead, BufReader, Read};
use std::ops::Deref;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use anyhow::{Context, Result};
use serde_json::json;
use tempfile::TempDir;
use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities, WebDriver};

use super::PATIENCE;

/// Kept while a window needs it; the last one to close ends it.
static SHARED: Mutex<Weak<Chromedriver>> = Mutex::new(Weak::new());

const FLAGS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
];

/// What kind of browser a member has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) language: &'static str,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) script: Script,
    pub(super) judging: Judging,
}

/// Whether the browser runs the pages' script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Script {
    On,
    Off,
}

/// Whether each page is judged on arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judging {
    /// It is, and the pictures of the manual are taken here.
    EveryPageForTheAlbum,
    EveryPage,
    Nothing,
}

impl Shape {
    /// A phone that speaks Japanese.
    pub(super) const PHONE: Self =
        Self { language: "ja", width: 360, height: 740, script: Script::On, judging: Judging::EveryPage };
    /// A desktop computer that speaks English.
    pub(super) const DESKTOP: Self =
        Self { language: "en", width: 1280, height: 800, script: Script::On, judging: Judging::EveryPage };

    /// The same, for the pictures.
    pub(super) const fn for_the_album(self) -> Self {
        Self { judging: Judging::EveryPageForTheAlbum, ..self }
    }

    /// The same, in a test whose pages another test judges.
    pub(super) const fn unjudged(self) -> Self {
        Self { judging: Judging::Nothing, ..self }
    }

    /// The same with script switched off in the browser's settings. axe-core is a script, so nothing can be judged.
    pub(super) const fn scriptless(self) -> Self {
        Self { script: Script::Off, ..self.unjudged() }
    }
}

/// A window. It closes with this value.
pub(super) struct Browser {
    pub(super) driver: WebDriver,
    pub(super) shape: Shape,
    // In this order: the window closes before its driver ends and its profile goes.
    _chromedriver: Arc<Chromedriver>,
    _profile: TempDir,
}

impl Browser {
    /// Opens a window with an empty profile.
    pub(super) async fn open(shape: Shape) -> Result<Self> {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let chromedriver = Chromedriver::shared()?;
        let profile = tempfile::tempdir()?;
        let mut wanted = DesiredCapabilities::chrome();
        for flag in FLAGS {
            wanted.add_arg(flag)?;
        }
        if let Some(binary) =
            ["/usr/bin/chromium", "/usr/bin/google-chrome"].iter().find(|path| Path::new(path).exists())
        {
            wanted.set_binary(binary)?;
        }
        wanted.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
        wanted.add_arg(&format!("--accept-lang={}", shape.language))?;
        let mut preferences = json!({ "intl.accept_languages": shape.language });
        if shape.script == Script::Off {
            preferences["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        wanted.add_experimental_option("prefs", preferences)?;

        let driver = WebDriver::new(chromedriver.address(), wanted).await?;
        driver.set_page_load_timeout(PATIENCE).await?;
        let browser = Self { driver, shape, _chromedriver: chromedriver, _profile: profile };
        browser.becomes(shape.width, shape.height).await?;
        Ok(browser)
    }

    /// Gives the page a viewport of this size; a headless window itself is never narrower than 500 px.
    pub(super) async fn becomes(&self, width: u32, height: u32) -> Result<()> {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await?;
        Ok(())
    }

    /// Closes the window.
    pub(super) async fn close(self) -> Result<()> {
        Ok(self.driver.clone().quit().await?)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // After a failure nobody waits for the window to close: it ends with chromedriver.
        let _ = self.driver.clone().leak();
    }
}

impl Deref for Browser {
    type Target = WebDriver;

    fn deref(&self) -> &WebDriver {
        &self.driver
    }
}

struct Chromedriver {
    process: Child,
    port: u16,
    // Held open: what it says later must not break its pipe.
    _said: BufReader<ChildStdout>,
}

impl Chromedriver {
    fn shared() -> Result<Arc<Self>> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = shared.upgrade() {
            return Ok(running);
        }
        let started = Arc::new(Self::start()?);
        *shared = Arc::downgrade(&started);
        Ok(started)
    }

    /// Starts one on a port of its choice, which it says on its first lines.
    fn start() -> Result<Self> {
        let mut process = Command::new("chromedriver")
            .args(["--port=0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("chromedriver")?;
        let said = process.stdout.take().context("chromedriver says nothing")?;
        let mut said = BufReader::new(said);
        let port = said
            .by_ref()
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok())
            .context("chromedriver names no port")?;
        Ok(Self { process, port, _said: said })
    }

    fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

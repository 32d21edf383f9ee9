//! The pictures of `docs/journey/`, taken only when asked for: `SEKISHO_SCREENSHOTS=1 tests/run browser::`.

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};
use thirtyfour::By;

use super::chromium::{Browser, Judging};

/// Keeps the repository, and the page that shows the pictures, light.
const LARGEST: usize = 120 * 1024;
/// At once: a picture taken while the page glides is cut off.
const INTO_VIEW: &str = "arguments[0].scrollIntoView({ block: 'start', behavior: 'instant' });";

impl Browser {
    /// Takes a picture of the window, named `NN-name` after the language, with the page's top in view.
    pub(super) async fn is_pictured(&self, name: &str) -> Result<()> {
        self.is_pictured_at(name, By::Tag("body")).await
    }

    /// The same with another part in view.
    pub(super) async fn is_pictured_at(&self, name: &str, part: By) -> Result<()> {
        if self.shape.judging != Judging::EveryPageForTheAlbum || std::env::var_os("SEKISHO_SCREENSHOTS").is_none() {
            return Ok(());
        }

        self.scrolls_to(part).await?;
        let picture = self.driver.screenshot_as_png().await?;
        ensure!(picture.len() <= LARGEST, "{name} has {} bytes", picture.len());
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/journey");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("{}-{name}.png", self.shape.language)), picture)?;
        Ok(())
    }

    /// Brings a part of the page to the top of the window.
    pub(super) async fn scrolls_to(&self, part: By) -> Result<()> {
        let part = self.driver.find(part).await?.to_json()?;
        self.driver.execute(INTO_VIEW, [part]).await?;
        Ok(())
    }
}

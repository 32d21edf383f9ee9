//! Judging a page: axe-core for WCAG 2.2 AA in light and dark, and no sideways scrolling on a small screen or with large text.
//!
//! What looks the same in a window of the same shape is judged once in a run: most journeys begin at the same pages.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::chromium::Browser;
use super::until;

const AXE: &str = "node/node_modules/axe-core/axe.min.js";

const RUN_AXE: &str = r"
    const [run, done] = arguments;
    axe.run(document, { ...run, preload: false, iframes: false }).then(
        (result) => done(result.violations.flatMap((rule) => rule.nodes.map((node) =>
            `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`))),
        (error) => done([String(error)]),
    );
";

/// All that can be seen, but for numbers and identifiers, which are as long as others of their kind.
const APPEARANCE: &str = r"
    const page = document.documentElement.cloneNode(true);
    page.querySelectorAll('input[type=hidden], script, link, meta').forEach((node) => node.remove());
    return page.outerHTML.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '').replace(/[0-9]+/g, '0');
";

/// Language, width and what can be seen.
type Sight = (&'static str, u32, String);

/// What was found to be good.
static GOOD: LazyLock<Mutex<HashSet<Sight>>> = LazyLock::new(Mutex::default);

/// Names what is wider than the page, or answers null while the page has not the width that was asked for.
const LOOK_FOR_OVERFLOW: &str = r"
    const page = document.scrollingElement;
    if (page.clientWidth !== arguments[0]) return null;
    if (page.scrollWidth <= page.clientWidth) return [];
    const wide = [...document.querySelectorAll('body *')].filter((node) => node.getBoundingClientRect().right > page.clientWidth);
    return wide.map((node) => `${node.localName}#${node.id}.${node.className}`);
";

const ENLARGE: &str = "document.documentElement.style.fontSize = arguments[0];";

impl Browser {
    /// Fails with a sentence per complaint.
    pub(super) async fn judge(&self) -> Result<()> {
        let appearance: String = self.driver.execute(APPEARANCE, []).await?.convert()?;
        let seen: Sight = (self.shape.language, self.shape.width, appearance);
        if GOOD.lock().unwrap_or_else(PoisonError::into_inner).contains(&seen) {
            return Ok(());
        }

        self.judge_with_axe().await?;
        self.judge_width().await?;
        GOOD.lock().unwrap_or_else(PoisonError::into_inner).insert(seen);
        Ok(())
    }

    async fn judge_width(&self) -> Result<()> {
        self.becomes(320, 640).await?;
        self.does_not_overflow(320).await.context("at 320 px")?;
        self.becomes(self.shape.width, self.shape.height).await?;
        self.driver.execute(ENLARGE, [json!("200%")]).await?;
        self.does_not_overflow(self.shape.width).await.context("with text at 200 %")?;
        self.driver.execute(ENLARGE, [json!("")]).await?;
        Ok(())
    }

    async fn judge_with_axe(&self) -> Result<()> {
        // WebDriver brings the script past the page's content security policy, which allows none but its own.
        self.driver.execute(axe()?, []).await?;
        let tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
        self.axe_finds_nothing(json!({ "runOnly": { "type": "tag", "values": tags }, "resultTypes": ["violations"] }))
            .await?;

        self.in_colours("dark").await?;
        let contrast = json!({ "runOnly": { "type": "rule", "values": ["color-contrast", "link-in-text-block"] } });
        self.axe_finds_nothing(contrast).await.context("in dark colours")?;
        self.in_colours("light").await
    }

    async fn axe_finds_nothing(&self, run: Value) -> Result<()> {
        let found: Vec<String> = self.driver.execute_async(RUN_AXE, [run]).await?.convert()?;
        ensure!(found.is_empty(), "axe-core finds:\n{}", found.join("\n"));
        Ok(())
    }

    async fn in_colours(&self, scheme: &str) -> Result<()> {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.driver.cdp().send_raw("Emulation.setEmulatedMedia", features).await?;
        Ok(())
    }

    async fn does_not_overflow(&self, width: u32) -> Result<()> {
        let wide: Vec<String> = until("the page's width", async || {
            Ok(self.driver.execute(LOOK_FOR_OVERFLOW, [json!(width)]).await?.convert()?)
        })
        .await?;
        ensure!(wide.is_empty(), "the page scrolls sideways because of {}", wide.join(", "));
        Ok(())
    }
}

fn axe() -> Result<&'static str> {
    static SOURCE: OnceLock<String> = OnceLock::new();
    if let Some(source) = SOURCE.get() {
        return Ok(source);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(AXE);
    let Ok(source) = fs::read_to_string(&path) else { bail!("{AXE} is missing: tests/run installs it (npm ci)") };
    Ok(SOURCE.get_or_init(|| source))
}

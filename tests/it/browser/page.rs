//! What a member does at a page, and what the test sees there.

use anyhow::{Context, Result, bail, ensure};
use thirtyfour::{By, WebElement};

use super::chromium::{Browser, Judging};
use super::until;

impl Browser {
    /// Types an address.
    pub(super) async fn goes(&self, address: &str) -> Result<()> {
        Ok(self.driver.goto(address).await?)
    }

    /// The element with this id.
    pub(super) async fn part(&self, id: &str) -> Result<WebElement> {
        match self.driver.find(By::Id(id)).await {
            Ok(found) => Ok(found),
            Err(_) => bail!("no #{id} on {}", self.description().await?),
        }
    }

    /// Whether there is an element with this id.
    pub(super) async fn has(&self, id: &str) -> Result<bool> {
        Ok(!self.driver.find_all(By::Id(id)).await?.is_empty())
    }

    /// What stands in the element with this id.
    pub(super) async fn reads(&self, id: &str) -> Result<String> {
        Ok(self.part(id).await?.text().await?)
    }

    /// Types into an emptied field.
    pub(super) async fn types(&self, id: &str, text: &str) -> Result<()> {
        let field = self.part(id).await?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    /// Ticks a box or a radio button by its label, as a finger does.
    pub(super) async fn chooses(&self, id: &str) -> Result<()> {
        let label = self.driver.find(By::Css(format!("label[for='{id}']"))).await?;
        label.click().await?;
        ensure!(self.part(id).await?.is_selected().await?, "#{id} is not chosen by a click on its label");
        Ok(())
    }

    /// Presses a button or follows a link, and waits for the page that follows.
    pub(super) async fn presses(&self, id: &str) -> Result<()> {
        let part = self.part(id).await?;
        self.turns(&format!("the page after #{id}"), async || Ok(part.click().await?)).await
    }

    /// Does something that leads to another document, and waits for that.
    pub(super) async fn turns(&self, to: &str, act: impl AsyncFnOnce() -> Result<()>) -> Result<()> {
        let old = self.driver.find(By::Tag("html")).await?.element_id();
        act().await?;
        until(to, async || {
            // Between two documents there is no element at all.
            let new = self.driver.find(By::Tag("html")).await.ok();
            Ok(new.filter(|html| html.element_id() != old).map(|_| ()))
        })
        .await
    }

    /// Waits for the page that calls itself so.
    pub(super) async fn sees(&self, name: &str) -> Result<()> {
        let body = By::Css(format!("body[data-page='{name}']"));
        let seen = until(name, async || Ok(self.driver.find(body.clone()).await.ok().map(|_| ()))).await;
        if seen.is_err() {
            bail!("expected the page {name}, not {}", self.description().await?);
        }
        if self.shape.judging != Judging::Nothing {
            self.judge().await.with_context(|| format!("the page {name}"))?;
        }
        Ok(())
    }

    /// Waits for the provider's page at this path.
    pub(super) async fn arrives(&self, path: &str) -> Result<()> {
        self.sees(path.rsplit('/').next().unwrap_or_default()).await?;
        let address = self.driver.current_url().await?;
        ensure!(address.path() == path, "expected {path}, not {}", self.description().await?);
        Ok(())
    }

    /// The page refuses what was sent, says so under this code, and has put the focus on it.
    pub(super) async fn is_refused(&self, code: &str) -> Result<()> {
        let said = self.reads("error-code").await?;
        ensure!(said == code, "expected the refusal {code}, not {said} on {}", self.description().await?);
        ensure!(!self.reads("error-summary").await?.is_empty(), "the summary is empty");
        let focus = self.driver.active_element().await?.id().await?;
        ensure!(focus.as_deref() == Some("error-summary"), "the focus is on {focus:?}, not on the summary");
        if self.shape.judging != Judging::Nothing {
            self.judge().await.with_context(|| format!("the refusal {code}"))?;
        }
        Ok(())
    }

    /// Begins at the portal and arrives at the sign-in page.
    pub(super) async fn begins_at(&self, portal: &str) -> Result<()> {
        self.goes(portal).await?;
        self.sees("portal-guest").await?;
        self.presses("portal-sign-in").await?;
        self.arrives("/login").await
    }

    /// Fills in the sign-in page.
    pub(super) async fn signs_in(&self, user_id: &str, password: &str) -> Result<()> {
        self.types("username", user_id).await?;
        self.types("password", password).await?;
        self.presses("login-submit").await
    }

    /// Says that the codes which follow the first strong method are written down.
    pub(super) async fn keeps_the_recovery_codes(&self) -> Result<()> {
        self.arrives("/enrol/recovery-codes").await?;
        self.presses("recovery-codes-kept").await
    }

    /// Signs out at the portal, everywhere.
    pub(super) async fn signs_out_at_the_portal(&self) -> Result<()> {
        self.presses("portal-sign-out").await?;
        if self.has("logout-confirm").await? {
            self.presses("logout-confirm").await?;
        }
        self.sees("portal-signed-out").await
    }

    /// Where the window is and what it shows, for a message.
    async fn description(&self) -> Result<String> {
        let text = match self.driver.find(By::Tag("body")).await {
            Ok(body) => body.text().await?,
            Err(error) => error.to_string(),
        };
        Ok(format!("{}:\n{text}", self.driver.current_url().await?))
    }
}

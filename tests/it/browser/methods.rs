//! The ways to sign in, on their page in real Chromium: added, named, removed, and never the last one.

use anyhow::{Context, Result, ensure};
use thirtyfour::By;

use super::chromium::{Browser, Shape};
use super::demo::Demo;
use super::passkeys::Device;
use super::recovery::code_of;

/// A name as somebody types it.
const NAME: &str = "台所のタブレット Kitchen";

impl Browser {
    /// Opens what is folded up above the element with this id.
    pub(super) async fn unfolds(&self, id: &str) -> Result<()> {
        let summary = By::Css(format!("details:has(#{id}) > summary"));
        Ok(self.driver.find(summary).await.with_context(|| format!("#{id} is not folded up"))?.click().await?)
    }
}

#[tokio::test]
async fn ways_are_added_named_and_removed_and_one_is_left() -> Result<()> {
    let demo = Demo::start().await?;
    for (shape, state) in [(Shape::PHONE.for_the_album(), "mail"), (Shape::DESKTOP.for_the_album(), "passkey")] {
        let member = demo.member(state)?;
        let browser = Browser::open(shape).await?;
        browser.has_device(Device::BUILT_IN).await?;
        browser.goes(&demo.at("/account/methods")).await?;
        browser.signs_in_by_mail(&demo, &member).await?;
        if state == "passkey" {
            browser.arrives("/enrol/passkey").await?;
            browser.presses("passkey-create").await?;
            browser.keeps_the_recovery_codes().await?;
        }
        browser.arrives("/account/methods").await?;
        let first = browser.ids_of("method-remove-").await?.pop().context("no way is shown")?;
        browser.unfolds(&first).await?;
        browser.presses(&first).await?;
        browser.is_refused("last_way_in").await?;

        browser.presses("method-add-totp").await?;
        browser.arrives("/enrol/totp").await?;
        browser.driver.find(By::Css("#totp-cannot-scan > summary")).await?.click().await?;
        let key = browser.reads("totp-key").await?.replace([' ', '\n'], "");
        browser.types("totp-code", &code_of(&key)?).await?;
        browser.presses("totp-submit").await?;
        if state == "mail" {
            browser.keeps_the_recovery_codes().await?;
        }
        browser.arrives("/account/methods").await?;
        browser.is_pictured_at("42-methods", By::ClassName("items")).await?;

        let named = browser.ids_of("method-rename-").await?.pop().context("no way has a name")?;
        browser.unfolds(&named).await?;
        browser.types(&named.replace("method-rename-", "name-"), NAME).await?;
        browser.presses(&named).await?;
        browser.arrives("/account/methods").await?;
        browser.is_told().await?;
        ensure!(browser.reads("main").await?.contains(NAME), "the new name is not shown");

        let removed = named.replace("rename", "remove");
        browser.unfolds(&removed).await?;
        browser.presses(&removed).await?;
        browser.arrives("/account/methods").await?;
        browser.is_told().await?;
        ensure!(!browser.has(&removed).await?, "the way is still there");
        browser.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn recovery_codes_are_made_anew() -> Result<()> {
    let demo = Demo::start().await?;
    let member = demo.member("passkey")?;
    let browser = Browser::open(Shape::PHONE.for_the_album()).await?;
    browser.has_device(Device::BUILT_IN).await?;
    browser.goes(&demo.at("/account/methods")).await?;
    browser.signs_in_by_mail(&demo, &member).await?;
    browser.arrives("/enrol/passkey").await?;
    browser.presses("passkey-create").await?;
    browser.arrives("/enrol/recovery-codes").await?;
    let earlier = browser.reads("recovery-codes").await?;
    browser.presses("recovery-codes-kept").await?;
    browser.arrives("/account/methods").await?;

    browser.presses("account-recovery-codes").await?;
    browser.arrives("/account/recovery-codes").await?;
    browser.is_pictured("49-recovery-codes").await?;
    ensure!(browser.reads("recovery-codes").await? != earlier, "the codes are the earlier ones");
    browser.presses("recovery-codes-kept").await?;
    browser.arrives("/account/methods").await?;
    browser.is_told().await?;
    browser.close().await
}

//! Whoever keeps a member's passkeys hears which of them are good (WebAuthn Level 3 §5.1.10).

use anyhow::{Context, Result, ensure};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use thirtyfour::By;

use super::chromium::{Browser, Shape};
use super::demo::Demo;
use super::passkeys::{Device, NO_SUGGESTIONS};
use super::recovery::code_of;
use super::until;

/// Writes down what keepers are told.
const LISTENS: &str = r"
    for (const name of ['signalAllAcceptedCredentials', 'signalCurrentUserDetails', 'signalUnknownCredential']) {
        PublicKeyCredential[name] = async (what) => (document.documentElement.dataset[name] = JSON.stringify(what));
    }
";
/// A browser whose keepers cannot listen.
const DEAF: &str = r"
    for (const name of ['signalAllAcceptedCredentials', 'signalCurrentUserDetails', 'signalUnknownCredential']) {
        delete PublicKeyCredential[name];
    }
";

impl Browser {
    /// Puts a passkey into a device that nobody else knows of.
    async fn holds_a_stray(&self, device: &str) -> Result<()> {
        let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new())?;
        let credential = json!({
            "credentialId": STANDARD.encode([7; 32]),
            "isResidentCredential": true,
            "rpId": "localhost",
            "privateKey": STANDARD.encode(pair.as_ref()),
            "userHandle": STANDARD.encode([9; 16]),
            "signCount": 1,
        });
        let which = json!({ "authenticatorId": device, "credential": credential });
        self.driver.cdp().send_raw("WebAuthn.addCredential", which).await?;
        Ok(())
    }

    async fn was_told(&self, name: &str) -> Result<Option<Value>> {
        let said = "return document.documentElement.dataset[arguments[0]] ?? null;";
        let said: Option<String> = self.driver.execute(said, [json!(name)]).await?.convert()?;
        Ok(said.as_deref().map(serde_json::from_str).transpose()?)
    }

    /// Signs in, sets the passkey up, and is at the methods.
    async fn has_a_passkey(&self, demo: &Demo) -> Result<()> {
        let member = demo.member("passkey")?;
        self.goes(&demo.at("/account/methods")).await?;
        self.signs_in_by_mail(demo, &member).await?;
        self.arrives("/enrol/passkey").await?;
        self.presses("passkey-create").await?;
        self.keeps_the_recovery_codes().await?;
        self.arrives("/account/methods").await
    }
}

#[tokio::test]
async fn a_removed_passkey_is_forgotten_where_it_was_kept() -> Result<()> {
    let demo = Demo::start().await?;
    let browser = Browser::open(Shape::PHONE.unjudged()).await?;
    let device = browser.has_device(Device::BUILT_IN).await?;
    browser.has_a_passkey(&demo).await?;
    browser.presses("method-add-totp").await?;
    browser.arrives("/enrol/totp").await?;
    browser.driver.find(By::Css("#totp-cannot-scan > summary")).await?.click().await?;
    let key = browser.reads("totp-key").await?.replace([' ', '\n'], "");
    browser.types("totp-code", &code_of(&key)?).await?;
    browser.presses("totp-submit").await?;
    browser.arrives("/account/methods").await?;
    ensure!(browser.credentials_in(&device).await?.len() == 1, "a passkey that is good was forgotten");

    let passkey = browser.ids_of("method-remove-").await?.into_iter().next().context("no way is shown")?;
    browser.unfolds(&passkey).await?;
    browser.presses(&passkey).await?;
    browser.arrives("/account/methods").await?;

    until("the passkey to be forgotten", async || Ok(browser.credentials_in(&device).await?.is_empty().then_some(())))
        .await?;
    browser.close().await
}

#[tokio::test]
async fn a_passkey_that_nobody_knows_is_forgotten_after_it_was_tried() -> Result<()> {
    let demo = Demo::start().await?;
    let browser = Browser::open(Shape::DESKTOP.unjudged()).await?;
    browser.is_changed_by(NO_SUGGESTIONS).await?;
    let device = browser.has_device(Device::BUILT_IN).await?;
    browser.holds_a_stray(&device).await?;
    browser.begins_at(demo.portal()).await?;
    ensure!(browser.credentials_in(&device).await?.len() == 1);

    browser.presses("passkey-submit").await?;
    browser.is_refused("passkey_unknown").await?;

    until("the passkey to be forgotten", async || Ok(browser.credentials_in(&device).await?.is_empty().then_some(())))
        .await?;
    browser.close().await
}

#[tokio::test]
async fn keepers_are_told_on_the_members_own_page_and_nowhere_else() -> Result<()> {
    let demo = Demo::start().await?;
    let member = demo.member("passkey")?;
    let browser = Browser::open(Shape::DESKTOP.unjudged()).await?;
    browser.is_changed_by(LISTENS).await?;
    browser.has_device(Device::BUILT_IN).await?;
    browser.has_a_passkey(&demo).await?;
    let named = browser.ids_of("method-rename-").await?.pop().context("no way has a name")?;
    browser.unfolds(&named).await?;
    browser.types(&named.replace("method-rename-", "name-"), "Kitchen").await?;
    browser.presses(&named).await?;
    browser.arrives("/account/methods").await?;

    let details = until("the details", async || browser.was_told("signalCurrentUserDetails").await).await?;
    ensure!(details["name"] == member.user_id.as_str() && details["rpId"] == "localhost", "{details}");
    let left = browser.was_told("signalAllAcceptedCredentials").await?.context("nothing was told of what is left")?;
    ensure!(left["allAcceptedCredentialIds"].as_array().is_some_and(|ids| ids.len() == 1), "{left}");
    ensure!(left["userId"] == details["userId"]);
    for path in ["/account", "/account/sessions", "/login"] {
        browser.goes(&demo.at(path)).await?;
        ensure!(browser.driver.find_all(By::Css("[data-passkeys]")).await?.is_empty(), "{path} tells of passkeys");
    }
    browser.close().await
}

#[tokio::test]
async fn a_browser_whose_keepers_cannot_listen_misses_nothing() -> Result<()> {
    let demo = Demo::start().await?;
    let browser = Browser::open(Shape::PHONE.unjudged()).await?;
    browser.is_changed_by(DEAF).await?;
    browser.has_device(Device::BUILT_IN).await?;
    browser.has_a_passkey(&demo).await?;
    browser.presses("method-add-totp").await?;
    browser.arrives("/enrol/totp").await?;
    browser.close().await
}

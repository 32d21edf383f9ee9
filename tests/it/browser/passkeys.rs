//! Passkeys in real Chromium, with virtual authenticators (WebDriver BiDi and CDP, domain `WebAuthn`).

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::chromium::{Browser, Shape};
use super::demo::{Demo, Member};
use super::until;

/// An authenticator that the window has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Device {
    transport: &'static str,
    resident: Can,
    verification: Can,
    holder: Holder,
}

/// Whether an authenticator has an ability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Can {
    Yes,
    No,
}

/// Who sits in front of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    Verified,
    Stranger,
}

impl Device {
    /// The device itself, with a screen lock.
    pub(super) const BUILT_IN: Self =
        Self { transport: "internal", resident: Can::Yes, verification: Can::Yes, holder: Holder::Verified };
    /// A phone by QR code.
    const PHONE: Self = Self { transport: "cable", ..Self::BUILT_IN };
    /// A security key with a PIN.
    const KEY: Self = Self { transport: "usb", ..Self::BUILT_IN };
}

/// A browser from before suggestions in the user-id field.
pub(super) const NO_SUGGESTIONS: &str = "PublicKeyCredential.isConditionalMediationAvailable = async () => false;";
/// A browser from before passkeys.
const NO_PASSKEYS: &str = "delete window.PublicKeyCredential;";

impl Browser {
    /// Gives the window an authenticator and answers its name.
    pub(super) async fn has_device(&self, device: Device) -> Result<String> {
        let cdp = self.driver.cdp();
        cdp.send_raw("WebAuthn.enable", json!({ "enableUI": false })).await?;
        let options = json!({
            "protocol": "ctap2",
            "transport": device.transport,
            "hasResidentKey": device.resident == Can::Yes,
            "hasUserVerification": device.verification == Can::Yes,
            "isUserVerified": device.holder == Holder::Verified,
            "automaticPresenceSimulation": true,
        });
        let added = cdp.send_raw("WebAuthn.addVirtualAuthenticator", json!({ "options": options })).await?;
        added["authenticatorId"].as_str().map(str::to_owned).context("no authenticator")
    }

    async fn loses_device(&self, name: &str) -> Result<()> {
        let which = json!({ "authenticatorId": name });
        self.driver.cdp().send_raw("WebAuthn.removeVirtualAuthenticator", which).await?;
        Ok(())
    }

    pub(super) async fn credentials_in(&self, name: &str) -> Result<Vec<Value>> {
        let which = json!({ "authenticatorId": name });
        let answer = self.driver.cdp().send_raw("WebAuthn.getCredentials", which).await?;
        answer["credentials"].as_array().cloned().context("no list of credentials")
    }

    /// Runs a script before those of every page.
    pub(super) async fn is_changed_by(&self, script: &str) -> Result<()> {
        let source = json!({ "source": script });
        self.driver.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", source).await?;
        Ok(())
    }

    /// Presses a button that leads to no other page, and waits for what is said.
    async fn presses_in_vain(&self, id: &str, code: &str) -> Result<()> {
        until("the button", async || {
            let part = self.part(id).await?;
            Ok(part.is_displayed().await?.then_some(part))
        })
        .await?
        .click()
        .await?;
        until("a refusal", async || Ok(self.has("error-code").await?.then_some(()))).await?;
        self.is_refused(code).await
    }
}

/// From the portal to the set-up: password, and a code that proves the address again.
async fn comes_to_the_set_up(browser: &Browser, demo: &Demo, member: &Member) -> Result<()> {
    browser.begins_at(demo.portal()).await?;
    browser.signs_in(&member.user_id, member.password()).await?;
    browser.arrives("/login/mail-code").await?;
    browser.types("mail-code", &demo.code(&member.mail).await?).await?;
    browser.presses("mail-code-submit").await?;
    browser.arrives("/enrol/passkey").await
}

async fn is_at_the_portal_by(browser: &Browser, acr: &str, amr: &[&str]) -> Result<()> {
    browser.sees("portal-member").await?;
    let (class, means) = (browser.reads("portal-acr").await?, browser.reads("portal-amr").await?);
    ensure!(class.contains(acr), "acr is {class}");
    ensure!(amr.iter().all(|one| means.contains(one)), "amr is {means}");
    Ok(())
}

#[tokio::test]
async fn a_passkey_is_set_up_and_then_suggested_in_japanese_on_a_phone() -> Result<()> {
    let demo = Demo::start().await?;
    let member = demo.member("passkey")?;
    let browser = Browser::open(Shape::PHONE.for_the_album()).await?;
    let device = browser.has_device(Device::BUILT_IN).await?;
    comes_to_the_set_up(&browser, &demo, &member).await?;
    browser.is_pictured("13-enrol-passkey").await?;

    browser.presses("passkey-create").await?;
    browser.keeps_the_recovery_codes().await?;
    is_at_the_portal_by(&browser, "phr", &["pwd", "user", "mfa"]).await?;
    let made = browser.credentials_in(&device).await?;
    ensure!(made.len() == 1 && made[0]["isResidentCredential"] == true, "{made:?}");
    ensure!(made[0]["rpId"] == "localhost", "{made:?}");

    // The browser suggests it in the user-id field; the virtual authenticator's holder takes the suggestion at once.
    browser.signs_out_at_the_portal().await?;
    browser.goes(demo.portal()).await?;
    browser.presses("portal-sign-in").await?;
    is_at_the_portal_by(&browser, "phr", &["user", "mfa"]).await?;
    ensure!(!browser.reads("portal-amr").await?.contains("pwd"), "nobody typed a password");
    browser.close().await
}

#[tokio::test]
async fn the_button_signs_in_and_so_does_the_second_step_in_english_on_a_desktop() -> Result<()> {
    let demo = Demo::start().await?;
    let member = demo.member("passkey")?;
    let browser = Browser::open(Shape::DESKTOP.for_the_album()).await?;
    browser.is_changed_by(NO_SUGGESTIONS).await?;
    browser.has_device(Device::BUILT_IN).await?;
    comes_to_the_set_up(&browser, &demo, &member).await?;
    browser.is_pictured("13-enrol-passkey").await?;
    browser.presses("passkey-create").await?;
    browser.keeps_the_recovery_codes().await?;
    browser.sees("portal-member").await?;

    browser.signs_out_at_the_portal().await?;
    browser.begins_at(demo.portal()).await?;
    browser.is_pictured("14-login-passkey").await?;
    browser.presses("passkey-submit").await?;
    is_at_the_portal_by(&browser, "phr", &["user", "mfa"]).await?;

    browser.signs_out_at_the_portal().await?;
    browser.begins_at(demo.portal()).await?;
    browser.signs_in(&member.user_id, member.password()).await?;
    browser.arrives("/login/passkey").await?;
    browser.is_pictured("15-second-step").await?;
    browser.presses("passkey-submit").await?;
    is_at_the_portal_by(&browser, "phr", &["pwd", "user", "mfa"]).await?;
    browser.close().await
}

#[tokio::test]
async fn a_phone_used_from_a_pc_is_followed_by_an_offer_for_the_pc() -> Result<()> {
    let demo = Demo::start().await?;
    let member = demo.member("passkey")?;
    let browser = Browser::open(Shape::PHONE.for_the_album()).await?;
    browser.is_changed_by(NO_SUGGESTIONS).await?;
    let phone = browser.has_device(Device::PHONE).await?;
    comes_to_the_set_up(&browser, &demo, &member).await?;
    browser.presses("passkey-create").await?;
    browser.keeps_the_recovery_codes().await?;
    browser.sees("portal-member").await?;
    browser.signs_out_at_the_portal().await?;

    browser.begins_at(demo.portal()).await?;
    browser.presses("passkey-submit").await?;
    browser.arrives("/enrol/passkey").await?;
    ensure!(browser.has("passkey-skip").await?, "an offer can be skipped");
    browser.is_pictured("16-offer-passkey").await?;

    // The phone has one already, and says so.
    browser.presses_in_vain("passkey-create", "passkey_registered").await?;
    browser.loses_device(&phone).await?;
    let device = browser.has_device(Device::BUILT_IN).await?;
    browser.presses("passkey-create").await?;
    is_at_the_portal_by(&browser, "phr", &["user", "mfa"]).await?;
    ensure!(browser.credentials_in(&device).await?.len() == 1);
    browser.close().await
}

#[tokio::test]
async fn whatever_goes_wrong_at_the_set_up_is_said_and_another_way_is_open() -> Result<()> {
    let demo = Demo::start().await?;
    let member = demo.member("passkey")?;
    let browser = Browser::open(Shape::PHONE.for_the_album()).await?;
    let device = browser.has_device(Device { holder: Holder::Stranger, ..Device::BUILT_IN }).await?;
    comes_to_the_set_up(&browser, &demo, &member).await?;
    browser.presses_in_vain("passkey-create", "passkey_cancelled").await?;
    browser.is_pictured("24-passkey-cancelled").await?;
    browser.loses_device(&device).await?;
    for unable in [
        Device { verification: Can::No, ..Device::KEY },
        Device { resident: Can::No, ..Device::KEY },
        Device { verification: Can::No, ..Device::BUILT_IN },
    ] {
        let device = browser.has_device(unable).await?;
        browser.turns("the page again", async || Ok(browser.driver.refresh().await?)).await?;
        browser.presses_in_vain("passkey-create", "passkey_cancelled").await.with_context(|| format!("{unable:?}"))?;
        browser.loses_device(&device).await?;
    }
    browser.has_device(Device::KEY).await?;
    browser.presses("passkey-create").await?;
    browser.keeps_the_recovery_codes().await?;
    browser.sees("portal-member").await?;
    browser.close().await
}

#[tokio::test]
async fn a_browser_without_passkeys_says_so_and_another_way_is_open() -> Result<()> {
    let demo = Demo::start().await?;
    let member = demo.member("passkey")?;
    let browser = Browser::open(Shape::DESKTOP.unjudged()).await?;
    browser.is_changed_by(NO_PASSKEYS).await?;
    comes_to_the_set_up(&browser, &demo, &member).await?;
    browser.is_refused("passkey_unsupported").await?;
    browser.presses("other-method").await?;
    browser.arrives("/onboarding/method").await?;
    browser.chooses("method-mail").await?;
    browser.presses("method-submit").await?;
    browser.arrives("/onboarding/password").await?;
    browser.close().await
}

#[tokio::test]
async fn a_device_that_has_no_passkey_of_the_member_opens_nothing() -> Result<()> {
    let demo = Demo::start().await?;
    let member = demo.member("passkey")?;
    let browser = Browser::open(Shape::DESKTOP.unjudged()).await?;
    browser.is_changed_by(NO_SUGGESTIONS).await?;
    let device = browser.has_device(Device::BUILT_IN).await?;
    comes_to_the_set_up(&browser, &demo, &member).await?;
    browser.presses("passkey-create").await?;
    browser.keeps_the_recovery_codes().await?;
    browser.sees("portal-member").await?;
    browser.signs_out_at_the_portal().await?;

    browser.loses_device(&device).await?;
    browser.has_device(Device::BUILT_IN).await?;
    browser.begins_at(demo.portal()).await?;
    browser.presses_in_vain("passkey-submit", "passkey_cancelled").await?;
    browser.signs_in(&member.user_id, member.password()).await?;
    browser.arrives("/login/passkey").await?;
    browser.presses_in_vain("passkey-submit", "passkey_cancelled").await?;
    browser.close().await
}

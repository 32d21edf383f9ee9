//! Getting back in, at real pages: recovery codes, a forgotten password, a lock-out that a mail ends.

use anyhow::{Context, Result, ensure};
use harness::{base32, totp_at};
use idp_core::clock::{Clock, SystemClock};
use thirtyfour::By;

use super::chromium::{Browser, Shape};
use super::demo::{Demo, Mail};
use super::journey::Visit;
use super::until;

/// Wrong passwords until the account rests.
const GUESSES: usize = 10;
/// A password that replaces the forgotten one.
const NEW: &str = "himawari-no-oka-no-ue-de";

impl Visit<'_> {
    /// The whole first login with an app, until the recovery codes are shown.
    async fn sets_an_app_up(&self) -> Result<()> {
        self.completes_the_first_login("method-totp").await?;
        if self.browser.has("mail-code").await? {
            self.browser.arrives("/login/mail-code").await?;
            self.browser.types("mail-code", &self.demo.code(&self.member.mail).await?).await?;
            self.browser.presses("mail-code-submit").await?;
        }
        self.browser.arrives("/enrol/totp").await?;
        self.browser.driver.find(By::Css("#totp-cannot-scan > summary")).await?.click().await?;
        let key = self.browser.reads("totp-key").await?.replace([' ', '\n'], "");
        self.browser.types("totp-code", &code_of(&key)?).await?;
        self.browser.presses("totp-submit").await?;
        self.browser.arrives("/enrol/recovery-codes").await
    }
}

/// The code of an app with this key, now.
pub(super) fn code_of(key: &str) -> Result<String> {
    let seconds = SystemClock.now().seconds().unsigned_abs();
    Ok(totp_at(&base32(key), seconds))
}

impl Demo {
    /// The link of the next mail to this address that has one.
    async fn link_to(&self, address: &str) -> Result<String> {
        let mail: Mail = self.mail_with_code(address).await?;
        mail.link().map(str::to_owned).context("the mail has no link")
    }

    /// Every mail to this address, one after the other.
    async fn text_to(&self, address: &str) -> Result<String> {
        let mails: Vec<Mail> = self.mails().await?;
        Ok(mails.into_iter().filter(|mail| mail.to.contains(address)).map(|mail| mail.text).collect())
    }
}

#[tokio::test]
async fn recovery_codes_are_kept_and_one_of_them_signs_in() -> Result<()> {
    let demo = Demo::start().await?;
    let shapes = [(Shape::PHONE.for_the_album(), "new"), (Shape::DESKTOP.for_the_album(), "pattern")];
    for (shape, state) in shapes {
        let browser = Browser::open(shape).await?;
        let visit = Visit { demo: &demo, browser: &browser, member: demo.member(state)? };
        visit.sets_an_app_up().await?;
        browser.is_pictured("31-recovery-codes").await?;
        let codes = browser.reads("recovery-codes").await?;
        let code = codes.lines().map(str::trim).find(|line| line.len() == 19).context("no code is shown")?.to_owned();
        browser.presses("recovery-codes-kept").await?;
        browser.sees("portal-member").await?;

        browser.signs_out_at_the_portal().await?;
        browser.begins_at(demo.portal()).await?;
        browser.signs_in(&visit.member.user_id, super::journey::NEW_PASSWORD).await?;
        browser.arrives("/login/totp").await?;
        browser.presses("other-method").await?;
        browser.arrives("/login/recovery-code").await?;
        browser.is_pictured("32-recovery-code").await?;
        browser.is_refused_for(("recovery-code", "7K3M"), "recovery-code-submit", "recovery_code_unreadable").await?;
        browser.types("recovery-code", &code.to_lowercase()).await?;
        browser.presses("recovery-code-submit").await?;
        browser.sees("portal-member").await?;
        browser.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_with_the_link_opened_on_another_device() -> Result<()> {
    let demo = Demo::start().await?;
    for shape in [Shape::PHONE.for_the_album(), Shape::DESKTOP.for_the_album()] {
        let (browser, device) = (Browser::open(shape).await?, Browser::open(shape).await?);
        let member = demo.member("mail")?;
        browser.begins_at(demo.portal()).await?;
        browser.presses("login-forgotten").await?;
        browser.arrives("/login/forgotten").await?;
        browser.is_pictured("33-forgotten").await?;
        browser.types("username", &member.user_id).await?;
        browser.presses("forgotten-submit").await?;
        browser.arrives("/login/forgotten-sent").await?;
        browser.is_pictured("34-forgotten-sent").await?;
        browser.is_refused_for(("mail-code", "12345"), "mail-code-submit", "one_time_code_not_digits").await?;

        device.goes(&demo.link_to(&member.mail).await?).await?;
        device.arrives("/mail/verify").await?;
        let (here, there) = (browser.reads("match-number").await?, device.reads("match-number").await?);
        ensure!(here == there, "the pages show {here} and {there}");
        device.is_pictured("35-forgotten-link").await?;
        device.presses("mail-verify-submit").await?;

        // The waiting page moves on by itself.
        browser.arrives("/onboarding/password").await?;
        let password = format!("{NEW}-{}", shape.language);
        browser.types("new-password", &password).await?;
        browser.types("new-password-confirm", &password).await?;
        browser.presses("password-submit").await?;
        browser.sees("portal-member").await?;
        browser.close().await?;
        device.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_lock_out_is_ended_by_mail() -> Result<()> {
    let demo = Demo::start().await?;
    let browser = Browser::open(Shape::PHONE.for_the_album()).await?;
    let member = demo.member("mail")?;
    browser.goes(&demo.at("/login")).await?;
    for _ in 0..GUESSES {
        browser.signs_in(&member.user_id, "wrong-but-long-enough").await?;
    }
    browser.is_refused("locked").await?;

    browser.presses("locked-unlock").await?;
    browser.arrives("/login/unlock").await?;
    browser.is_pictured("36-unlock").await?;
    browser.types("username", &member.user_id).await?;
    browser.presses("unlock-submit").await?;
    browser.arrives("/login/forgotten-sent").await?;
    browser.types("mail-code", &demo.code(&member.mail).await?).await?;
    browser.presses("mail-code-submit").await?;

    browser.arrives("/login").await?;
    browser.signs_in(&member.user_id, member.password()).await?;
    browser.arrives("/login/mail-code").await?;
    browser.close().await
}

#[tokio::test]
async fn a_forgotten_user_id_is_mailed() -> Result<()> {
    let demo = Demo::start().await?;
    let browser = Browser::open(Shape::PHONE.for_the_album()).await?;
    let member = demo.member("mail")?;
    browser.goes(&demo.at("/login/forgotten")).await?;
    browser.presses("forgotten-id").await?;
    browser.arrives("/login/forgotten-id").await?;
    browser.is_pictured("37-forgotten-id").await?;
    browser.is_refused_for(("mail", "nobody"), "forgotten-id-submit", "mail_address_no_at").await?;
    browser.types("mail", &member.mail).await?;
    browser.presses("forgotten-id-submit").await?;

    browser.arrives("/login/forgotten-id").await?;
    ensure!(browser.has("forgotten-id-sent").await?, "the page does not say that it was sent");
    until("the mail", async || Ok(demo.text_to(&member.mail).await?.contains(&member.user_id).then_some(()))).await?;
    browser.close().await
}

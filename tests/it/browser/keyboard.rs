//! The journey by keyboard alone: Tab, arrows, Enter and typing, with the focus in sight all the way.

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;
use thirtyfour::Key;

use super::chromium::{Browser, Shape};
use super::demo::{Demo, Member};
use super::journey::{NEW_PASSWORD, Visit};
use super::passkeys::{Device, NO_SUGGESTIONS};
use super::until;

/// More stops than any page has.
const MOST_STOPS: usize = 60;

/// Whether it has arrived.
const FOCUS_IS_THERE: &str = "return document.activeElement.matches(arguments[0]);";

/// Whether the eye finds the focus: it is marked, not covered, and inside the window.
const FOCUS_IS_SEEN: &str = r"
    const node = document.activeElement;
    if (node === document.body) return 'nothing has the focus';
    const style = getComputedStyle(node);
    const marked = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
    const box = node.getBoundingClientRect();
    const inside = box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth;
    return marked && inside ? null : `${node.localName}#${node.id} ${marked ? 'is out of sight' : 'is not marked'}`;
";

impl Browser {
    /// One key, wherever the focus is.
    async fn hits(&self, key: Key) -> Result<()> {
        Ok(self.driver.action_chain().send_keys(key).perform().await?)
    }

    /// Presses Tab until the focus is there.
    async fn tabs_to(&self, id: &str) -> Result<()> {
        self.tabs_to_part(&format!("[id='{id}']")).await
    }

    /// The same for what has no id.
    async fn tabs_to_part(&self, part: &str) -> Result<()> {
        for _ in 0..MOST_STOPS {
            if self.driver.execute(FOCUS_IS_THERE, [json!(part)]).await?.convert()? {
                return Ok(());
            }
            self.hits(Key::Tab).await?;
            // The page may glide to what has the focus.
            let seen = until("the focus", async || {
                let unseen: Option<String> = self.driver.execute(FOCUS_IS_SEEN, []).await?.convert()?;
                Ok(unseen.is_none().then_some(()))
            });
            seen.await.with_context(|| format!("on the way to {part} the focus is not seen"))?;
        }
        bail!("Tab never reaches {part}")
    }

    /// Opens what is folded up above a button, and presses that.
    async fn unfolds_and_enters(&self, id: &str) -> Result<()> {
        self.tabs_to_part(&format!("details:has([id='{id}']) > summary")).await?;
        self.hits(Key::Enter).await?;
        self.tabs_and_enters(id).await
    }

    async fn tabs_and_types(&self, id: &str, text: &str) -> Result<()> {
        self.tabs_to(id).await?;
        Ok(self.driver.action_chain().send_keys(text).perform().await?)
    }

    async fn enters(&self) -> Result<()> {
        self.turns("the page after Enter", async || self.hits(Key::Enter).await).await
    }

    async fn tabs_and_enters(&self, id: &str) -> Result<()> {
        self.tabs_to(id).await?;
        self.enters().await
    }

    /// Tab enters a group of radio buttons, arrows move within.
    async fn arrows_to(&self, id: &str) -> Result<()> {
        let group = self.part(id).await?.attr("name").await?;
        for _ in 0..MOST_STOPS {
            self.hits(Key::Tab).await?;
            let stop = self.driver.active_element().await?;
            if stop.attr("name").await? == group {
                break;
            }
        }
        self.hits(Key::Space).await?;
        for _ in 0..MOST_STOPS {
            if self.driver.active_element().await?.id().await?.as_deref() == Some(id) {
                ensure!(self.part(id).await?.is_selected().await?, "#{id} has the focus, but is not chosen");
                return Ok(());
            }
            self.hits(Key::Down).await?;
        }
        bail!("arrows never reach #{id}")
    }
}

#[tokio::test]
async fn the_keyboard_alone_leads_from_the_letter_to_the_portal() -> Result<()> {
    let demo = Demo::start().await?;
    let browser = Browser::open(Shape::DESKTOP.unjudged()).await?;
    let visit = Visit { demo: &demo, browser: &browser, member: demo.member("new")? };
    let member = &visit.member;
    browser.goes(demo.portal()).await?;
    browser.tabs_and_enters("portal-sign-in").await?;

    browser.arrives("/login").await?;
    browser.tabs_and_types("username", &member.user_id).await?;
    browser.tabs_and_types("password", member.initial_password()).await?;
    browser.enters().await?;
    browser.arrives("/onboarding/birth-date").await?;
    browser.tabs_and_types("birth-date", &member.birth_date).await?;
    browser.enters().await?;
    browser.arrives("/onboarding/terms").await?;
    browser.tabs_and_enters("terms-accept").await?;
    browser.arrives("/onboarding/mail").await?;
    browser.tabs_and_enters("mail-submit").await?;
    browser.arrives("/onboarding/mail-sent").await?;
    browser.tabs_and_types("mail-code", &demo.code(&member.mail).await?).await?;
    browser.enters().await?;
    browser.arrives("/onboarding/method").await?;
    browser.arrows_to("method-mail").await?;
    browser.tabs_and_enters("method-submit").await?;
    browser.arrives("/onboarding/password").await?;
    browser.tabs_and_types("new-password", NEW_PASSWORD).await?;
    browser.tabs_and_types("new-password-confirm", NEW_PASSWORD).await?;
    browser.tabs_and_enters("password-submit").await?;
    browser.arrives("/onboarding/complete").await?;
    browser.tabs_and_enters("sign-out").await?;
    browser.arrives("/signed-out").await?;
    browser.tabs_and_enters("sign-in-again").await?;
    browser.arrives("/login").await?;
    browser.tabs_and_types("username", &member.user_id).await?;
    browser.tabs_and_types("password", NEW_PASSWORD).await?;
    browser.tabs_and_enters("login-submit").await?;
    browser.arrives("/enrol/mail").await?;
    browser.tabs_and_types("mail-code", &demo.code(&member.mail).await?).await?;
    browser.enters().await?;

    visit.is_at_the_portal().await?;
    browser.close().await
}

impl Browser {
    /// Signs in with password and mailed code.
    async fn types_itself_in(&self, demo: &Demo, member: &Member) -> Result<()> {
        self.arrives("/login").await?;
        self.tabs_and_types("username", &member.user_id).await?;
        self.tabs_and_types("password", member.password()).await?;
        self.enters().await?;
        self.arrives("/login/mail-code").await?;
        self.tabs_and_types("mail-code", &demo.code(&member.mail).await?).await?;
        self.enters().await
    }
}

#[tokio::test]
async fn the_keyboard_alone_sets_a_passkey_up_and_signs_in_with_it() -> Result<()> {
    let demo = Demo::start().await?;
    let member = demo.member("passkey")?;
    let browser = Browser::open(Shape::DESKTOP.unjudged()).await?;
    browser.is_changed_by(NO_SUGGESTIONS).await?;
    browser.has_device(Device::BUILT_IN).await?;
    browser.goes(&demo.at("/account")).await?;
    browser.types_itself_in(&demo, &member).await?;
    browser.arrives("/enrol/passkey").await?;
    browser.tabs_and_enters("passkey-create").await?;
    browser.arrives("/enrol/recovery-codes").await?;
    browser.tabs_and_enters("recovery-codes-kept").await?;
    browser.arrives("/account").await?;
    browser.tabs_and_enters("sign-out").await?;
    browser.arrives("/logout").await?;
    browser.tabs_and_enters("logout-confirm").await?;
    browser.arrives("/signed-out").await?;

    browser.goes(&demo.at("/account")).await?;
    browser.arrives("/login").await?;
    browser.tabs_and_enters("passkey-submit").await?;
    browser.arrives("/account").await?;
    browser.close().await
}

#[tokio::test]
async fn the_keyboard_alone_changes_the_account() -> Result<()> {
    let demo = Demo::start().await?;
    let member = demo.member("mail")?;
    let browser = Browser::open(Shape::DESKTOP.unjudged()).await?;
    browser.has_device(Device::BUILT_IN).await?;
    browser.goes(&demo.at("/account")).await?;
    browser.types_itself_in(&demo, &member).await?;
    browser.arrives("/account").await?;
    browser.tabs_and_enters("account-methods").await?;
    browser.arrives("/account/methods").await?;
    browser.tabs_and_enters("method-add-passkey").await?;
    browser.arrives("/enrol/passkey").await?;
    browser.tabs_and_enters("passkey-create").await?;
    browser.arrives("/enrol/recovery-codes").await?;
    browser.tabs_and_enters("recovery-codes-kept").await?;
    browser.arrives("/account/methods").await?;

    let passkey = browser.ids_of("method-rename-").await?.pop().context("the passkey has no name")?;
    browser.unfolds_and_enters(&passkey).await?;
    browser.arrives("/account/methods").await?;
    browser.is_told().await?;
    browser.unfolds_and_enters(&passkey.replace("rename", "remove")).await?;
    browser.arrives("/account/methods").await?;
    browser.is_told().await?;

    browser.tabs_and_enters("account-back").await?;
    browser.arrives("/account").await?;
    browser.tabs_and_enters("account-sessions").await?;
    browser.arrives("/account/sessions").await?;
    browser.tabs_and_enters("sessions-revoke-all").await?;
    browser.arrives("/account/sessions").await?;
    browser.is_told().await?;
    browser.tabs_and_enters("account-back").await?;
    browser.arrives("/account").await?;
    browser.tabs_and_enters("account-mail").await?;
    browser.arrives("/account/mail").await?;
    browser.tabs_and_types("mail", "misaki.new@example.com").await?;
    browser.enters().await?;
    browser.arrives("/account/mail").await?;
    browser.tabs_and_types("mail-code", &demo.code("misaki.new@example.com").await?).await?;
    browser.enters().await?;
    browser.arrives("/account").await?;
    browser.close().await
}

#[tokio::test]
async fn the_keyboard_alone_leads_back_in_after_a_forgotten_password() -> Result<()> {
    let demo = Demo::start().await?;
    let member = demo.member("mail")?;
    let browser = Browser::open(Shape::DESKTOP.unjudged()).await?;
    browser.goes(&demo.at("/account")).await?;
    browser.arrives("/login").await?;
    browser.tabs_and_enters("login-forgotten").await?;
    browser.arrives("/login/forgotten").await?;
    browser.tabs_and_types("username", &member.user_id).await?;
    browser.enters().await?;
    browser.arrives("/login/forgotten-sent").await?;
    browser.tabs_and_types("mail-code", &demo.code(&member.mail).await?).await?;
    browser.enters().await?;
    browser.arrives("/onboarding/password").await?;
    browser.tabs_and_types("new-password", NEW_PASSWORD).await?;
    browser.tabs_and_types("new-password-confirm", NEW_PASSWORD).await?;
    browser.tabs_and_enters("password-submit").await?;
    browser.arrives("/account").await?;
    browser.close().await
}

/// A new phone comes in: nobody touches a mouse or a screen, and both pages are judged on the way.
async fn the_keyboard_alone_lets_a_new_phone_in(here: Shape, there: Shape) -> Result<()> {
    let demo = Demo::start().await?;
    let member = demo.member("mail")?;
    let (here, phone) = (Browser::open(here).await?, Browser::open(there).await?);
    phone.is_changed_by(NO_SUGGESTIONS).await?;
    phone.has_device(Device::BUILT_IN).await?;
    here.goes(&demo.at("/account/methods")).await?;
    here.types_itself_in(&demo, &member).await?;
    here.arrives("/account/methods").await?;
    here.tabs_and_enters("account-new-phone").await?;
    here.arrives("/account/new-phone").await?;
    here.tabs_and_enters("new-phone-offer").await?;
    here.arrives("/account/new-phone").await?;

    phone.goes(&here.is_scanned("new-phone-qr").await?).await?;
    phone.arrives("/enrol/new-phone").await?;
    phone.tabs_and_enters("phone-ask").await?;
    phone.arrives("/enrol/new-phone").await?;
    until("the number", async || Ok(here.has("new-phone-confirm").await?.then_some(()))).await?;
    here.arrives("/account/new-phone").await?;
    ensure!(here.reads("match-number").await? == phone.reads("match-number").await?, "the numbers differ");
    here.tabs_and_enters("new-phone-confirm").await?;
    here.arrives("/account/new-phone").await?;

    until("the set-up", async || Ok(phone.has("passkey-create").await?.then_some(()))).await?;
    phone.arrives("/enrol/new-phone").await?;
    phone.tabs_and_enters("passkey-create").await?;
    phone.arrives("/enrol/new-phone").await?;
    until("the end", async || Ok(here.has("new-phone-methods").await?.then_some(()))).await?;
    here.arrives("/account/new-phone").await?;
    here.tabs_and_enters("new-phone-methods").await?;
    here.arrives("/account/methods").await?;

    phone.tabs_and_enters("phone-sign-in").await?;
    phone.arrives("/login").await?;
    phone.tabs_and_enters("passkey-submit").await?;
    phone.arrives("/enrol/recovery-codes").await?;
    phone.tabs_and_enters("recovery-codes-kept").await?;
    phone.sees("account").await?;
    phone.close().await?;
    here.close().await
}

#[tokio::test]
async fn the_keyboard_alone_lets_a_new_phone_in_from_a_desktop() -> Result<()> {
    the_keyboard_alone_lets_a_new_phone_in(Shape::DESKTOP, Shape::PHONE).await
}

#[tokio::test]
async fn the_keyboard_alone_lets_a_desktop_in_from_a_phone() -> Result<()> {
    the_keyboard_alone_lets_a_new_phone_in(Shape::PHONE, Shape::DESKTOP).await
}

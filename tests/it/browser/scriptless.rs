//! Everything but passkeys works where the browser runs no script.

use anyhow::{Context, Result, ensure};

use super::chromium::{Browser, Shape};
use super::demo::Demo;
use super::journey::{NEW_PASSWORD, Visit};

#[tokio::test]
async fn a_letter_leads_to_the_portal_without_script() -> Result<()> {
    let demo = Demo::start().await?;
    let browser = Browser::open(Shape::PHONE.scriptless()).await?;
    let visit = Visit { demo: &demo, browser: &browser, member: demo.member("new")? };
    visit.completes_the_first_login("method-mail").await?;
    visit.sets_mailed_codes_up().await?;
    visit.is_at_the_portal().await?;
    browser.signs_out_at_the_portal().await?;

    browser.presses("portal-sign-in").await?;
    browser.arrives("/login").await?;
    browser.signs_in(&visit.member.user_id, NEW_PASSWORD).await?;
    browser.arrives("/login/mail-code").await?;
    browser.types("mail-code", &demo.code(&visit.member.mail).await?).await?;
    browser.presses("mail-code-submit").await?;
    visit.is_at_the_portal().await?;
    browser.close().await
}

#[tokio::test]
async fn the_refresh_button_moves_on_once_the_link_was_opened() -> Result<()> {
    let demo = Demo::start().await?;
    let desktop = Browser::open(Shape::DESKTOP.scriptless()).await?;
    let visit = Visit { demo: &demo, browser: &desktop, member: demo.member("new")? };
    visit.begins_with_the_letter().await?;
    visit.gives_the_birth_date(&visit.member.birth_date).await?;
    visit.accepts_the_terms().await?;
    visit.keeps_the_address().await?;

    desktop.presses("mail-refresh").await?;
    desktop.arrives("/onboarding/mail-sent").await?;
    let mail = demo.mail_with_code(&visit.member.mail).await?;
    let phone = Browser::open(Shape::PHONE.scriptless()).await?;
    phone.goes(mail.link().context("the mail has no link")?).await?;
    phone.presses("mail-verify-submit").await?;
    ensure!(!phone.has("mail-verify-submit").await?, "the page asks again");

    desktop.presses("mail-refresh").await?;
    desktop.arrives("/onboarding/method").await?;
    phone.close().await?;
    desktop.close().await
}

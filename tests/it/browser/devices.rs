//! One journey in several browsers: the mail is read elsewhere, the rest is done another day.

use anyhow::{Context, Result, ensure};

use super::chromium::{Browser, Shape};
use super::demo::Demo;
use super::journey::Visit;

#[tokio::test]
async fn the_waiting_page_moves_on_when_the_link_is_opened_elsewhere() -> Result<()> {
    let demo = Demo::start().await?;
    let desktop = Browser::open(Shape::DESKTOP.unjudged()).await?;
    let visit = Visit { demo: &demo, browser: &desktop, member: demo.member("new")? };
    visit.begins_with_the_letter().await?;
    visit.gives_the_birth_date(&visit.member.birth_date).await?;
    visit.accepts_the_terms().await?;
    visit.keeps_the_address().await?;

    let mail = demo.mail_with_code(&visit.member.mail).await?;
    let link = mail.link().context("the mail has no link")?;
    let phone = Browser::open(Shape::PHONE).await?;
    phone.goes(link).await?;
    phone.arrives("/mail/verify").await?;
    ensure!(phone.reads("main").await?.contains(&visit.member.mail), "the page does not say which address");
    phone.presses("mail-verify-submit").await?;
    phone.arrives("/mail/verify").await?;
    ensure!(!phone.has("mail-verify-submit").await?, "the page asks again");

    // Nobody touches the desktop.
    desktop.arrives("/onboarding/method").await?;
    // The phone has confirmed an address and nothing more.
    phone.goes(&demo.at("/account")).await?;
    phone.arrives("/login").await?;
    phone.begins_at(demo.portal()).await?;
    phone.close().await?;
    desktop.close().await
}

#[tokio::test]
async fn the_journey_goes_on_in_another_browser_at_the_step_owed() -> Result<()> {
    let demo = Demo::start().await?;
    let member = demo.member("new")?;
    let at_home = Browser::open(Shape::PHONE.unjudged()).await?;
    let visit = Visit { demo: &demo, browser: &at_home, member: member.clone() };
    visit.begins_with_the_letter().await?;
    visit.gives_the_birth_date(&member.birth_date).await?;
    visit.accepts_the_terms().await?;
    at_home.close().await?;

    let at_work = Browser::open(Shape::DESKTOP.unjudged()).await?;
    let visit = Visit { demo: &demo, browser: &at_work, member: member.clone() };
    at_work.begins_at(demo.portal()).await?;
    at_work.signs_in(&member.user_id, member.initial_password()).await?;
    at_work.arrives("/onboarding/mail").await?;
    visit.keeps_the_address().await?;
    visit.types_the_mailed_code().await?;

    // The step owed is the next one, whatever is asked for.
    at_work.goes(&demo.at("/onboarding/password")).await?;
    at_work.arrives("/onboarding/method").await?;
    at_work.close().await
}

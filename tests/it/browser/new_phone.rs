//! A new phone beside a PC: its camera reads the QR code off the screen, and both move on by themselves.

use anyhow::{Result, ensure};
use thirtyfour::By;

use super::app::App;
use super::chromium::{Browser, Shape};
use super::demo::Demo;
use super::passkeys::Device;

#[tokio::test]
async fn a_new_phone_scans_compares_and_signs_in_alone() -> Result<()> {
    let demo = Demo::start().await?;
    let member = demo.member("mail")?;
    let here = Browser::open(Shape::DESKTOP.for_the_album()).await?;
    let phone = Browser::open(Shape::PHONE.for_the_album()).await?;
    let device = phone.has_device(Device::BUILT_IN).await?;
    here.goes(&demo.at("/account/methods")).await?;
    here.signs_in_by_mail(&demo, &member).await?;
    here.arrives("/account/methods").await?;
    here.presses("account-new-phone").await?;
    here.arrives("/account/new-phone").await?;
    here.is_pictured("51-new-phone").await?;
    here.presses("new-phone-offer").await?;
    here.arrives("/account/new-phone").await?;
    here.is_pictured_at("52-new-phone-qr", By::Tag("h1")).await?;

    phone.goes(&here.is_scanned("new-phone-qr").await?).await?;
    phone.arrives("/enrol/new-phone").await?;
    phone.is_pictured("51-new-phone").await?;
    phone.presses("phone-ask").await?;
    phone.arrives("/enrol/new-phone").await?;
    phone.is_pictured("52-new-phone-number").await?;

    // Nobody touches the PC: its page shows the number by itself.
    super::until("the number", async || Ok(here.has("new-phone-confirm").await?.then_some(()))).await?;
    here.arrives("/account/new-phone").await?;
    here.is_pictured("53-new-phone-number").await?;
    let (shown, told) = (here.reads("match-number").await?, phone.reads("match-number").await?);
    ensure!(shown == told, "the PC shows {shown}, the phone {told}");
    here.presses("new-phone-confirm").await?;
    here.arrives("/account/new-phone").await?;

    super::until("the set-up", async || Ok(phone.has("passkey-create").await?.then_some(()))).await?;
    phone.arrives("/enrol/new-phone").await?;
    phone.is_pictured("53-new-phone-passkey").await?;
    phone.presses("passkey-create").await?;
    phone.arrives("/enrol/new-phone").await?;
    phone.is_pictured("54-new-phone-done").await?;
    ensure!(phone.credentials_in(&device).await?.len() == 1);
    super::until("the end", async || Ok(here.has("new-phone-methods").await?.then_some(()))).await?;
    here.arrives("/account/new-phone").await?;
    here.is_pictured("54-new-phone-done").await?;
    demo.tells(&member.mail, "set up").await?;

    // The browser suggests the passkey, and its holder takes it at once.
    phone.presses("phone-sign-in").await?;
    phone.keeps_the_recovery_codes().await?;
    phone.sees("account").await?;
    phone.close().await?;
    here.close().await
}

/// The new phone opens the app by its link, and its codes sign in beside the password.
async fn a_new_phone_gets_an_app(here: Shape, there: Shape) -> Result<()> {
    let demo = Demo::start().await?;
    let member = demo.member("mail")?;
    let (here, phone) = (Browser::open(here.unjudged()).await?, Browser::open(there).await?);
    here.goes(&demo.at("/account/new-phone")).await?;
    here.signs_in_by_mail(&demo, &member).await?;
    here.arrives("/account/new-phone").await?;
    here.presses("new-phone-offer").await?;
    phone.goes(&here.is_scanned("new-phone-qr").await?).await?;
    phone.presses("phone-ask").await?;
    super::until("the number", async || Ok(here.has("new-phone-confirm").await?.then_some(()))).await?;
    here.presses("new-phone-confirm").await?;

    super::until("the set-up", async || Ok(phone.has("phone-app").await?.then_some(()))).await?;
    phone.presses("phone-app").await?;
    phone.arrives("/enrol/new-phone/totp").await?;
    phone.is_pictured("55-new-phone-app").await?;
    let opened = phone.part("totp-open").await?.attr("href").await?.unwrap_or_default();
    let mut app = App::scan(&opened)?;
    phone.types("totp-code", "000000").await?;
    phone.presses("totp-submit").await?;
    phone.is_refused("code_wrong").await?;
    phone.types("totp-code", &app.code()?).await?;
    phone.presses("totp-submit").await?;
    phone.arrives("/enrol/new-phone").await?;
    super::until("the end", async || Ok(here.has("new-phone-methods").await?.then_some(()))).await?;

    phone.presses("phone-sign-in").await?;
    phone.arrives("/login").await?;
    phone.signs_in(&member.user_id, member.password()).await?;
    phone.arrives("/login/totp").await?;
    phone.types("totp-code", &app.code()?).await?;
    phone.presses("totp-submit").await?;
    phone.keeps_the_recovery_codes().await?;
    phone.sees("account").await?;
    phone.close().await?;
    here.close().await
}

#[tokio::test]
async fn a_new_phone_gets_an_app_in_japanese_on_a_phone() -> Result<()> {
    a_new_phone_gets_an_app(Shape::DESKTOP, Shape::PHONE.for_the_album()).await
}

#[tokio::test]
async fn a_new_phone_gets_an_app_in_english_on_a_desktop() -> Result<()> {
    a_new_phone_gets_an_app(Shape::PHONE, Shape::DESKTOP).await
}

#[tokio::test]
async fn a_stranger_who_scans_first_is_sent_away() -> Result<()> {
    let demo = Demo::start().await?;
    let member = demo.member("mail")?;
    let here = Browser::open(Shape::PHONE).await?;
    let (stranger, phone) = (Browser::open(Shape::PHONE.unjudged()).await?, Browser::open(Shape::DESKTOP).await?);
    here.goes(&demo.at("/account/new-phone")).await?;
    here.signs_in_by_mail(&demo, &member).await?;
    here.arrives("/account/new-phone").await?;
    here.presses("new-phone-offer").await?;
    let address = here.is_scanned("new-phone-qr").await?;
    stranger.goes(&address).await?;
    stranger.presses("phone-ask").await?;
    ensure!(stranger.has("match-number").await?, "the first to ask gets a number");

    phone.goes(&address).await?;
    phone.arrives("/enrol/new-phone").await?;
    ensure!(phone.has("phone-over").await?, "the second is told that the code is used up");
    super::until("the number", async || Ok(here.has("new-phone-confirm").await?.then_some(()))).await?;
    here.presses("new-phone-cancel").await?;
    here.arrives("/account/new-phone").await?;
    ensure!(here.has("new-phone-offer").await?, "the page does not begin anew");
    super::until("the end", async || Ok(stranger.has("phone-over").await?.then_some(()))).await?;
    stranger.close().await?;
    phone.close().await?;
    here.close().await
}

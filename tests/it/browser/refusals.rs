//! Every page that says no: it says why and what to do, stands where it should, and nothing was changed.

use anyhow::{Context, Result, ensure};

use super::chromium::{Browser, Shape};
use super::demo::Demo;
use super::journey::Visit;

/// Wrong guesses until an account rests.
const GUESSES: usize = 10;

impl Browser {
    /// Sends one field and is refused.
    async fn is_refused_for(&self, (field, typed): (&str, &str), submit: &str, code: &str) -> Result<()> {
        self.types(field, typed).await?;
        self.presses(submit).await?;
        self.is_refused(code).await.with_context(|| format!("#{field} with {typed:?}"))
    }
}

#[tokio::test]
async fn the_sign_in_page_says_what_is_wrong_and_keeps_the_user_id() -> Result<()> {
    let demo = Demo::start().await?;
    let browser = Browser::open(Shape::PHONE.for_the_album()).await?;
    let member = demo.member("totp")?;
    browser.begins_at(demo.portal()).await?;

    browser.signs_in("", "").await?;
    browser.is_refused("user_id_missing").await?;
    browser.signs_in(&member.user_id, "").await?;
    browser.is_refused("password_missing").await?;
    browser.signs_in(&member.user_id, "wrong-but-long-enough").await?;
    browser.is_refused("wrong_credentials").await?;
    browser.is_pictured("20-wrong-password").await?;
    let (kept, secret) =
        (browser.part("username").await?.value().await?, browser.part("password").await?.value().await?);
    ensure!(kept.as_deref() == Some(&member.user_id), "the user id is {kept:?}");
    ensure!(secret.is_none_or(|secret| secret.is_empty()), "the password is kept");

    browser.signs_in("MN999999", "wrong-but-long-enough").await?;
    browser.is_refused("wrong_credentials").await?;
    browser.signs_in(&member.user_id, member.password()).await?;
    browser.arrives("/login/totp").await?;
    browser.is_refused_for(("totp-code", "12345"), "totp-submit", "one_time_code_not_digits").await?;
    browser.is_refused_for(("totp-code", "000000"), "totp-submit", "code_wrong").await?;
    browser.close().await
}

#[tokio::test]
async fn guessing_ends_at_an_honest_lock_out_page() -> Result<()> {
    let demo = Demo::start().await?;
    let browser = Browser::open(Shape::PHONE.for_the_album()).await?;
    let member = demo.member("totp")?;
    browser.goes(&demo.at("/login")).await?;
    for _ in 0..GUESSES {
        browser.signs_in(&member.user_id, "wrong-but-long-enough").await?;
    }

    browser.is_refused("locked").await?;
    browser.is_pictured("21-locked").await?;
    // The right password tells a guesser nothing either.
    browser.goes(&demo.at("/login")).await?;
    browser.signs_in(&member.user_id, member.password()).await?;
    browser.is_refused("locked").await?;
    let locked = demo.member("locked")?;
    browser.goes(&demo.at("/login")).await?;
    browser.signs_in(&locked.user_id, locked.password()).await?;
    browser.is_refused("locked").await?;
    browser.close().await
}

#[tokio::test]
async fn a_disabled_member_learns_nothing_from_the_right_password() -> Result<()> {
    let demo = Demo::start().await?;
    let browser = Browser::open(Shape::DESKTOP.unjudged()).await?;
    let member = demo.member("disabled")?;
    browser.goes(&demo.at("/login")).await?;

    browser.signs_in(&member.user_id, member.password()).await?;

    browser.is_refused("wrong_credentials").await?;
    browser.close().await
}

#[tokio::test]
async fn declined_terms_lead_back_to_the_portal_that_hears_so() -> Result<()> {
    let demo = Demo::start().await?;
    let browser = Browser::open(Shape::PHONE.unjudged()).await?;
    let visit = Visit { demo: &demo, browser: &browser, member: demo.member("new")? };
    visit.begins_with_the_letter().await?;
    visit.gives_the_birth_date(&visit.member.birth_date).await?;

    browser.presses("terms-decline").await?;

    browser.sees("portal-error").await?;
    ensure!(browser.reads("portal-error").await? == "access_denied", "the portal hears something else");
    browser.close().await
}

#[tokio::test]
async fn a_form_that_outlived_its_cookies_is_refused_with_a_way_back() -> Result<()> {
    let demo = Demo::start().await?;
    let browser = Browser::open(Shape::PHONE.for_the_album()).await?;
    let visit = Visit { demo: &demo, browser: &browser, member: demo.member("totp")? };
    browser.begins_at(demo.portal()).await?;
    browser.delete_all_cookies().await?;

    browser.signs_in(&visit.member.user_id, visit.member.password()).await?;

    browser.sees("error").await?;
    browser.is_refused("cookies_off").await?;
    browser.presses("way-back").await?;
    browser.arrives("/login").await?;
    browser.close().await
}

#[tokio::test]
async fn an_address_that_leads_nowhere_has_a_page_and_never_a_redirect() -> Result<()> {
    let demo = Demo::start().await?;
    let ask = |client: &str, back: &str| {
        demo.at(&format!("/authorize?response_type=code&scope=openid&state=s&client_id={client}&redirect_uri={back}"))
    };
    let addresses = [
        (demo.at("/nowhere"), "not_found", Some("23-not-found")),
        (ask("nobody", "http://localhost/cb"), "unknown_client", None),
        (ask("demo-public", "https://elsewhere.example/cb"), "invalid_redirect_uri", None),
    ];
    for shape in [Shape::PHONE.for_the_album(), Shape::DESKTOP] {
        let browser = Browser::open(shape).await?;
        for (address, code, picture) in &addresses {
            browser.goes(address).await?;
            browser.sees("error").await?;
            browser.is_refused(code).await?;
            if let Some(name) = picture {
                browser.is_pictured(name).await?;
            }
        }
        browser.goes(&demo.at("/mail/verify?t=made-up")).await?;
        browser.arrives("/mail/verify").await?;
        browser.is_refused("expired").await?;
        browser.close().await?;
    }
    Ok(())
}

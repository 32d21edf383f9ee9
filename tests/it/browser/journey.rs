//! From the letter to the portal, as the manual tells it.

use anyhow::{Result, ensure};
use thirtyfour::By;

use super::chromium::{Browser, Shape};
use super::demo::{Demo, Member};

/// A password that nobody guesses and everybody can type.
pub(super) const NEW_PASSWORD: &str = "kaede-no-ki-no-shita-de";

/// A member in front of a window.
pub(super) struct Visit<'a> {
    pub(super) demo: &'a Demo,
    pub(super) browser: &'a Browser,
    pub(super) member: Member,
}

impl Visit<'_> {
    /// From the portal to the first step, with what the letter says.
    pub(super) async fn begins_with_the_letter(&self) -> Result<()> {
        self.browser.begins_at(self.demo.portal()).await?;
        self.browser.is_pictured("01-login").await?;
        self.browser.signs_in(&self.member.user_id, self.member.initial_password()).await?;
        self.browser.arrives("/onboarding/birth-date").await
    }

    /// Says when they were born, in one of the ways that the page takes.
    pub(super) async fn gives_the_birth_date(&self, typed: &str) -> Result<()> {
        self.browser.types("birth-date", typed).await?;
        self.browser.is_pictured("02-birth-date").await?;
        self.browser.presses("birth-date-submit").await?;
        self.browser.arrives("/onboarding/terms").await
    }

    /// Agrees.
    pub(super) async fn accepts_the_terms(&self) -> Result<()> {
        self.browser.is_pictured("03-terms").await?;
        self.browser.presses("terms-accept").await?;
        self.browser.arrives("/onboarding/mail").await
    }

    /// Keeps the address that the society has.
    pub(super) async fn keeps_the_address(&self) -> Result<()> {
        let shown = self.browser.part("mail").await?.value().await?;
        ensure!(shown.as_deref() == Some(&self.member.mail), "the page shows {shown:?}");
        self.browser.is_pictured("04-mail").await?;
        self.browser.presses("mail-submit").await?;
        self.browser.arrives("/onboarding/mail-sent").await
    }

    /// Types the code of the mail.
    pub(super) async fn types_the_mailed_code(&self) -> Result<()> {
        self.browser.is_pictured("05-mail-sent").await?;
        let mail = self.demo.mail_with_code(&self.member.mail).await?;
        let code = mail.code().unwrap_or_default().to_owned();
        self.browser.turns("the mail", async || self.browser.goes(&self.demo.page_of(&mail)).await).await?;
        self.browser.is_pictured("06-the-mail").await?;
        self.browser.turns("the way back", async || Ok(self.browser.back().await?)).await?;
        self.browser.types("mail-code", &as_typed_in_japanese(&code)).await?;
        self.browser.presses("mail-code-submit").await?;
        self.browser.arrives("/onboarding/method").await
    }

    /// Chooses `method-mail` or `method-totp`.
    pub(super) async fn chooses_the_method(&self, id: &str) -> Result<()> {
        self.browser.chooses(id).await?;
        self.browser.is_pictured("07-method").await?;
        self.browser.presses("method-submit").await?;
        self.browser.arrives("/onboarding/password").await
    }

    /// Sets [`NEW_PASSWORD`].
    pub(super) async fn sets_the_password(&self) -> Result<()> {
        self.browser.types("new-password", NEW_PASSWORD).await?;
        self.browser.types("new-password-confirm", NEW_PASSWORD).await?;
        self.browser.is_pictured_at("08-password", By::ClassName("rules")).await?;
        self.browser.presses("password-submit").await?;
        self.browser.arrives("/onboarding/complete").await
    }

    /// Signs out, and comes back with the new password.
    pub(super) async fn signs_out_and_in_again(&self) -> Result<()> {
        self.browser.is_pictured("09-complete").await?;
        self.browser.presses("sign-out").await?;
        self.browser.arrives("/signed-out").await?;
        self.browser.is_pictured("10-signed-out").await?;
        self.browser.presses("sign-in-again").await?;
        self.browser.arrives("/login").await?;
        self.browser.signs_in(&self.member.user_id, NEW_PASSWORD).await
    }

    /// The whole first login, until the method is to be set up.
    pub(super) async fn completes_the_first_login(&self, method: &str) -> Result<()> {
        self.begins_with_the_letter().await?;
        self.gives_the_birth_date(&self.member.birth_date).await?;
        self.accepts_the_terms().await?;
        self.keeps_the_address().await?;
        self.types_the_mailed_code().await?;
        self.chooses_the_method(method).await?;
        self.sets_the_password().await?;
        self.signs_out_and_in_again().await
    }

    /// Types the code that sets mailed codes up, and is at the portal.
    pub(super) async fn sets_mailed_codes_up(&self) -> Result<()> {
        self.browser.arrives("/enrol/mail").await?;
        self.browser.is_pictured("11-enrol-mail").await?;
        self.browser.types("mail-code", &self.demo.code(&self.member.mail).await?).await?;
        self.browser.presses("mail-code-submit").await?;
        self.browser.sees("portal-member").await
    }

    /// The portal knows who it is, and by how many factors.
    pub(super) async fn is_at_the_portal(&self) -> Result<()> {
        self.browser.sees("portal-member").await?;
        ensure!(!self.browser.reads("id-token-sub").await?.is_empty(), "the ID token names nobody");
        let means = self.browser.reads("portal-amr").await?;
        ensure!(means.contains("pwd") && means.contains("otp"), "amr is {means}");
        Ok(())
    }
}

/// Full width, with a space in the middle: as a Japanese keyboard has it.
fn as_typed_in_japanese(code: &str) -> String {
    let wide: String = code.chars().filter_map(|digit| char::from_u32(u32::from('０') + digit.to_digit(10)?)).collect();
    let (left, right) = wide.split_at(wide.len() / 2);
    format!("{left}　{right}")
}

#[tokio::test]
async fn a_letter_leads_to_the_portal_with_mailed_codes_in_japanese_on_a_phone() -> Result<()> {
    let demo = Demo::start().await?;
    let browser = Browser::open(Shape::PHONE.for_the_album()).await?;
    let visit = Visit { demo: &demo, browser: &browser, member: demo.member("new")? };

    visit.begins_with_the_letter().await?;
    visit.gives_the_birth_date("昭和５５年１月１日").await?;
    visit.accepts_the_terms().await?;
    visit.keeps_the_address().await?;
    visit.types_the_mailed_code().await?;
    visit.chooses_the_method("method-mail").await?;
    visit.sets_the_password().await?;
    visit.signs_out_and_in_again().await?;
    visit.sets_mailed_codes_up().await?;

    visit.is_at_the_portal().await?;
    browser.is_pictured("12-portal").await?;
    browser.close().await
}

#[tokio::test]
async fn a_pattern_password_leads_to_the_portal() -> Result<()> {
    let demo = Demo::start().await?;
    let browser = Browser::open(Shape::PHONE.unjudged()).await?;
    let visit = Visit { demo: &demo, browser: &browser, member: demo.member("pattern")? };

    visit.completes_the_first_login("method-mail").await?;
    visit.sets_mailed_codes_up().await?;

    visit.is_at_the_portal().await?;
    browser.close().await
}

//! The member's own pages in real Chromium: looked at, changed, and left in order.

use anyhow::{Context, Result, ensure};
use thirtyfour::By;

use super::chromium::{Browser, Shape};
use super::demo::{Demo, Member};
use super::until;

/// What replaces the password, and lacks every word of the member's own.
const NEW: &str = "tanpopo-no-watage-ga-tobu";
const SHAPES: [Shape; 2] = [Shape::PHONE.for_the_album(), Shape::DESKTOP.for_the_album()];

impl Browser {
    /// Signs in with password and mailed code, from wherever the sign-in page is shown.
    pub(super) async fn signs_in_by_mail(&self, demo: &Demo, member: &Member) -> Result<()> {
        self.arrives("/login").await?;
        self.signs_in(&member.user_id, member.password()).await?;
        self.arrives("/login/mail-code").await?;
        self.types("mail-code", &demo.code(&member.mail).await?).await?;
        self.presses("mail-code-submit").await
    }

    /// Opens an account page that its session opens.
    pub(super) async fn opens(&self, demo: &Demo, path: &str) -> Result<()> {
        self.goes(&demo.at(path)).await?;
        self.arrives(path).await
    }

    /// The ids on the page that begin so.
    pub(super) async fn ids_of(&self, beginning: &str) -> Result<Vec<String>> {
        let mut ids = Vec::new();
        for part in self.driver.find_all(By::Css(format!("[id^='{beginning}']"))).await? {
            ids.extend(part.id().await?);
        }
        Ok(ids)
    }

    /// The page tells what was done.
    pub(super) async fn is_told(&self) -> Result<()> {
        let said = self.driver.find(By::Css("[role=status]")).await.context("the page does not say what was done")?;
        ensure!(!said.text().await?.is_empty(), "what was done has no words");
        Ok(())
    }
}

impl Demo {
    /// Waits for a mail to this address with these words in its subject.
    pub(super) async fn tells(&self, address: &str, words: &str) -> Result<()> {
        until(&format!("a mail about {words}"), async || {
            let mails = self.mails().await?;
            Ok(mails.iter().any(|mail| mail.to.contains(address) && mail.subject.contains(words)).then_some(()))
        })
        .await
    }
}

#[tokio::test]
async fn every_page_is_found_from_the_overview() -> Result<()> {
    let demo = Demo::start().await?;
    let member = demo.member("mail")?;
    for shape in SHAPES {
        let browser = Browser::open(shape).await?;
        browser.begins_at(demo.portal()).await?;
        browser.signs_in_by_mail(&demo, &member).await?;
        browser.sees("portal-member").await?;
        browser.opens(&demo, "/account").await?;
        browser.is_pictured("41-account").await?;
        let pages = [
            ("account-methods", "/account/methods", None),
            ("account-password", "/account/password", Some("43-password")),
            ("account-mail", "/account/mail", None),
            ("account-sessions", "/account/sessions", None),
            ("account-applications", "/account/applications", Some("46-applications")),
            ("account-requests", "/account/requests", None),
            ("account-history", "/account/history", Some("47-history")),
            ("account-print", "/account/print", Some("48-print")),
        ];
        for (link, path, picture) in pages {
            browser.presses(link).await?;
            browser.arrives(path).await?;
            if let Some(picture) = picture {
                browser.is_pictured(picture).await?;
            }
            browser.presses("account-back").await?;
            browser.arrives("/account").await?;
        }

        let other = if shape.language == "ja" { "en" } else { "ja" };
        for language in [other, shape.language] {
            browser.chooses(&format!("language-{language}")).await?;
            browser.presses("language-submit").await?;
            browser.arrives("/account").await?;
            let spoken = browser.driver.find(By::Tag("html")).await?.attr("lang").await?;
            ensure!(spoken.as_deref() == Some(language), "the page speaks {spoken:?}, not {language}");
        }
        browser.presses("sign-out").await?;
        browser.arrives("/logout").await?;
        browser.presses("logout-confirm").await?;
        browser.arrives("/signed-out").await?;
        browser.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_application_is_taken_back() -> Result<()> {
    let demo = Demo::start().await?;
    let member = demo.member("mail")?;
    let browser = Browser::open(Shape::PHONE).await?;
    browser.begins_at(demo.portal()).await?;
    browser.signs_in_by_mail(&demo, &member).await?;
    browser.sees("portal-member").await?;

    browser.opens(&demo, "/account/applications").await?;
    let held = browser.ids_of("application-revoke-").await?;
    ensure!(held.len() == 1, "the page shows {held:?}");
    browser.presses(&held[0]).await?;
    browser.arrives("/account/applications").await?;
    browser.is_told().await?;
    ensure!(browser.ids_of("application-revoke-").await?.is_empty(), "the application is still there");
    browser.close().await
}

#[tokio::test]
async fn a_device_elsewhere_is_signed_out_and_then_all_others() -> Result<()> {
    let demo = Demo::start().await?;
    let member = demo.member("mail")?;
    for shape in SHAPES {
        let here = Browser::open(shape).await?;
        here.goes(&demo.at("/account/sessions")).await?;
        here.signs_in_by_mail(&demo, &member).await?;
        here.arrives("/account/sessions").await?;
        for all in [false, true] {
            let elsewhere = Browser::open(Shape::DESKTOP.unjudged()).await?;
            elsewhere.goes(&demo.at("/account")).await?;
            elsewhere.signs_in_by_mail(&demo, &member).await?;
            elsewhere.arrives("/account").await?;

            here.opens(&demo, "/account/sessions").await?;
            here.is_pictured_at("45-sessions", By::ClassName("items")).await?;
            let others = here.ids_of("session-revoke-").await?;
            ensure!(others.len() == 1, "the page offers {others:?}");
            here.presses(if all { "sessions-revoke-all" } else { &others[0] }).await?;
            here.arrives("/account/sessions").await?;
            here.is_told().await?;
            ensure!(here.ids_of("session-revoke-").await?.is_empty(), "the other device is still there");
            ensure!(here.has("session-here").await?, "this device is gone");

            elsewhere.goes(&demo.at("/account")).await?;
            elsewhere.arrives("/login").await?;
            elsewhere.close().await?;
        }
        here.presses("account-back").await?;
        here.presses("sign-out").await?;
        here.presses("logout-confirm").await?;
        here.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_new_password_is_chosen_and_told_of() -> Result<()> {
    let demo = Demo::start().await?;
    let mut member = demo.member("mail")?;
    for shape in SHAPES {
        let browser = Browser::open(shape).await?;
        browser.goes(&demo.at("/account/password")).await?;
        browser.signs_in_by_mail(&demo, &member).await?;
        browser.arrives("/account/password").await?;
        browser.types("new-password", NEW).await?;
        let other = ("new-password-confirm", "tanpopo");
        browser.is_refused_for(other, "password-submit", "password_confirmation_differs").await?;

        let password = format!("{NEW}-{}", shape.language);
        browser.types("new-password", &password).await?;
        browser.types("new-password-confirm", &password).await?;
        ensure!(browser.part("sign-out-others").await?.is_selected().await?, "signing out elsewhere is not proposed");
        browser.presses("password-submit").await?;
        browser.arrives("/account").await?;
        browser.is_told().await?;
        browser.close().await?;

        member.password = Some(password);
        let browser = Browser::open(shape.unjudged()).await?;
        browser.goes(&demo.at("/account")).await?;
        browser.signs_in_by_mail(&demo, &member).await?;
        browser.arrives("/account").await?;
        browser.close().await?;
    }
    for words in ["パスワードが変更されました", "password was changed"] {
        demo.tells(&member.mail, words).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_new_address_is_proved_and_the_old_one_told() -> Result<()> {
    let demo = Demo::start().await?;
    let mut member = demo.member("mail")?;
    for shape in SHAPES {
        let browser = Browser::open(shape).await?;
        browser.goes(&demo.at("/account/mail")).await?;
        browser.signs_in_by_mail(&demo, &member).await?;
        browser.arrives("/account/mail").await?;
        browser.is_refused_for(("mail", "nobody"), "mail-submit", "mail_address_no_at").await?;
        let new = format!("misaki.{}@example.com", shape.language);
        browser.types("mail", &new).await?;
        browser.presses("mail-submit").await?;
        browser.arrives("/account/mail").await?;
        ensure!(browser.reads("main").await?.contains(&new), "the page does not say where the mail went");
        browser.is_pictured("44-mail").await?;
        browser.is_refused_for(("mail-code", "12345"), "mail-code-submit", "one_time_code_not_digits").await?;
        browser.types("mail-code", &demo.code(&new).await?).await?;
        browser.presses("mail-code-submit").await?;
        browser.arrives("/account").await?;
        browser.is_told().await?;
        demo.tells(&member.mail, if shape.language == "ja" { "変更されました" } else { "was changed" }).await?;
        member.mail = new;
        browser.close().await?;
    }
    Ok(())
}

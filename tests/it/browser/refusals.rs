//! Every page that says no: it says why and what to do, stands where it should, and nothing was changed.

use anyhow::{Context, Result, ensure};

use super::chromium::{Browser, Shape};
use super::demo::Demo;
use super::journey::{NEW_PASSWORD, Visit};

/// Wrong guesses until an account rests.
const GUESSES: usize = 10;

impl Browser {
    /// Sends one field and is refused.
    pub(super) async fn is_refused_for(&self, (field, typed): (&str, &str), submit: &str, code: &str) -> Result<()> {
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
async fn after_a_refused_form_back_and_reload_ask_for_the_page_and_send_nothing_again() -> Result<()> {
    let demo = Demo::start().await?;
    let browser = Browser::open(Shape::PHONE).await?;
    let member = demo.member("totp")?;
    browser.begins_at(demo.portal()).await?;
    browser.signs_in(&member.user_id, "wrong-but-long-enough").await?;
    browser.is_refused("wrong_credentials").await?;

    browser.turns("the page anew", async || Ok(browser.refresh().await?)).await?;
    browser.arrives("/login").await?;
    ensure!(!browser.has("error-summary").await?, "the form was sent again");

    browser.signs_in(&member.user_id, "wrong-but-long-enough").await?;
    browser.is_refused("wrong_credentials").await?;
    browser.signs_in(&member.user_id, member.password()).await?;
    browser.arrives("/login/totp").await?;
    browser.turns("the page before", async || Ok(browser.back().await?)).await?;
    // That page is no longer owed, and so leads to the one that is.
    browser.arrives("/login/totp").await?;
    ensure!(!browser.has("error-summary").await?, "the form was sent again");
    browser.close().await
}

/// A field, what is typed into it, the button, and what the page then says.
type Mistake = (&'static str, &'static str, &'static str, &'static str);

/// What to type wrongly on each step of the first login, in order.
const MISTAKES: [(&str, &[Mistake]); 4] = [
    (
        "/onboarding/birth-date",
        &[
            ("birth-date", "", "birth-date-submit", "birth_date_missing"),
            ("birth-date", "spring", "birth-date-submit", "birth_date_unreadable"),
            ("birth-date", "1980-02-30", "birth-date-submit", "birth_date_no_such_day"),
            ("birth-date", "1999-09-09", "birth-date-submit", "birth_date_wrong"),
        ],
    ),
    (
        "/onboarding/mail",
        &[
            ("mail", "", "mail-submit", "mail_address_missing"),
            ("mail", "hanako.example.jp", "mail-submit", "mail_address_no_at"),
            ("mail", "hanako@example", "mail-submit", "mail_address_no_dot_in_domain"),
        ],
    ),
    (
        "/onboarding/mail-sent",
        &[
            ("mail-code", "", "mail-code-submit", "one_time_code_missing"),
            ("mail-code", "12345", "mail-code-submit", "one_time_code_not_digits"),
            ("mail-code", "000000", "mail-code-submit", "code_wrong"),
        ],
    ),
    (
        "/onboarding/password",
        &[
            ("new-password", "short", "password-submit", "password_too_short"),
            ("new-password", "passwordpassword", "password-submit", "password_repeated"),
            ("new-password", "thisismypassword", "password-submit", "password_common"),
            ("new-password", NEW_PASSWORD, "password-submit", "password_confirmation_differs"),
        ],
    ),
];

impl Visit<'_> {
    async fn makes_every_mistake(&self, path: &str) -> Result<()> {
        self.browser.arrives(path).await?;
        let (_, mistakes) = MISTAKES.iter().find(|(at, _)| *at == path).context("no mistakes for this step")?;
        for (field, typed, submit, code) in *mistakes {
            self.browser.is_refused_for((field, typed), submit, code).await?;
            self.browser.arrives(path).await?;
        }
        Ok(())
    }
}

#[tokio::test]
async fn each_step_says_what_is_wrong_and_what_to_do() -> Result<()> {
    let demo = Demo::start().await?;
    let browser = Browser::open(Shape::PHONE).await?;
    let visit = Visit { demo: &demo, browser: &browser, member: demo.member("new")? };

    visit.begins_with_the_letter().await?;
    visit.makes_every_mistake("/onboarding/birth-date").await?;
    visit.gives_the_birth_date(&visit.member.birth_date).await?;
    visit.accepts_the_terms().await?;
    visit.makes_every_mistake("/onboarding/mail").await?;
    browser.types("mail", &visit.member.mail).await?;
    browser.presses("mail-submit").await?;
    visit.makes_every_mistake("/onboarding/mail-sent").await?;
    browser.types("mail-code", &demo.code(&visit.member.mail).await?).await?;
    browser.presses("mail-code-submit").await?;
    browser.arrives("/onboarding/method").await?;
    visit.chooses_the_method("method-totp").await?;
    visit.makes_every_mistake("/onboarding/password").await?;
    visit.sets_the_password().await?;
    visit.signs_out_and_in_again().await?;

    browser.arrives("/enrol/totp").await?;
    browser.is_refused_for(("totp-code", ""), "totp-submit", "one_time_code_missing").await?;
    browser.is_refused_for(("totp-code", "000000"), "totp-submit", "code_wrong").await?;
    browser.close().await
}

#[tokio::test]
async fn a_form_of_another_member_in_the_same_browser_is_refused_and_leads_on() -> Result<()> {
    let demo = Demo::start().await?;
    let browser = Browser::open(Shape::PHONE).await?;
    let visit = Visit { demo: &demo, browser: &browser, member: demo.member("totp")? };
    browser.begins_at(demo.portal()).await?;

    // The form says that it belongs to an interaction of which its token knows nothing.
    browser.execute(OTHER_INTERACTION, []).await?;
    browser.signs_in(&visit.member.user_id, visit.member.password()).await?;
    browser.sees("error").await?;
    browser.is_refused("stale_form").await?;
    browser.presses("way-back").await?;
    browser.arrives("/login").await?;
    browser.close().await
}

/// Puts the id of an interaction that is none of this browser into the form.
const OTHER_INTERACTION: &str = r"
    document.querySelectorAll('[name=interaction]').forEach((field) => {
        field.value = field.value.replace(/[0-9a-f]{4}$/, (end) => end === '0000' ? '1111' : '0000');
    });
";

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

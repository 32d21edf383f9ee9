//! The authenticator app as a phone has it: it reads the QR code off the screen, and its codes sign in.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use idp_core::clock::{Clock, SystemClock};
use thirtyfour::By;
use url::Url;

use super::chromium::{Browser, Shape};
use super::demo::Demo;
use super::journey::{NEW_PASSWORD, Visit};

/// Seconds that a code is shown.
const STEP: u64 = 30;

/// What an app keeps of a QR code.
struct App {
    label: String,
    secret: String,
    issuer: String,
    last_step: u64,
}

impl App {
    /// Reads `otpauth://totp/LABEL?secret=…&issuer=…`.
    fn scan(text: &str) -> Result<Self> {
        let uri = Url::parse(text)?;
        ensure!((uri.scheme(), uri.host_str()) == ("otpauth", Some("totp")), "no app reads {text}");
        let value = |name: &str| uri.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let label: String = percent_decoded(uri.path().trim_start_matches('/'));
        let (secret, issuer) = (value("secret").context("no secret")?, value("issuer").context("no issuer")?);
        Ok(Self { label, secret, issuer, last_step: 0 })
    }

    /// A code that was not typed before, by an implementation that is not ours. The provider takes that of the next
    /// step as well, so nobody waits for a fresh one.
    fn code(&mut self) -> Result<String> {
        let now = SystemClock.now().seconds().unsigned_abs() / STEP;
        self.last_step = now.max(self.last_step + 1);
        let at = format!("@{}", self.last_step * STEP);
        let said = Command::new("oathtool").args(["--totp", "--base32", "--now", &at, &self.secret]).output()?;
        ensure!(said.status.success(), "oathtool: {}", String::from_utf8_lossy(&said.stderr));
        Ok(String::from_utf8(said.stdout)?.trim().to_owned())
    }
}

fn percent_decoded(text: &str) -> String {
    let query = format!("l={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(query.as_bytes()).map(|(_, value)| value.into_owned()).collect()
}

impl Browser {
    /// Points a camera at the window: what the QR code in sight says.
    pub(super) async fn is_scanned(&self, id: &str) -> Result<String> {
        self.scrolls_to(By::Id(id)).await?;
        let picture = self.driver.screenshot_as_png().await?;
        let mut reader = png::Decoder::new(std::io::Cursor::new(picture)).read_info()?;
        let mut pixels = vec![0; reader.output_buffer_size().context("a picture without end")?];
        let frame = reader.next_frame(&mut pixels)?;
        let (width, height) = (usize::try_from(frame.width)?, usize::try_from(frame.height)?);
        let channels = frame.color_type.samples();
        let mut camera = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
            let at = (y * width + x) * channels;
            let sum: u32 = pixels[at..at + channels.min(3)].iter().map(|part| u32::from(*part)).sum();
            u8::try_from(sum / u32::try_from(channels.min(3)).unwrap_or(1)).unwrap_or(u8::MAX)
        });
        let grids = camera.detect_grids();
        ensure!(grids.len() == 1, "the camera sees {} QR codes", grids.len());
        Ok(grids[0].decode()?.1)
    }
}

impl Visit<'_> {
    async fn sets_the_app_up(&self) -> Result<App> {
        self.browser.arrives("/enrol/totp").await?;
        self.browser.is_pictured("13-enrol-app").await?;
        let mut app = App::scan(&self.browser.is_scanned("totp-qr").await?)?;
        self.browser.is_pictured_at("14-enrol-app-qr", By::Id("totp-qr")).await?;

        self.browser.types("totp-code", &app.code()?).await?;
        self.browser.types("device-name", "My phone").await?;
        self.browser.presses("totp-submit").await?;
        self.browser.keeps_the_recovery_codes().await?;
        self.browser.sees("portal-member").await?;
        Ok(app)
    }

    async fn signs_in_with_the_app(&self, app: &mut App) -> Result<()> {
        self.browser.signs_out_at_the_portal().await?;
        self.browser.presses("portal-sign-in").await?;
        self.browser.arrives("/login").await?;
        self.browser.signs_in(&self.member.user_id, NEW_PASSWORD).await?;
        self.browser.arrives("/login/totp").await?;
        self.browser.is_pictured("15-login-app").await?;
        self.browser.types("totp-code", &app.code()?).await?;
        self.browser.presses("totp-submit").await?;
        self.browser.sees("portal-member").await
    }
}

async fn a_letter_leads_to_the_portal_with_an_app(shape: Shape) -> Result<()> {
    let demo = Demo::start().await?;
    let browser = Browser::open(shape).await?;
    let visit = Visit { demo: &demo, browser: &browser, member: demo.member("new")? };

    visit.completes_the_first_login("method-totp").await?;
    let mut app = visit.sets_the_app_up().await?;
    ensure!(app.label == format!("{}:{}", app.issuer, visit.member.user_id), "the app shows {}", app.label);
    ensure!(app.secret.len() == 32, "the secret has {} characters", app.secret.len());
    visit.is_at_the_portal().await?;
    ensure!(browser.reads("portal-acr").await? == "aal2", "acr is {}", browser.reads("portal-acr").await?);

    visit.signs_in_with_the_app(&mut app).await?;
    visit.is_at_the_portal().await?;
    browser.is_pictured("12-portal").await?;
    browser.close().await
}

#[tokio::test]
async fn a_letter_leads_to_the_portal_with_an_app_in_english_on_a_desktop() -> Result<()> {
    a_letter_leads_to_the_portal_with_an_app(Shape::DESKTOP.for_the_album()).await
}

#[tokio::test]
async fn an_app_reads_the_qr_code_off_a_small_screen() -> Result<()> {
    a_letter_leads_to_the_portal_with_an_app(Shape::PHONE).await
}

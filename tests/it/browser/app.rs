//! The authenticator app as a phone has it: it reads the QR code off the screen, and its codes sign in.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use idp_core::clock::{Clock, SystemClock};
use serde_json::json;
use thirtyfour::By;
use url::Url;

use super::chromium::{Browser, Shape};
use super::demo::Demo;
use super::journey::{NEW_PASSWORD, Visit};
use crate::ops::interop::node;

/// Seconds that a code is shown.
const STEP: u64 = 30;

/// What the QR code may be made of: Google Authenticator and Microsoft Authenticator know SHA-1, six digits and thirty
/// seconds alone, show a `+` as it is, refuse padding, and take the issuer from either place.
fn keeps_to_what_every_app_knows(text: &str) -> Result<()> {
    let (label, query) = text
        .strip_prefix("otpauth://totp/")
        .and_then(|rest| rest.split_once('?'))
        .with_context(|| format!("no app reads {text}"))?;
    ensure!(text.is_ascii() && !text.contains('+'), "not encoded for every app: {text}");
    let (issuer, account) = label.split_once(':').context("no issuer in the label")?;
    ensure!(!account.contains(':') && !label.contains("%3A"), "more than one colon: {text}");
    let parameters: Vec<_> = query.split('&').filter_map(|part| part.split_once('=')).collect();
    let [("secret", secret), ("issuer", named)] = parameters[..] else {
        anyhow::bail!("what some app does not know: {text}")
    };
    ensure!(named == issuer, "the label says {issuer}, the parameter {named}");
    let is_base32 = |letter: u8| letter.is_ascii_uppercase() || (b'2'..=b'7').contains(&letter);
    ensure!(secret.len() == 32 && secret.bytes().all(is_base32), "not 160 bits of base32: {secret}");
    Ok(())
}

/// What the browser extension "Authenticator" (Authenticator-Extension on GitHub, src/background.ts) reads, by its rules:
/// `otpauth://` in small letters; four letters and a sign are the type; the label ends at the first `?`, and nothing is
/// read after a second one; the label is decoded before it is split, and of its parts at colons the first is the issuer
/// and the second the account; parameters are split at `&` and at `=`, and what follows a second `=` is lost; the secret
/// is taken as it stands and refused unless it is base32; the issuer is decoded, then every `+` is a space; what is not
/// named is SHA-1, six digits and thirty seconds. The extension is no package, so the rules are held, not the program.
fn is_kept_by_the_extension(text: &str, issuer: &str, account: &str, secret: &str) -> Result<()> {
    let halves: Vec<_> = text.strip_prefix("otpauth://totp/").context("another type")?.split('?').collect();
    let [label, query] = halves[..] else { anyhow::bail!("it would lose what follows the second ?: {text}") };
    let label = percent_decoded(label);
    ensure!(label.split(':').collect::<Vec<_>>() == [issuer, account], "it would keep another name: {label}");
    let (mut secrets, mut issuers) = (Vec::new(), Vec::new());
    for parameter in query.split('&') {
        let sides: Vec<_> = parameter.split('=').collect();
        let [name, value] = sides[..] else { anyhow::bail!("it would lose a part of {parameter}") };
        match name.to_ascii_lowercase().as_str() {
            "secret" => secrets.push(value.to_owned()),
            "issuer" => issuers.push(percent_decoded(value).replace('+', " ")),
            other => anyhow::bail!("it would need more than it takes for granted: {other}"),
        }
    }
    ensure!(secrets == [secret], "it would keep another secret: {secrets:?}");
    ensure!(issuers == [issuer], "it would show another issuer: {issuers:?}");
    let is_base32 = |letter: u8| letter.is_ascii_alphabetic() || (b'2'..=b'7').contains(&letter);
    ensure!(!secret.is_empty() && secret.bytes().all(is_base32), "it would refuse the secret {secret}");
    Ok(())
}

#[test]
fn the_extension_would_misread_any_other_address() {
    let reads = |text: &str| is_kept_by_the_extension(text, "A B", "K-1", "MFRGGZDF");
    reads("otpauth://totp/A%20B:K-1?secret=MFRGGZDF&issuer=A%20B").unwrap();
    for misread in [
        "OTPAUTH://totp/A%20B:K-1?secret=MFRGGZDF&issuer=A%20B",
        "otpauth://hotp/A%20B:K-1?secret=MFRGGZDF&issuer=A%20B",
        "otpauth://totp/A+B:K-1?secret=MFRGGZDF&issuer=A%20B",
        "otpauth://totp/A%20B:K-1%3A2?secret=MFRGGZDF&issuer=A%20B",
        "otpauth://totp/K-1?secret=MFRGGZDF&issuer=A%20B",
        "otpauth://totp/A%20B:K-1?secret=MFRGGZDF?issuer=A%20B",
        "otpauth://totp/A%20B:K-1?secret=MFRGGZDF%3D&issuer=A%20B",
        "otpauth://totp/A%20B:K-1?secret=MFRGGZDF=&issuer=A%20B",
        "otpauth://totp/A%20B:K-1?secret=MFRGGZDF&issuer=A%2BB%2B",
        "otpauth://totp/A%20B:K-1?secret=MFRGGZDF&issuer=A%20B&period=60",
        "otpauth://totp/A%20B:K-1?secret=MFRGGZDF",
    ] {
        assert!(reads(misread).is_err(), "{misread}");
    }
}

/// What an app keeps of a QR code.
pub(super) struct App {
    label: String,
    secret: String,
    issuer: String,
    last_step: u64,
}

impl App {
    /// Reads `otpauth://totp/LABEL?secret=…&issuer=…`.
    pub(super) fn scan(text: &str) -> Result<Self> {
        let uri = Url::parse(text)?;
        ensure!((uri.scheme(), uri.host_str()) == ("otpauth", Some("totp")), "no app reads {text}");
        let value = |name: &str| uri.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let label: String = percent_decoded(uri.path().trim_start_matches('/'));
        let (secret, issuer) = (value("secret").context("no secret")?, value("issuer").context("no issuer")?);
        Ok(Self { label, secret, issuer, last_step: 0 })
    }

    /// A code that was not typed before, by an implementation that is not ours. The provider takes that of the next
    /// step as well, so nobody waits for a fresh one.
    pub(super) fn code(&mut self) -> Result<String> {
        self.last_step = present_step().max(self.last_step + 1);
        self.code_at(self.last_step)
    }

    fn code_at(&self, step: u64) -> Result<String> {
        let at = format!("@{}", step * STEP);
        let said = Command::new("oathtool").args(["--totp", "--base32", "--now", &at, &self.secret]).output()?;
        ensure!(said.status.success(), "oathtool: {}", String::from_utf8_lossy(&said.stderr));
        Ok(String::from_utf8(said.stdout)?.trim().to_owned())
    }
}

fn present_step() -> u64 {
    SystemClock.now().seconds().unsigned_abs() / STEP
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
        let scanned = self.browser.is_scanned("totp-qr").await?;
        let mut app = App::scan(&scanned)?;
        keeps_to_what_every_app_knows(&scanned)?;
        self.is_read_by_every_app(&scanned, &app)?;
        self.browser.is_pictured_at("14-enrol-app-qr", By::Id("totp-qr")).await?;

        self.browser.types("totp-code", &app.code()?).await?;
        self.browser.types("device-name", "My phone").await?;
        self.browser.presses("totp-submit").await?;
        self.browser.keeps_the_recovery_codes().await?;
        self.browser.sees("portal-member").await?;
        Ok(app)
    }

    /// Readers that are not ours read the same, and show the code that ours shows.
    fn is_read_by_every_app(&self, scanned: &str, app: &App) -> Result<()> {
        let society = if self.browser.shape.language == "ja" {
            "みなと健康保険組合"
        } else {
            "Minato Health Insurance Society"
        };
        let step = present_step();
        let code = app.code_at(step)?;
        let read = node("otpauth.mjs", &json!({ "uri": scanned, "at": step * STEP }));
        for reader in ["otpauth", "otplib", "splitting"] {
            let read = &read[reader];
            ensure!(read["issuer"] == society && read["account"] == self.member.user_id.as_str(), "{reader}: {read}");
            ensure!(read["secret"] == app.secret.as_str(), "{reader}: {read}");
        }
        is_kept_by_the_extension(scanned, society, &self.member.user_id, &app.secret)?;
        let app = &read["otpauth"];
        ensure!(app["algorithm"] == "SHA1" && app["digits"] == 6 && app["period"] == 30, "{app}");
        ensure!(app["code"] == code.as_str(), "oathtool shows {code}: {app}");
        ensure!(read["otplib"]["others"] == 0 && read["splitting"]["named"] == society, "{read}");
        Ok(())
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

//! A member who does what the pages ask for, as honestly as a person with a letter in their hand.

use std::sync::{Arc, Mutex};

use idp_core::clock::minutes;

use crate::authenticator::Authenticator;
use crate::browser::Browser;
use crate::idp::Idp;
use crate::page::{Arrival, Page};
use crate::portal::{Asked, Portal};
use crate::seed::MemberSeed;

/// More pages than that are a journey in a circle.
const PAGES_MAX: usize = 25;

/// One member; clones are the same person.
#[derive(Clone)]
pub struct Member {
    idp: Idp,
    /// The user id on the letter.
    pub user_id: String,
    /// The birth date.
    pub birth_date: String,
    /// The mail address.
    pub mail: String,
    /// The password of the member's own, once it is set.
    pub password: String,
    memory: Arc<Mutex<Memory>>,
}

/// What the member knows by now.
struct Memory {
    initial: String,
    method: &'static str,
    has_password: bool,
    app: Option<Vec<u8>>,
    last_step: u64,
    authenticator: Authenticator,
    recovery_codes: Vec<String>,
}

impl Member {
    pub(crate) fn new(idp: Idp, seed: MemberSeed, initial: String) -> Self {
        let password = format!("yonaga-no-{}-hanabi-taikai", seed.mail.len() * 7919);
        let memory = Memory {
            initial,
            method: "mail",
            has_password: false,
            app: None,
            last_step: 0,
            authenticator: Authenticator::new(),
            recovery_codes: Vec::new(),
        };
        let memory = Arc::new(Mutex::new(memory));
        Self { idp, user_id: seed.user_id, birth_date: seed.birth_date, mail: seed.mail, password, memory }
    }

    /// Chooses an authenticator app when asked.
    #[must_use]
    pub fn wanting_an_app(self) -> Self {
        self.memory.lock().unwrap().method = "totp";
        self
    }

    /// Chooses a passkey when asked.
    #[must_use]
    pub fn wanting_a_passkey(self) -> Self {
        self.memory.lock().unwrap().method = "passkey";
        self
    }

    /// Lets the member's authenticator do something.
    pub fn with_authenticator<T>(&self, does: impl FnOnce(&mut Authenticator) -> T) -> T {
        does(&mut self.memory.lock().unwrap().authenticator)
    }

    /// Makes a passkey on the set-up page.
    pub async fn makes_passkey(&self, page: &Page) -> Page {
        let challenge = page.challenge("passkey-create").await;
        let made = self.with_authenticator(|own| own.creates(&challenge, &self.idp.origin()));
        page.presents("passkey-create", &challenge, &made).await
    }

    /// Presses the button for passkeys, on the sign-in page or as the second step.
    pub async fn presents_passkey(&self, page: &Page) -> Page {
        let challenge = page.challenge("passkey-submit").await;
        let signed = self.with_authenticator(|own| own.signs(&challenge, &self.idp.origin()));
        page.presents("passkey-submit", &challenge, &signed).await
    }

    /// Opens another letter.
    pub fn receives(&self, letter: String) {
        let mut memory = self.memory.lock().unwrap();
        (memory.initial, memory.has_password) = (letter, false);
    }

    /// What the letter says.
    pub fn initial_password(&self) -> String {
        self.memory.lock().unwrap().initial.clone()
    }

    /// What the member would type as a password now.
    pub fn present_password(&self) -> String {
        let memory = self.memory.lock().unwrap();
        if memory.has_password { self.password.clone() } else { memory.initial.clone() }
    }

    /// Notes that the own password was set without [`Member::answers`].
    pub fn set_a_password(&self) {
        self.memory.lock().unwrap().has_password = true;
    }

    /// The code of the member's app now; the clock moves on where the present one was used before.
    pub fn app_code(&self) -> String {
        let mut memory = self.memory.lock().unwrap();
        let mut seconds = self.idp.seconds();
        if seconds / 30 <= memory.last_step {
            self.idp.advance(std::time::Duration::from_secs((memory.last_step + 1) * 30 - seconds));
            seconds = self.idp.seconds();
        }
        memory.last_step = seconds / 30;
        totp_at(memory.app.as_deref().unwrap(), seconds)
    }

    /// Whether there is a key in the member's app.
    pub fn has_app(&self) -> bool {
        self.memory.lock().unwrap().app.is_some()
    }

    /// The secret in the member's app.
    pub fn app_secret(&self) -> Vec<u8> {
        self.memory.lock().unwrap().app.clone().unwrap()
    }

    /// The recovery codes on the member's paper.
    pub fn recovery_codes(&self) -> Vec<String> {
        self.memory.lock().unwrap().recovery_codes.clone()
    }

    /// Puts the key of the set-up page into the app.
    pub fn reads_key(&self, page: &Page) {
        let key = page.text_of("totp-key").unwrap();
        self.memory.lock().unwrap().app = Some(base32(&key));
    }

    /// Signs in from the portal and does whatever is owed, until the portal is reached.
    pub async fn signs_in(&self, browser: &Browser, portal: &Portal) -> (Asked, Arrival) {
        let asked = portal.asks();
        let page = browser.get(&asked.url).await;
        let arrival = self.walks(page).await.arrived();
        (asked, arrival)
    }

    /// Answers page after page until the browser leaves for the portal, or the account is reached.
    pub async fn walks(&self, page: Page) -> Page {
        self.walks_until(page, |page| page.arrival().is_some() || page.name() == "account").await
    }

    /// Answers page after page until the page of this path is reached.
    pub async fn walks_to(&self, page: Page, path: &str) -> Page {
        self.walks_until(page, |page| page.path() == path).await
    }

    async fn walks_until(&self, mut page: Page, is_there: impl Fn(&Page) -> bool) -> Page {
        for _ in 0..PAGES_MAX {
            if is_there(&page) {
                return page;
            }
            let next = self.answers(&page).await;
            assert_eq!(next.error_code(), None, "{} after {}", next.summary(), page.summary());
            page = next;
        }
        panic!("the journey does not end: {}", page.summary());
    }

    /// Answers one page.
    pub async fn answers(&self, page: &Page) -> Page {
        match page.path() {
            "/login" => self.types_password(page, &self.present_password()).await,
            "/login/passkey" => self.presents_passkey(page).await,
            "/enrol/passkey" if page.has("passkey-skip") => page.submit("passkey-skip").await,
            "/enrol/passkey" => self.makes_passkey(page).await,
            "/login/totp" => page.fill("totp-code", &self.app_code()).submit("totp-submit").await,
            "/login/mail-code" | "/enrol/mail" | "/onboarding/mail-sent" => {
                let code = self.idp.mailbox().code_to(&self.mail).await;
                page.fill("mail-code", &code).submit("mail-code-submit").await
            }
            "/onboarding/birth-date" => page.fill("birth-date", &self.birth_date).submit("birth-date-submit").await,
            "/onboarding/terms" => page.submit("terms-accept").await,
            "/onboarding/mail" => page.fill("mail", &self.mail).submit("mail-submit").await,
            "/onboarding/method" => page.fill("method", self.method()).submit("method-submit").await,
            "/onboarding/password" => self.chooses_password(page).await,
            "/onboarding/complete" if page.has("sign-out") => page.submit("sign-out").await,
            "/onboarding/complete" => page.submit("continue").await,
            "/consent" => page.submit("consent-allow").await,
            "/signed-out" => page.follow("sign-in-again").await,
            "/enrol/totp" => {
                self.reads_key(page);
                page.fill("totp-code", &self.app_code()).submit("totp-submit").await
            }
            "/enrol/recovery-codes" => {
                self.memory.lock().unwrap().recovery_codes = page.items_of("recovery-codes");
                page.submit("recovery-codes-kept").await
            }
            _ => panic!("a member does not know what to do here: {}\n{}", page.summary(), page.body),
        }
    }

    /// Types the user id and a password.
    pub async fn types_password(&self, page: &Page, password: &str) -> Page {
        page.fill("username", &self.user_id).fill("password", password).submit("login-submit").await
    }

    async fn chooses_password(&self, page: &Page) -> Page {
        let form = page.fill("new-password", &self.password).fill("new-password-confirm", &self.password);
        let next = form.submit("password-submit").await;
        if next.error_code().is_none() {
            self.set_a_password();
        }
        next
    }

    /// The method the member wants.
    pub fn method(&self) -> &'static str {
        self.memory.lock().unwrap().method
    }

    /// Lets half an hour and more pass.
    pub fn has_lunch(&self) {
        self.idp.advance(minutes(45));
    }
}

/// The code of an app at this second, by another implementation than ours (RFC 6238).
pub fn totp_at(secret: &[u8], seconds: u64) -> String {
    totp_rs::Builder::new().with_secret(secret.to_vec()).build_noncompliant().generate(seconds).to_string()
}

/// Reads the key of the set-up page (RFC 4648 §6).
pub fn base32(key: &str) -> Vec<u8> {
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0_u32);
    for letter in key.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter).unwrap();
        held = (held << 5 | u32::try_from(value).unwrap()) & 0xffff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).unwrap());
        }
    }
    bytes
}

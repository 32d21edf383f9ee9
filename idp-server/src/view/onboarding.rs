//! The pages of the first login, one step each.

use askama::Template;

use crate::view::chrome::Chrome;
use crate::view::terms::TermsBlock;

/// `/onboarding/birth-date`.
#[derive(Template)]
#[template(path = "onboarding/birth_date.html")]
pub struct BirthDate {
    /// The frame.
    pub chrome: Chrome,
    /// What was typed.
    pub typed: String,
    /// What was typed, as we read it: `昭和55年（1980年）1月1日`. Shown after a post; the script shows it while typing.
    pub read_as: Option<String>,
    /// How many wrong answers the letter still stands, once there was one.
    pub remaining: Option<u32>,
}

/// `/onboarding/terms`.
#[derive(Template)]
#[template(path = "onboarding/terms.html")]
pub struct Terms {
    /// The frame.
    pub chrome: Chrome,
    /// Their title.
    pub title: String,
    /// Their text, by [`crate::view::terms::parse`].
    pub blocks: Vec<TermsBlock>,
    /// Their version, sent back as the hidden field `terms-version`, so that only what was shown is accepted.
    pub version: String,
    /// The day they came into force, as written for people: `2026年4月1日`.
    pub in_force_since: Option<String>,
    /// Why they are shown.
    pub reason: TermsReason,
}

/// Why terms are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermsReason {
    /// The member has not seen any yet.
    First,
    /// The member accepted an earlier version.
    Changed,
    /// The member declined them a moment ago and may think again.
    Declined,
}

/// `/onboarding/mail`.
#[derive(Template)]
#[template(path = "onboarding/mail.html")]
pub struct Mail {
    /// The frame.
    pub chrome: Chrome,
    /// What stands in the field: what was typed, else the address on file, else nothing.
    pub address: String,
    /// Whether the society has an address of the member, and whether it may be changed.
    pub on_file: AddressOnFile,
}

/// What the society knows of the member's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressOnFile {
    /// Nothing.
    Unknown,
    /// One that the member may keep or change.
    Known,
    /// One that must be proved and cannot be changed here, because the initial password was a pattern.
    Fixed,
}

/// `/onboarding/mail-sent`: waiting for the mail to be answered.
#[derive(Template)]
#[template(path = "onboarding/mail_sent.html")]
pub struct MailSent {
    /// The frame.
    pub chrome: Chrome,
    /// Where it was sent, in full: the member typed it on the page before.
    pub address: String,
    /// How long the link works, in hours.
    pub link_hours: u32,
    /// How long the code works, in minutes.
    pub code_minutes: u32,
    /// How long until another may be sent, in seconds.
    pub resend_wait_seconds: u32,
    /// Where “refresh” leads: this page, which moves on when the address is confirmed.
    pub refresh_url: String,
    /// Where the script asks: answers `{"verified":bool}`.
    pub status_url: String,
    /// Whether “use another address” is offered.
    pub on_file: AddressOnFile,
}

/// `/onboarding/method`.
#[derive(Template)]
#[template(path = "onboarding/method.html")]
pub struct Method {
    /// The frame.
    pub chrome: Chrome,
    /// The methods offered, in order.
    pub rows: Vec<MethodRow>,
    /// The one already chosen: `totp`.
    pub chosen: Option<String>,
}

/// A method that can be chosen. Its words are the keys `method-<id>-title`, `-text` and `-needs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodRow {
    /// `totp`, `mail` or `passkey`: the value of the radio button `method`.
    pub id: &'static str,
    /// Whether it is the one we recommend; one row should be.
    pub recommended: bool,
}

/// `/onboarding/password`.
#[derive(Template)]
#[template(path = "onboarding/password.html")]
pub struct NewPassword {
    /// The frame.
    pub chrome: Chrome,
    /// The user id, for the browser's password manager.
    pub username: String,
    /// The least number of characters.
    pub minimum: u32,
    /// Whether the realm asks for kinds of characters.
    pub composition: Composition,
}

/// What a realm asks of a password besides its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Composition {
    /// Nothing.
    Free,
    /// Three of: capitals, small letters, digits, others.
    ThreeOfFour,
}

/// `/onboarding/complete`.
#[derive(Template)]
#[template(path = "onboarding/complete.html")]
pub struct Complete {
    /// The frame.
    pub chrome: Chrome,
    /// What follows.
    pub next: AfterOnboarding,
    /// The chosen method: `totp`, `mail` or `passkey`; `None` when the realm asks for none.
    pub method: Option<&'static str>,
}

/// What follows the first login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterOnboarding {
    /// Signing out, to sign in again and set the method up (`enrol_at = "next_sign_in"`).
    SignOut,
    /// Setting the method up, or going on to the application, in the same sitting.
    Continue,
}

impl Method {
    fn offers_passkey(&self) -> bool {
        self.rows.iter().any(|row| row.id == "passkey")
    }

    /// The title of the method that is recommended while it is not known what the device can do.
    fn advised(&self) -> Option<String> {
        let row = self.rows.iter().find(|row| row.recommended)?;
        (self.rows.len() > 1).then(|| row.say(&self.chrome, "title"))
    }
}

impl MethodRow {
    /// One of its texts: `part` is `title`, `text` or `needs`.
    pub fn say(&self, chrome: &Chrome, part: &str) -> String {
        chrome.t(&format!("method-{}-{part}", self.id))
    }

    fn is_chosen(&self, chosen: &Option<String>) -> bool {
        match chosen {
            Some(id) => id == self.id,
            None => self.recommended,
        }
    }
}

impl Complete {
    fn method_title(&self) -> Option<String> {
        Some(self.chrome.t(&format!("method-{}-title", self.method?)))
    }
}

//! The pages on which a method of signing in is set up.

use askama::Template;

use crate::view::chrome::Chrome;

/// `/enrol/totp`: an authenticator app.
#[derive(Template)]
#[template(path = "enrol/totp.html")]
pub struct EnrolTotp {
    /// The frame.
    pub chrome: Chrome,
    /// The QR code as SVG: `/enrol/totp/qr.svg`.
    pub qr_url: String,
    /// The QR code as PNG, to save: `/enrol/totp/qr.png`.
    pub qr_download_url: String,
    /// The key in Base32, shown in groups of four.
    pub key: String,
    /// The `otpauth:` address, which opens the app on the same phone.
    pub otpauth_uri: String,
    /// The account's name as the app will show it: `みほん健康保険組合 (12345678)`.
    pub account: String,
    /// What was typed, else the proposal.
    pub device_name: String,
    /// What was ticked.
    pub sign_out_others: Ticked,
}

/// `/enrol/passkey`: a passkey.
#[derive(Template)]
#[template(path = "enrol/passkey.html")]
pub struct EnrolPasskey {
    /// The frame.
    pub chrome: Chrome,
    /// Why it is set up.
    pub occasion: Occasion,
    /// What was typed, else the proposal.
    pub device_name: String,
    /// The proposal.
    pub proposed: String,
}

/// `/enrol/new-phone`: where the QR code for a new phone leads.
#[derive(Template)]
#[template(path = "enrol/new_phone.html")]
pub struct EnrolNewPhone {
    /// The frame.
    pub chrome: Chrome,
    /// How it stands.
    pub state: PhoneState,
}

/// How the new phone's way in stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhoneState {
    /// It may ask.
    Ask {
        /// The secret of the address, sent back as the hidden field `t`.
        token: String,
    },
    /// It asked.
    Waiting {
        /// What the page with the QR code shows.
        match_number: String,
    },
    /// It may make a passkey.
    Create {
        /// For whose account.
        username: String,
        /// What the society calls the member.
        name: Option<String>,
        /// What was typed, else the proposal.
        device_name: String,
        /// The proposal.
        proposed: String,
        /// Where an app is set up in its place, if the realm has apps.
        app_url: Option<&'static str>,
    },
    /// The passkey is made, or the app set up.
    Done,
    /// There is nothing, or nothing any more.
    Over,
}

/// `/enrol/new-phone/totp`: an app on the new phone.
#[derive(Template)]
#[template(path = "enrol/new_phone_app.html")]
pub struct EnrolNewPhoneApp {
    /// The frame.
    pub chrome: Chrome,
    /// For whose account.
    pub username: String,
    /// What the society calls the member.
    pub name: Option<String>,
    /// The key in Base32, shown in groups of four.
    pub key: String,
    /// The `otpauth:` address, which opens the app.
    pub otpauth_uri: String,
    /// The account's name as the app will show it.
    pub account: String,
    /// What was typed, else the proposal.
    pub device_name: String,
    /// Where a passkey is made in its place, if the realm has passkeys.
    pub passkey_url: Option<&'static str>,
}

/// Why a passkey is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The member chose it in the journey.
    Chosen,
    /// A passkey of another device signed in, and this device can have one of its own.
    Offered,
}

/// Whether a box is ticked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ticked {
    /// It is.
    Yes,
    /// It is not.
    #[default]
    No,
}

/// `/enrol/mail`: codes by mail.
#[derive(Template)]
#[template(path = "enrol/mail.html")]
pub struct EnrolMail {
    /// The frame.
    pub chrome: Chrome,
    /// Where the code was sent, in full: the member has confirmed it.
    pub address: String,
    /// How long the code works, in minutes.
    pub code_minutes: u32,
    /// How long until another may be sent, in seconds.
    pub resend_wait_seconds: u32,
    /// What the code is for.
    pub purpose: MailCodePurpose,
}

/// `/enrol/recovery-codes`, `/account/recovery-codes`: the codes, shown once.
#[derive(Template)]
#[template(path = "enrol/recovery_codes.html")]
pub struct RecoveryCodes {
    /// The frame.
    pub chrome: Chrome,
    /// Whose they are, for the paper.
    pub username: String,
    /// When they were made, as written for people.
    pub made_at: String,
    /// The codes: `7K3M-XW9A-42HP-TC8R`.
    pub codes: Vec<String>,
    /// The same as a text to save.
    pub download_url: String,
    /// What becomes void with "kept".
    pub replaces: Replaces,
}

/// What new recovery codes take the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replaces {
    /// Nothing: the page can be skipped.
    Nothing,
    /// The earlier codes.
    Earlier,
    /// Nothing, and the page was asked for.
    NothingHere,
}

/// What a mailed code proves while a method is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailCodePurpose {
    /// That codes reach the member, who will sign in with them.
    Enrol,
    /// That it is still the member, before another method is set up.
    Proof,
}

impl EnrolTotp {
    fn key_groups(&self) -> Vec<String> {
        groups(&self.key)
    }
}

impl EnrolNewPhoneApp {
    fn key_groups(&self) -> Vec<String> {
        groups(&self.key)
    }
}

/// A key in groups of four, parted for the eye; what is copied has no spaces in it.
fn groups(key: &str) -> Vec<String> {
    key.chars().collect::<Vec<_>>().chunks(4).map(|group| group.iter().collect()).collect()
}

impl EnrolPasskey {
    fn say(&self, part: &str) -> String {
        match self.occasion {
            Occasion::Chosen => self.chrome.t(&format!("enrol-passkey-{part}")),
            Occasion::Offered => self.chrome.t(&format!("offer-passkey-{part}")),
        }
    }
}

impl EnrolMail {
    fn say(&self, part: &str) -> String {
        match self.purpose {
            MailCodePurpose::Enrol => self.chrome.t(&format!("enrol-mail-{part}")),
            MailCodePurpose::Proof => self.chrome.t(&format!("enrol-proof-{part}")),
        }
    }
}

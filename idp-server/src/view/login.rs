//! The pages of signing in: user id and password, a code from the app, a code by mail, and the lock-out.

use askama::Template;
use idp_core::rescue::RescuePurpose;

use crate::view::application::Application;
use crate::view::chrome::Chrome;

/// `/login`: user id and password.
#[derive(Template)]
#[template(path = "login/login.html")]
pub struct Login {
    /// The frame.
    pub chrome: Chrome,
    /// The application that asked; `None` when the member came by themselves.
    pub application: Option<Application>,
    /// What was typed, or the client's `login_hint`.
    pub username: String,
    /// Where a passkey's answer goes; `None` where the realm offers none.
    pub passkey_url: Option<String>,
    /// The domain for which the passkey just answered with is unknown, so that its keeper forgets it.
    pub forgotten_at: Option<String>,
    /// Whether somebody who is signed in proves once more to be themselves.
    pub purpose: SignInPurpose,
    /// The way back for whoever forgot the password.
    pub forgotten_url: String,
}

/// `/login/passkey`: a passkey as the step after user id and password.
#[derive(Template)]
#[template(path = "login/passkey.html")]
pub struct LoginPasskey {
    /// The frame.
    pub chrome: Chrome,
    /// Where another method can be used; `None` when the member has no other.
    pub other_method_url: Option<String>,
}

/// Why the sign-in page is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInPurpose {
    /// Nobody is signed in.
    SignIn,
    /// Somebody is, and wants to change something.
    Again,
}

/// `/login/totp`: the code that the authenticator app shows.
#[derive(Template)]
#[template(path = "login/totp.html")]
pub struct LoginTotp {
    /// The frame.
    pub chrome: Chrome,
    /// The name the member gave the device: `スマートフォン`.
    pub device_name: Option<String>,
    /// Where another method can be used; `None` when the member has no other.
    pub other_method_url: Option<String>,
    /// Where a mailed code stands in; `None` where the realm or the application does not take one.
    pub fallback_url: Option<String>,
    /// For how many days this browser can be spared the step; `None` for never.
    pub remember_days: Option<u32>,
}

/// `/login/mail-fallback`: a mailed code in the place of something stronger.
#[derive(Template)]
#[template(path = "login/mail_fallback.html")]
pub struct MailFallback {
    /// The frame.
    pub chrome: Chrome,
    /// How it stands.
    pub standing: FallbackStanding,
    /// How long until another may be sent, in seconds.
    pub resend_wait_seconds: u32,
    /// Back to the usual second step.
    pub back_url: String,
}

/// How the fallback stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FallbackStanding {
    /// Nothing was sent.
    Explained {
        /// Where it would go: `h*****o@example.jp`.
        address: String,
    },
    /// A code was sent.
    Waiting {
        /// Where to.
        address: String,
        /// How long the code works, in minutes.
        code_minutes: u32,
    },
}

/// `/login/mail-code`: the code that was sent by mail.
#[derive(Template)]
#[template(path = "login/mail_code.html")]
pub struct LoginMailCode {
    /// The frame.
    pub chrome: Chrome,
    /// Where it was sent, so that the member recognises it and nobody else learns it: `h*****o@example.jp`.
    pub address: String,
    /// How long the code works, in minutes.
    pub code_minutes: u32,
    /// How long until another may be sent, in seconds.
    pub resend_wait_seconds: u32,
    /// Where another method can be used; `None` when the member has no other.
    pub other_method_url: Option<String>,
    /// For how many days this browser can be spared the step; `None` for never.
    pub remember_days: Option<u32>,
}

/// `/login/out-of-reach`: the application asks for a stronger way to sign in than the member has set up.
#[derive(Template)]
#[template(path = "login/out_of_reach.html")]
pub struct OutOfReach {
    /// The frame.
    pub chrome: Chrome,
    /// The application that asked.
    pub client_name: Option<String>,
}

/// `/login/forgotten`, `/login/unlock`: whose password, or whose lock-out it is about.
#[derive(Template)]
#[template(path = "login/forgotten.html")]
pub struct Forgotten {
    /// The frame.
    pub chrome: Chrome,
    /// Which of the two.
    pub purpose: RescuePurpose,
    /// What was typed.
    pub username: String,
    /// For whoever forgot the user id, too.
    pub forgotten_id_url: String,
    /// Back to the sign-in page.
    pub back_url: String,
}

/// `/login/forgotten-sent`: waiting for the mail, whether one went out or not.
#[derive(Template)]
#[template(path = "login/forgotten_sent.html")]
pub struct ForgottenSent {
    /// The frame.
    pub chrome: Chrome,
    /// What the mail is for.
    pub purpose: RescuePurpose,
    /// The number that the link's page shows, too.
    pub match_number: String,
    /// How long the link works, in minutes.
    pub link_minutes: u32,
    /// How long the code works, in minutes.
    pub code_minutes: u32,
    /// How long until another may be sent, in seconds.
    pub resend_wait_seconds: u32,
    /// Where “refresh” leads: this page, which moves on when the mail is answered.
    pub refresh_url: String,
    /// Where the script asks: answers `{"verified":bool}`.
    pub status_url: String,
}

/// `/login/forgotten-id`: the user id by mail.
#[derive(Template)]
#[template(path = "login/forgotten_id.html")]
pub struct ForgottenId {
    /// The frame.
    pub chrome: Chrome,
    /// What was typed.
    pub typed: String,
    /// Whether it was sent, if there is anybody to send it to.
    pub sent: bool,
    /// Back to the sign-in page.
    pub back_url: String,
}

impl Forgotten {
    fn page_name(&self) -> &'static str {
        match self.purpose {
            RescuePurpose::Password => "forgotten",
            RescuePurpose::Unlock => "unlock",
        }
    }

    fn submit_id(&self) -> &'static str {
        match self.purpose {
            RescuePurpose::Password => "forgotten-submit",
            RescuePurpose::Unlock => "unlock-submit",
        }
    }

    fn say(&self, part: &str) -> String {
        self.chrome.t(&format!("{}-{part}", self.page_name()))
    }
}

impl ForgottenSent {
    fn say(&self, part: &str) -> String {
        match self.purpose {
            RescuePurpose::Password => self.chrome.t(&format!("forgotten-sent-{part}")),
            RescuePurpose::Unlock => self.chrome.t(&format!("unlock-sent-{part}")),
        }
    }
}

/// `/login/recovery-code`: a code of the member's list.
#[derive(Template)]
#[template(path = "login/recovery_code.html")]
pub struct LoginRecoveryCode {
    /// The frame.
    pub chrome: Chrome,
    /// Back to the usual second step.
    pub back_url: String,
}

/// The lock-out, on whichever page it happens: the same for known and unknown user ids.
#[derive(Template)]
#[template(path = "login/locked.html")]
pub struct Locked {
    /// The frame.
    pub chrome: Chrome,
    /// When it ends, on the society's clock: `14:35`.
    pub until: String,
    /// How long that is from now, in minutes, rounded up.
    pub minutes: u32,
    /// Where a mail ends it.
    pub unlock_url: String,
    /// Where to try again.
    pub retry_url: String,
}

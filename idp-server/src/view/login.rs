//! The pages of signing in: user id and password, a code from the app, a code by mail, and the lock-out.

use askama::Template;

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
    /// Whether somebody who is signed in proves once more to be themselves.
    pub purpose: SignInPurpose,
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
    /// For how many days this browser can be spared the step; `None` for never.
    pub remember_days: Option<u32>,
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
    /// Where to try again.
    pub retry_url: String,
}

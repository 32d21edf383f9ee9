//! The pages of signing out.

use askama::Template;
use idp_core::oidc::authorize::Explanation;

use crate::view::chrome::Chrome;

/// `/logout`: whether to sign out.
#[derive(Template)]
#[template(path = "logout/logout.html")]
pub struct Logout {
    /// The frame.
    pub chrome: Chrome,
    /// The application that asked.
    pub client_name: Option<String>,
    /// What a developer is told about a client's request.
    pub explanation: Option<Explanation>,
}

/// `/signed-out`.
#[derive(Template)]
#[template(path = "logout/signed_out.html")]
pub struct SignedOut {
    /// The frame.
    pub chrome: Chrome,
    /// What the member does next.
    pub then: AfterSignOut,
    /// What the browser opens unseen, so that applications sign out as well.
    pub frames: Vec<String>,
}

/// What follows a sign-out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AfterSignOut {
    /// Nothing; the window may be closed.
    Nothing,
    /// Applications that were used may still be open.
    LeftOpen {
        /// Their names.
        applications: Vec<String>,
    },
    /// The member may go back to the application.
    Return {
        /// Its name.
        client_name: String,
        /// Where, as registered.
        url: String,
    },
    /// The browser goes on by itself.
    Continue {
        /// Where to.
        url: String,
    },
    /// The first login is complete, and the method is set up at the next sign-in.
    SetUpMethod {
        /// Where to sign in again: the application, or our own sign-in page.
        sign_in_url: String,
        /// The chosen method: `totp`, `mail` or `passkey`.
        method: &'static str,
    },
}

//! `/mail/verify`: where the link in a mail leads, on any device. Opening it changes nothing; the button does.

use askama::Template;

use crate::view::chrome::Chrome;

/// The page of the mailed link.
#[derive(Template)]
#[template(path = "mail/verify.html")]
pub struct MailVerify {
    /// The frame.
    pub chrome: Chrome,
    /// How it stands.
    pub state: VerifyState,
}

/// How a mailed link stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VerifyState {
    /// It can be confirmed.
    Ask {
        /// The address that will be confirmed, in full: the reader has the mail.
        address: String,
        /// The secret of the link, sent back as the hidden field `t`.
        token: String,
    },
    /// It was confirmed, now or before.
    Done {
        /// What the reader does next.
        then: AfterVerify,
    },
    /// It is too old, was replaced by a newer one, or never was one.
    Expired,
    /// The reader said that they did not ask for it.
    NotMe,
}

/// What to do after confirming.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AfterVerify {
    /// Go back to the browser in which the journey waits.
    OtherBrowser,
    /// Go on here: the journey waits in this browser.
    Here {
        /// Where.
        url: String,
    },
}

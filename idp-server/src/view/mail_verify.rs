//! `/mail/verify`: where the link in a mail leads, on any device. Opening it changes nothing; the button does.

use askama::Template;
use idp_core::rescue::RescuePurpose;

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

/// The same page for a link that leads back in.
#[derive(Template)]
#[template(path = "mail/rescue.html")]
pub struct MailRescue {
    /// The frame.
    pub chrome: Chrome,
    /// What the link is for.
    pub purpose: RescuePurpose,
    /// How it stands.
    pub state: RescueState,
}

/// How a link that leads back in stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RescueState {
    /// It can be answered.
    Ask {
        /// The number that the waiting page shows.
        match_number: String,
        /// When it was asked for, as written for people.
        asked_at: String,
        /// From which device.
        device: String,
        /// The secret of the link, sent back as the hidden field `t`.
        token: String,
    },
    /// It was answered, now or before.
    Done {
        /// What the reader does next.
        then: AfterVerify,
    },
}

impl MailRescue {
    fn say(&self, part: &str) -> String {
        match self.purpose {
            RescuePurpose::Password => self.chrome.t(&format!("rescue-password-{part}")),
            RescuePurpose::Unlock => self.chrome.t(&format!("rescue-unlock-{part}")),
        }
    }
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

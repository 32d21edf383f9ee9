//! The page of the device grant.

use askama::Template;

use crate::view::chrome::Chrome;

/// `/device`.
#[derive(Template)]
#[template(path = "device/device.html")]
pub struct Device {
    /// The frame.
    pub chrome: Chrome,
    /// How far the member is.
    pub stage: Stage,
}

/// What the page asks or says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The member signs in first.
    SignIn {
        /// Where.
        sign_in_url: String,
    },
    /// The member types the code that the device shows.
    Code {
        /// What was typed, or came with the link.
        typed: String,
    },
    /// The member says yes or no.
    Confirm {
        /// The code.
        code: String,
        /// The application on the device.
        client_name: String,
        /// What it asks for, by name.
        scopes: Vec<&'static str>,
        /// The same in detail, for people.
        details: Vec<String>,
    },
    /// The device is let in.
    Allowed {
        /// The application on the device.
        client_name: String,
    },
    /// The device is not let in.
    Denied,
}

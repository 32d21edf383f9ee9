//! The page that says that something did not work, when no other page can.

use askama::Template;
use idp_core::oidc::authorize::Explanation;

use crate::view::chrome::Chrome;
use crate::view::error_text;

/// `/error`, or any page that failed.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// The frame.
    pub chrome: Chrome,
    /// The stable code, one of [`error_text::CODES`]; any other is said as `fault` and still shown.
    pub code: String,
    /// The values that its text speaks of.
    pub values: Vec<(&'static str, String)>,
    /// The way back, if there is one.
    pub way_back: Option<WayBack>,
    /// What a developer is told about a client's request.
    pub explanation: Option<Explanation>,
    /// A number that support staff finds in the log.
    pub reference: Option<String>,
}

/// A way out of an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WayBack {
    /// Begin again at the sign-in.
    SignIn {
        /// Where.
        url: String,
    },
    /// Try the same page again; the place in the journey is kept.
    Again {
        /// Where.
        url: String,
    },
    /// Back to the application.
    Application {
        /// Its name.
        client_name: String,
        /// Where.
        url: String,
    },
}

impl ErrorPage {
    fn title(&self) -> String {
        error_text::title(&self.chrome.words, &self.code, &self.values)
    }

    fn text(&self) -> String {
        error_text::text(&self.chrome.words, &self.code, &self.values)
    }

    fn next(&self) -> String {
        error_text::next(&self.chrome.words, &self.code, &self.values)
    }
}

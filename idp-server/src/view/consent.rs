//! The page that asks whether an application may learn what it asks for.

use askama::Template;

use crate::view::application::Application;
use crate::view::chrome::Chrome;

/// `/consent`.
#[derive(Template)]
#[template(path = "consent/consent.html")]
pub struct Consent {
    /// The frame.
    pub chrome: Chrome,
    /// Who asks.
    pub application: Application,
    /// What it asks for, scope by scope.
    pub wanted: Vec<&'static str>,
    /// What it asks for that was allowed before.
    pub known: Vec<&'static str>,
    /// What it asks to be allowed in detail, as JSON for people.
    pub details: Vec<String>,
}

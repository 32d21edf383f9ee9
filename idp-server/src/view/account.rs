//! The member's own pages.

use askama::Template;

use crate::view::chrome::Chrome;

/// `/account`: where a member arrives who did not come from an application.
#[derive(Template)]
#[template(path = "account/home.html")]
pub struct Home {
    /// The frame.
    pub chrome: Chrome,
    /// The user id.
    pub username: String,
    /// The methods set up: `totp`, `mail`, `passkey`.
    pub methods: Vec<&'static str>,
    /// Where to sign out.
    pub sign_out_url: String,
}

impl Home {
    fn method_titles(&self) -> Vec<String> {
        self.methods.iter().map(|id| self.chrome.t(&format!("method-{id}-title"))).collect()
    }
}

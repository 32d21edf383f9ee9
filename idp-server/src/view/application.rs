//! The application that asked, as members see it on the pages in between.

/// What its registration says for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Its name.
    pub name: String,
    /// Its logo; https.
    pub logo_uri: Option<String>,
    /// What it does with data; https.
    pub policy_uri: Option<String>,
    /// Its terms of use; https.
    pub tos_uri: Option<String>,
}

impl Application {
    /// One that has registered nothing but its name.
    pub fn named(name: String) -> Self {
        Self { name, logo_uri: None, policy_uri: None, tos_uri: None }
    }

    /// Whether it has something to read.
    pub fn has_links(&self) -> bool {
        self.policy_uri.is_some() || self.tos_uri.is_some()
    }
}

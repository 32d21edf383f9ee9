//! The page by which the browser hands an answer to an application as a form (OAuth 2.0 Form Post Response Mode §2).
//!
//! It is no page of an interaction: what stands in its form goes to the application, so that nothing of ours is in it.

use askama::Template;

use crate::view::assets;
use crate::view::locale::Words;

/// The one script that the page runs.
const SCRIPT: &str = "form_post.js";

/// A form that posts itself; without script its button does.
#[derive(Template)]
#[template(path = "oidc/form_post.html")]
pub struct FormPost {
    /// The language.
    pub words: Words,
    /// Where it goes.
    pub action: String,
    /// What it carries.
    pub fields: Vec<(&'static str, String)>,
}

impl FormPost {
    fn style_url(&self) -> String {
        assets::url("app.css").into_owned()
    }

    fn script_url(&self) -> String {
        assets::url(SCRIPT).into_owned()
    }

    /// The policy that allows exactly this page: its stylesheet, and the one script at `origin`.
    pub fn security_policy(&self, origin: &str) -> String {
        format!(
            "default-src 'none'; style-src 'self'; script-src {origin}{}; frame-ancestors 'none'; base-uri 'none'",
            self.script_url()
        )
    }
}

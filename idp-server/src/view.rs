//! What a member sees: pages, mails, their words and their look.
//!
//! A handler builds one view struct and renders it (`askama::Template::render`); nothing here touches a database, a
//! request or a clock. Every text stands in `locales/`, every page in `templates/`, in the order of the URL tree.

pub mod account;
pub mod application;
pub mod assets;
pub mod chrome;
pub mod colour;
pub mod consent;
pub mod device;
pub mod enrol;
pub mod error;
pub mod error_text;
pub mod locale;
pub mod login;
pub mod logout;
pub mod mail;
pub mod mail_verify;
pub mod onboarding;
pub mod progress;
pub mod terms;

#[cfg(test)]
mod tests;

//! The demo's mailbox: takes mail by real SMTP, keeps the newest in memory and shows it on a page.

pub mod command;
pub mod message;
pub mod pages;
pub mod smtp;
pub mod store;

pub use store::Mailbox;

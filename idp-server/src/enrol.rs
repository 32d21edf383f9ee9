//! `/enrol/…`: one file a method.

pub mod mail;
pub mod totp;

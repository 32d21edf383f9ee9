//! `/enrol/…`: one file a method.

pub mod mail;
pub mod passkey;
pub mod recovery_codes;
pub mod totp;

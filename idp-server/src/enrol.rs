//! `/enrol/…`: one file a method.

pub mod mail;
pub mod new_phone;
pub mod passkey;
pub mod recovery_codes;
pub mod totp;

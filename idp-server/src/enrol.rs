//! `/enrol/…`: one file a method.

pub mod mail;
pub mod new_phone;
pub mod new_phone_app;
pub mod passkey;
pub mod recovery_codes;
pub mod totp;

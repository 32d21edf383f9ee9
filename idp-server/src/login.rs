//! `/login` and the second steps.

pub mod mail_code;
pub mod passkey;
pub mod password;
pub mod totp;

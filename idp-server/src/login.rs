//! `/login` and the second steps.

pub mod mail_code;
pub mod out_of_reach;
pub mod passkey;
pub mod password;
pub mod totp;

//! `/login` and the second steps.

pub mod forgotten;
pub mod forgotten_id;
pub mod forgotten_sent;
pub mod mail_code;
pub mod mail_fallback;
pub mod out_of_reach;
pub mod passkey;
pub mod password;
pub mod recovery_code;
pub mod totp;

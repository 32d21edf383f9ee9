//! Setting a method up.

pub mod app;
pub mod mail;
pub mod new_phone;
pub mod passkey;
pub mod recovery_codes;

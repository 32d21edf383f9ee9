//! Setting a method up.

pub mod app;
pub mod mail;
pub mod passkey;
pub mod recovery_codes;

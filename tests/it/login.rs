//! Signing in, and everything that can be sent wrong.

mod bad_input;
mod cookies;
mod mail_code;
mod passkey;
mod password;
mod totp;

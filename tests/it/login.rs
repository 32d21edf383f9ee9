//! Signing in, and everything that can be sent wrong.

mod bad_input;
mod cookies;
mod mail_code;
mod moved_in;
mod passkey;
mod password;
mod totp;

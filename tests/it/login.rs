//! Signing in, and everything that can be sent wrong.

mod bad_input;
mod cookies;
mod forgotten;
mod mail_code;
mod mail_fallback;
mod moved_in;
mod passkey;
mod password;
mod recovery_code;
mod recovery_property;
mod totp;
mod uniform;
mod unlock;

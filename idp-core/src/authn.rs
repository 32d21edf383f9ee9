//! Proving to be a member: how guesses are counted, and each authenticator's verb.

pub mod app;
pub mod mail_code;
pub mod passkey;
pub mod password;
pub mod remember;
pub mod throttle;

//! Proving to be a member: how guesses are counted, and each authenticator's verb.

pub mod app;
pub mod forgotten_id;
pub mod mail_code;
pub mod mail_fallback;
pub mod passkey;
pub mod password;
pub mod recovery_code;
pub mod remember;
pub mod rescue;
pub mod throttle;

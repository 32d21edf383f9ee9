//! Sekisho.

pub mod birth_date;
pub mod credential;
pub mod language;
pub mod letter_secret;
pub mod mail_address;
pub mod one_time_code;
pub mod pattern_password;
mod typed;
pub mod user_id;

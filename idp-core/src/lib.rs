//! Sekisho.

pub mod birth_date;
pub mod language;
pub mod mail_address;
mod typed;
pub mod user_id;

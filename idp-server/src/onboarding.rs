//! `/onboarding/…`: one file a step.

pub mod birth_date;
pub mod complete;
pub mod mail;
pub mod mail_sent;
pub mod method;
pub mod password;
pub mod terms;

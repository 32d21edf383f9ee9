//! Every rule, every query, every use case of Sekisho. Knows no HTTP, HTML, SMTP or command line.

pub mod actor;
pub mod audit;
pub mod birth_date;
pub mod clock;
pub mod credential;
pub mod ctx;
pub mod entropy;
pub mod fault;
pub mod id;
pub mod language;
pub mod letter;
pub mod letter_secret;
pub mod mail_address;
pub mod member;
pub mod oidc;
pub mod one_time_code;
pub mod pattern_password;
pub mod realm;
pub mod secret;
pub mod store;
pub mod terms;
mod typed;
pub mod user_id;

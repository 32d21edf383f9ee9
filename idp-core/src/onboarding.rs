//! The journey: which duties a member owes, and what fulfils each of them.

pub mod birth_date;
pub mod complete;
pub mod facts;
pub mod mail;
pub mod method;
pub mod password;
pub mod table;
pub mod terms;

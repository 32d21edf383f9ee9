//! Setting a method up.

pub mod app;
pub mod mail;

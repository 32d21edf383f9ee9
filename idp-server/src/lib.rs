//! Sekisho: HTTP, pages, workers and the demo.

pub mod account;
mod assets;
pub mod caller;
mod certificate;
mod connections;
pub mod consent;
pub mod demo;
pub mod device;
pub mod enrol;
pub mod error;
pub mod extract;
pub mod go;
mod health;
pub mod logging;
pub mod login;
pub mod look;
pub mod mail_verify;
mod middleware;
mod oidc;
pub mod onboarding;
pub mod paths;
pub mod router;
pub mod serve;
pub mod state;
pub mod view;
pub mod well_known;
pub mod worker;

//! Black-box tests.

mod account;
mod browser;
mod cli;
mod desk;
mod enrol;
mod fuzz;
mod login;
mod oidc;
mod onboarding;
mod ops;
mod outgoing;
mod store;
mod tidy;
mod well_known;

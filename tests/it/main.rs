//! Black-box tests.

mod browser;
mod cli;
mod desk;
mod login;
mod oidc;
mod onboarding;
mod ops;
mod store;
mod tidy;

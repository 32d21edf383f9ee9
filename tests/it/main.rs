//! Black-box tests.

mod cli;
mod login;
mod oidc;
mod onboarding;
mod ops;
mod store;
mod tidy;

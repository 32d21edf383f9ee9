//! Black-box tests.

mod cli;
mod tidy;

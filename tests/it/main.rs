//! Black-box tests.

mod cli;
mod ops;
mod tidy;

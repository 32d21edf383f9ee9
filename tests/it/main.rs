//! Black-box tests.

mod tidy;

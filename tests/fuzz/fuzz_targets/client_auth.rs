//! libFuzzer on `client_auth`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| parsers::client_auth(bytes));

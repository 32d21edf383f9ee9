//! libFuzzer on `client_metadata`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| parsers::client_metadata(bytes));

//! libFuzzer on `jwt_header`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| parsers::jwt_header(bytes));

//! libFuzzer on `redirect_uri`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| parsers::redirect_uri(bytes));

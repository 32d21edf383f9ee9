//! libFuzzer on `typed_secret`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| parsers::typed_secret(bytes));

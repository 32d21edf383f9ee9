//! libFuzzer on `cookie`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| parsers::cookie(bytes));

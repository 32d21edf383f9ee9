//! libFuzzer on `encrypted`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| parsers::encrypted(bytes));

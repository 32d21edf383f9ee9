//! libFuzzer on `certificate`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| parsers::certificate(bytes));

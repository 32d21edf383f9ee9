//! libFuzzer on `birth_date`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| parsers::birth_date(bytes));

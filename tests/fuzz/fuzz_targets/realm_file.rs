//! libFuzzer on `realm_file`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| parsers::realm_file(bytes));

//! libFuzzer on `authorize_query`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| parsers::authorize_query(bytes));

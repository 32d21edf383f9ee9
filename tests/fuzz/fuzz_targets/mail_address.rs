//! libFuzzer on `mail_address`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| parsers::mail_address(bytes));

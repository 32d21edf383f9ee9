//! libFuzzer on `webauthn`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| parsers::webauthn(bytes));

//! libFuzzer on `import_row`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| parsers::import_row(bytes));

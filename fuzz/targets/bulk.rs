//! NDJSON in bulk. What must hold is in `hostile::bulk`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::bulk::check(bytes));

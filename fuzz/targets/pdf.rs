//! The gate of PDF. What must hold is in `hostile::pdf`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::pdf::check(bytes));

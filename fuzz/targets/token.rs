//! Signed tokens and sets of keys. What must hold is in `hostile::token`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::token::check(bytes));

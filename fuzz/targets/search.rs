//! Strings of a search. What must hold is in `hostile::search`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::search::check(bytes));

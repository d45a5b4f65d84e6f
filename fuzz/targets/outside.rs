//! Outputs of other callers. What must hold is in `hostile::outside`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::outside::check(bytes));

//! Reports of laboratories in XML. What must hold is in `hostile::vendor`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::vendor::check(bytes));

//! MLLP. What must hold is in `hostile::mllp`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::mllp::check(bytes));

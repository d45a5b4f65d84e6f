//! HL7 v2. What must hold is in `hostile::hl7v2`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::hl7v2::check(bytes));

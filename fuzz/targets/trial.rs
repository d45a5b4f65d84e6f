//! Trials of CTML, registries and FHIR. What must hold is in `hostile::trial`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::trial::check(bytes));

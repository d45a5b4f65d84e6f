//! FHIRPath. What must hold is in `hostile::fhirpath`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::fhirpath::check(bytes));

//! FHIR JSON. What must hold is in `hostile::fhir`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::fhir::check(bytes));

//! The caller behind the reader. What must hold is in `hostile::pgx_call`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::pgx_call::check(bytes));

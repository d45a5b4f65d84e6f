//! Tables of arrays. What must hold is in `hostile::genotypes_table`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::genotypes_table::check(bytes));

//! VCF. What must hold is in `hostile::vcf`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::vcf::check(bytes));

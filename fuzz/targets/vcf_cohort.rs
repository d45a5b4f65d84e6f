//! VCF and BCF of many samples. What must hold is in `hostile::vcf_cohort`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::vcf_cohort::check(bytes));

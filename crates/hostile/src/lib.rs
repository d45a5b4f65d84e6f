//! What must hold of readers for any bytes: one check for each, which panics where it does not
//! hold.
//!
//! For: the targets of `fuzz/`, which a nightly toolchain drives, and the tests here, which mutate
//! seeds on the stable one.
//! Never: shipped in the binary; a check that needs a file of somebody's or the network.

#![expect(clippy::expect_used, reason = "a check panics where what must hold does not")]

mod bed;
pub mod bulk;
pub mod fhir;
pub mod fhirpath;
pub mod genotypes_table;
pub mod hl7v2;
pub mod mllp;
pub mod outside;
pub mod pdf;
pub mod pgx_call;
pub mod search;
mod sites;
pub mod token;
pub mod trial;
pub mod vcf;
pub mod vcf_cohort;
pub mod vendor;

/// A check.
pub type Check = fn(&[u8]);

/// All of them, by name.
pub const CHECKS: &[(&str, Check)] = &[
    ("bulk", bulk::check),
    ("fhir", fhir::check),
    ("fhirpath", fhirpath::check),
    ("genotypes_table", genotypes_table::check),
    ("hl7v2", hl7v2::check),
    ("mllp", mllp::check),
    ("outside", outside::check),
    ("pdf", pdf::check),
    ("pgx_call", pgx_call::check),
    ("search", search::check),
    ("token", token::check),
    ("trial", trial::check),
    ("vcf", vcf::check),
    ("vcf_cohort", vcf_cohort::check),
    ("vendor", vendor::check),
];

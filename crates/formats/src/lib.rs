//! placeholder

pub mod vcf;

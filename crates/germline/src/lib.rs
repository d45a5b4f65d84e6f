//! Variant classification, phenotype-driven diagnosis, risk.
//!
//! For: what an inherited variant means, which disease fits a phenotype, and absolute risk.
//! Never: I/O, the clock, randomness.
//! Rules will come from the ACMG/AMP 2015 classification and its ClinGen refinements, and from
//! scores validated in the patient's population. The crate keeps the place; it holds nothing yet.

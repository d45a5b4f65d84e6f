//! Tumour profile, biomarkers, oncogenicity, tiers, therapies.
//!
//! For: what was found in a tumour, what the assays could have found, and what follows.
//! Never: I/O, the clock, randomness; an alteration called absent that no assay could see.
//! Rules come from the three states of `model::absence`; tiers (AMP/ASCO/CAP 2017) and
//! oncogenicity (ClinGen/CGC/VICC 2022) follow. So far: alteration classes and coverage.

pub mod alteration;
pub mod coverage;

pub use alteration::AlterationClass;
pub use coverage::{CoveredGenes, Finding, Profile};

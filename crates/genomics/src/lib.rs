//! Variants in one form, and the questions of the HL7 Genomics Operations over one patient.
//!
//! For: telling whether two spellings mean one variant, what lies in a range, and what a record
//! says about it.
//! Never: I/O, the clock, randomness, FHIR JSON; an absence that nobody tested.
//!
//! Rules come from NCBI SPDI and its overprecision correction (PMID 31738401), HGVS nomenclature
//! 21.1, GA4GH VRS 2.0, NCBI's assembly reports, MANE, the Sequence Ontology and the operations of
//! the HL7 Genomics Reporting guide.

pub mod allele;
pub mod answer;
pub mod asked;
pub mod consequence;
pub mod date;
pub mod finding;
pub mod gene;
pub mod genome;
pub mod hgvs;
pub mod lift;
pub mod operation;
pub mod range;
pub mod reference;
pub mod sequence;
pub mod spdi;
pub mod token;
pub mod vrs;

//! Bytes ⇄ plain structs; each reader gives `(T, Vec<Problem>)`.
//!
//! For: HL7 v2 and MLLP, FHIR, VCF and what else laboratories and hospitals send.
//! Never: the store, the network, guessing silently.
//! Rules come from the formats' own specifications, cited at each module (HL7 v2.5.1 chapter 2,
//! FHIR R4, VCF 4.4, LOINC panel 81247-9).

pub mod bed;
pub mod cbioportal;
pub mod chain;
pub mod fhir;
pub mod genotypes_table;
pub mod hl7v2;
pub mod mllp;
pub mod outside;
pub mod panels;
pub mod reference;
pub mod trial_documents;
pub mod vcf;
pub mod vendor;
pub mod xml;
mod yaml;

//! Facts: what a received resource says, in the domain's own types.
//!
//! Facts are derived from a resource version and stored beside it. They can be rebuilt from the
//! raw archive at any time, and engines read nothing else.

use crate::assay::Assay;
use crate::genotype::GenotypeSet;
use crate::id::ResourceRef;
use crate::medication::Medication;
use crate::patient::Patient;
use crate::provenance::Source;
use crate::reported::{Report, ReportedGeneResult, ResultStatus};
use crate::request::TestOrder;
use crate::specimen::{Origin, Specimen};
use crate::variant::ReportedVariant;
use serde::{Deserialize, Serialize};

/// One fact about one patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// How final it is.
    pub status: ResultStatus,
    /// Whose genome it speaks of.
    pub origin: Origin,
    /// Where it came from.
    pub source: Source,
    /// What it says.
    pub content: FactContent,
}

/// What a fact says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactContent {
    /// Demographics.
    Patient(Patient),
    /// A specimen.
    Specimen(Specimen),
    /// A test that was done and what it could see.
    Assay(Assay),
    /// The head of a report.
    Report(Report),
    /// Genotypes at known loci.
    Genotypes(GenotypeSet),
    /// A gene result called by the laboratory.
    GeneResult(ReportedGeneResult),
    /// A variant as reported.
    Variant(ReportedVariant),
    /// A medication.
    Medication(Medication),
    /// A test that was ordered.
    TestOrder(TestOrder),
}

/// A fact with the resource version it was derived from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledFact {
    /// The resource version.
    pub resource: ResourceRef,
    /// SHA-256 of that version's bytes, lower-case hex.
    pub sha256: String,
    /// Place among the facts of that version, from 0.
    pub ordinal: u32,
    /// The fact.
    pub fact: Fact,
}

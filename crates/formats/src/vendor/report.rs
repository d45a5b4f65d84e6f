//! A report: what it is, of whom, of what, and what it quotes.

use super::finding::{Finding, Measure, TestedGene};
use model::patient::{PersonName, Sex};
use model::reported::{ReportedGeneResult, ResultStatus};
use model::specimen::Origin;
use model::variant::GenomeBuild;
use model::{PartialDate, Timestamp};
use std::fmt;

/// Whose format a report is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Laboratory {
    /// Foundation Medicine.
    #[default]
    FoundationMedicine,
    /// Tempus.
    Tempus,
    /// Caris Life Sciences.
    Caris,
    /// Reports written with QIAGEN Clinical Insight.
    Qiagen,
    /// Guardant Health, and tables of its columns.
    Guardant,
    /// A mutation annotation format table, whoever wrote it.
    Maf,
    /// A study as cBioPortal loads it.
    Study,
    /// A document that a person read.
    Document,
}

impl Laboratory {
    /// The name shown to people.
    pub fn name(self) -> &'static str {
        match self {
            Self::FoundationMedicine => "Foundation Medicine",
            Self::Tempus => "Tempus",
            Self::Caris => "Caris Life Sciences",
            Self::Qiagen => "QIAGEN Clinical Insight",
            Self::Guardant => "Guardant Health",
            Self::Maf => "MAF table",
            Self::Study => "cBioPortal study",
            Self::Document => "report as a document",
        }
    }

    /// The namespace of its own numbers.
    pub fn namespace(self) -> &'static str {
        match self {
            Self::FoundationMedicine => "foundation-medicine",
            Self::Tempus => "tempus",
            Self::Caris => "caris",
            Self::Qiagen => "qiagen-clinical-insight",
            Self::Guardant => "guardant",
            Self::Maf => "maf",
            Self::Study => "cbioportal-study",
            Self::Document => "document",
        }
    }
}

/// One report of one tumour.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VendorReport {
    /// Whose format it is in.
    pub laboratory: Laboratory,
    /// The laboratory's number of the report.
    pub number: Option<String>,
    /// Its version.
    pub version: Option<u32>,
    /// How final it is.
    pub status: ResultStatus,
    /// What was changed after it was signed.
    pub amendments: Vec<Amendment>,
    /// The orderer's number.
    pub order: Option<String>,
    /// When it was signed, where that is known to the minute and has an offset.
    pub issued: Option<Timestamp>,
    /// The day it was signed.
    pub signed_on: Option<PartialDate>,
    /// Who signed it, in the report's words.
    pub signed_by: Vec<String>,
    /// Whom it is about.
    pub patient: Demographics,
    /// What was tested.
    pub specimen: SpecimenStated,
    /// How it was tested.
    pub run: Run,
    /// What was found, and what was stated not to be there.
    pub findings: Vec<Finding>,
    /// Measurements of the whole tumour.
    pub measures: Vec<Measure>,
    /// Genes with the laboratory's own call, each with its place.
    pub genotypes: Vec<(ReportedGeneResult, String)>,
    /// Genes that the report lists as tested.
    pub tested: Vec<TestedGene>,
    /// Therapies, trials and interpretations, quoted.
    pub quotes: Vec<Quoted>,
    /// The report as the laboratory laid it out.
    pub documents: Vec<Document>,
    /// Where the report's head is.
    pub raw_path: String,
}

/// A change that was made after signing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Amendment {
    /// What the laboratory says of it.
    pub text: String,
    /// When.
    pub on: Option<PartialDate>,
    /// Where it is.
    pub raw_path: String,
}

/// Whom a report is about, as it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demographics {
    /// Numbers of the patient, each with the namespace of the facility that gave it; an empty one
    /// where none is stated.
    pub identifiers: Vec<(String, String)>,
    /// Names.
    pub names: Vec<PersonName>,
    /// Date of birth.
    pub birth_date: Option<PartialDate>,
    /// Sex.
    pub sex: Sex,
    /// Where it is.
    pub raw_path: String,
}

/// The specimen, as the report says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpecimenStated {
    /// The laboratory's number.
    pub number: Option<String>,
    /// What it is, `Block`.
    pub format: Option<String>,
    /// Where it was taken, `Bone`.
    pub site: Option<String>,
    /// When it was taken.
    pub collected: Option<PartialDate>,
    /// When the laboratory received it.
    pub received: Option<PartialDate>,
    /// Share of tumour cells, in percent.
    pub tumor_percent: Option<f64>,
    /// Diagnosis that was submitted.
    pub diagnosis: Option<String>,
    /// Whose genome it holds.
    pub origin: Origin,
    /// Where it is.
    pub raw_path: String,
}

/// How it was tested.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// Name of the test, `FoundationOne Heme`.
    pub test: Option<String>,
    /// Panel with its version, as the laboratory names it.
    pub panel: Option<String>,
    /// Build of the coordinates.
    pub build: Option<GenomeBuild>,
    /// Whether the patient's inherited genome was tested for comparison; `None`: not stated.
    pub matched_normal: Option<bool>,
    /// DNA, RNA.
    pub nucleic_acids: Vec<String>,
    /// Mean depth of reads.
    pub depth: Option<f64>,
    /// Version of the laboratory's software.
    pub pipeline: Option<String>,
    /// The laboratory's judgement, in its word.
    pub quality: Option<String>,
    /// What it says of its judgement and of limits.
    pub statements: Vec<String>,
    /// Where it is.
    pub raw_path: String,
}

/// What a quotation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuoteKind {
    /// A medicine that the laboratory names for a finding.
    Therapy,
    /// A trial that it names for a finding.
    Trial,
    /// What it says of a finding.
    Interpretation,
}

/// Words of the laboratory on a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// About what.
    pub kind: QuoteKind,
    /// The finding, `CDK4 amplification`.
    pub finding: String,
    /// The words.
    pub text: String,
    /// The laboratory's tier or level of it.
    pub tier: Option<String>,
    /// Whether the laboratory left it out of its own report (`Include` is false).
    pub left_out: bool,
    /// Where it is.
    pub raw_path: String,
}

/// A document in a report. `Debug` shows sizes, never contents.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// Media type of the bytes themselves.
    pub media_type: String,
    /// The bytes; empty if they cannot be decoded.
    pub bytes: Vec<u8>,
    /// Whether it is not whole.
    pub damaged: bool,
    /// Where it is.
    pub raw_path: String,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("media_type", &self.media_type)
            .field("bytes", &self.bytes.len())
            .field("damaged", &self.damaged)
            .field("raw_path", &self.raw_path)
            .finish_non_exhaustive()
    }
}

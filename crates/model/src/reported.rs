//! What a laboratory concluded itself: star alleles, phenotypes, whole reports.

use crate::code::CodeableConcept;
use crate::patient::Identifier;
use crate::time::{PartialDate, Timestamp};
use serde::{Deserialize, Serialize};

/// A gene result called by the laboratory ("outside call"). Any one of the last three is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedGeneResult {
    /// HGNC symbol.
    pub gene: String,
    /// `*1/*2`, as reported.
    pub diplotype: Option<String>,
    /// `Poor Metabolizer`, as reported.
    pub phenotype: Option<String>,
    /// `1.25`, as reported; text, so that `≥3` survives.
    pub activity_score: Option<String>,
}

/// The head of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The laboratory's number for the result, with its namespace.
    pub filler: Option<Identifier>,
    /// The orderer's number, with its namespace.
    pub placer: Option<Identifier>,
    /// The service that was ordered.
    pub service: CodeableConcept,
    /// The laboratory, as it names itself.
    pub laboratory: Option<String>,
    /// When it was released.
    pub issued: Option<Timestamp>,
    /// The day the specimen was taken.
    pub collected: Option<PartialDate>,
    /// How final it is.
    pub status: ResultStatus,
}

/// How final a result is (HL7 table 0085, FHIR `diagnostic-report-status`). Only `Final`,
/// `Amended` and `Corrected` may reach decision support.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResultStatus {
    /// Ordered or in work.
    Registered,
    /// Some results are there.
    Partial,
    /// Not yet verified.
    Preliminary,
    /// Verified.
    Final,
    /// Changed after it was final.
    Amended,
    /// Corrected after it was final.
    Corrected,
    /// Withdrawn, or posted to the wrong patient.
    EnteredInError,
    /// Could not be obtained.
    Cancelled,
    /// Not said. Never treated as final.
    #[default]
    Unknown,
}

impl ResultStatus {
    /// Whether decision support may use the result.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Final | Self::Amended | Self::Corrected)
    }

    /// The words shown to people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Registered => "ordered, in work",
            Self::Partial => "partial",
            Self::Preliminary => "preliminary",
            Self::Final => "final",
            Self::Amended => "amended",
            Self::Corrected => "corrected",
            Self::EnteredInError => "withdrawn",
            Self::Cancelled => "cancelled",
            Self::Unknown => "status not stated",
        }
    }
}

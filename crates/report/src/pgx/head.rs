//! The title block.

use model::patient::{Identifier, Sex};
use model::reported::ResultStatus;
use model::time::PartialDate;
use serde::{Deserialize, Serialize};

/// Whom or what the report is about, and where the data came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The person; `None` = a sample of a file, without a person.
    pub patient: Option<Person>,
    /// Name of the sample, as the file or the laboratory has it.
    pub sample: Option<String>,
    /// The reports or files that the results are from.
    pub sources: Vec<Source>,
    /// The day the document is made; handed in, because a view has no clock.
    pub printed: PartialDate,
}

/// The person, as far as known. What is not known is said to be not recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Name as clinical banners write it, `EXAMPLE, Ana`.
    pub name: Option<String>,
    /// Identifiers with their authority, the most used first.
    pub identifiers: Vec<Identifier>,
    /// Birth date, as far as it is known.
    pub born: Option<PartialDate>,
    /// Administrative sex.
    pub sex: Sex,
}

/// A report or a file that results are from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The service or the file, in words: `Pharmacogenetic panel`, `NA12878.vcf.gz`.
    pub title: String,
    /// The laboratory, as it names itself.
    pub laboratory: Option<String>,
    /// The laboratory's number for it.
    pub number: Option<String>,
    /// Day of the report, or of the file.
    pub date: Option<PartialDate>,
    /// How final it is; `None` for a file.
    pub status: Option<ResultStatus>,
    /// What an amended or corrected report changed, in words.
    pub change: Option<String>,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: Option<String>,
}

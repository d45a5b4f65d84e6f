//! What was tested: the material and whose genome it holds.

use crate::code::CodeableConcept;
use crate::patient::Identifier;
use crate::time::PartialDate;
use serde::{Deserialize, Serialize};

/// A specimen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Specimen {
    /// Accession or container numbers, with who gave them.
    pub identifiers: Vec<Identifier>,
    /// Blood, saliva, tissue …
    pub kind: CodeableConcept,
    /// When it was taken.
    pub collected: Option<PartialDate>,
    /// Whose genome it holds.
    pub origin: Origin,
}

/// Whose genome a specimen holds. A donor's cells after a transplant are not the patient's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The patient's inherited genome.
    Germline,
    /// The tumour's.
    Somatic,
    /// Cell-free DNA.
    CirculatingDna,
    /// A donor's, after transplantation.
    Donor,
    /// Not said.
    #[default]
    Unknown,
}

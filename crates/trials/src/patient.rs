//! What is known of one patient, as criteria ask it.

mod reported;
mod sources;

pub use reported::Reader;
pub(crate) use reported::stage;
pub use sources::{OutOfDate, Source, Sources};

use crate::criteria::Sex;
use tumor::{Node, TumorView};

/// A day as `yyyymmdd`, for comparing.
pub type Day = i32;

/// When the patient was born: between these days. One that is not known is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Born {
    /// Not before.
    pub earliest: Option<Day>,
    /// Not after.
    pub latest: Option<Day>,
}

/// A laboratory value.
#[derive(Clone, Debug, PartialEq)]
pub struct LabValue {
    /// Its code (LOINC).
    pub code: String,
    /// The number.
    pub value: f64,
    /// Its unit (UCUM).
    pub unit: String,
}

/// What is known of one patient. Nothing that is missing is taken for a no.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patient {
    /// Identifier of the sample that the answer is about.
    pub id: String,
    /// When born.
    pub born: Born,
    /// Male or female.
    pub sex: Option<Sex>,
    /// Whether alive.
    pub alive: Option<bool>,
    /// Type of the tumour; several where the name fits several, none where it is not known.
    pub diagnoses: Vec<Node>,
    /// Stage as Roman number with its letter, `IIIB`.
    pub stage: Option<String>,
    /// ECOG performance.
    pub ecog: Option<u8>,
    /// Names of therapies that were given, in lower case. Others may have been.
    pub therapies: Vec<String>,
    /// Laboratory values.
    pub labs: Vec<LabValue>,
    /// What the assays found and could see.
    pub tumor: TumorView,
    /// Where the facts come from, where that is told.
    pub sources: Option<Box<Sources>>,
}

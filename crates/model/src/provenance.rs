//! Where a fact came from, down to the place in the received bytes.

use crate::id::RawId;
use serde::{Deserialize, Serialize};

/// The door something came in by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Door {
    /// HL7 v2 over MLLP.
    Mllp,
    /// FHIR over HTTP.
    Fhir,
    /// A file given to the command line.
    File,
}

impl Door {
    /// A stable word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Mllp => "mllp",
            Self::Fhir => "fhir",
            Self::File => "file",
        }
    }
}

/// The source of one fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The archived message or file, if it was archived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<RawId>,
    /// Its place there: `OBX[4]`, `entry[2]`, `sample NA12878`.
    pub place: String,
}

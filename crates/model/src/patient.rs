//! The patient: who the record is about, and by which identifiers others know them.

use crate::id::PatientId;
use crate::time::PartialDate;
use serde::{Deserialize, Serialize};

/// A patient's demographics.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patient {
    /// Id of the `Patient` resource.
    pub id: PatientId,
    /// Every identifier, each with the authority that gave it.
    pub identifiers: Vec<Identifier>,
    /// Every name, the one to use first.
    pub names: Vec<PersonName>,
    /// Birth date, as far as it is known.
    pub birth_date: Option<PartialDate>,
    /// Administrative sex.
    pub sex: Sex,
    /// Other records of the same person.
    #[serde(default, skip_serializing_if = "Links::is_empty")]
    pub links: Links,
}

/// Records of one person that were merged (FHIR R4 `Patient.link`). A merge holds only if both
/// records say so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Links {
    /// Those that this one took the place of.
    #[serde(default)]
    pub replaces: Vec<PatientId>,
    /// That which took its place.
    #[serde(default)]
    pub replaced_by: Option<PatientId>,
}

impl Links {
    /// Whether the record was never merged.
    pub fn is_empty(&self) -> bool {
        self.replaces.is_empty() && self.replaced_by.is_none()
    }
}

/// An identifier means nothing without the authority that assigned it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identifier {
    /// Assigning authority: a URI, or the namespace of HL7 v2 CX.4.
    pub authority: String,
    /// The value, without blanks.
    pub value: String,
}

/// A person's name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    /// Family name.
    pub family: String,
    /// Given names in order.
    pub given: Vec<String>,
}

impl PersonName {
    /// `EXAMPLE, Ana`, as clinical banners write it.
    pub fn banner(&self) -> String {
        if self.given.is_empty() {
            self.family.to_uppercase()
        } else {
            format!("{}, {}", self.family.to_uppercase(), self.given.join(" "))
        }
    }
}

/// Administrative sex (FHIR `administrative-gender`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Other.
    Other,
    /// Not known; never taken as any of the above.
    #[default]
    Unknown,
}

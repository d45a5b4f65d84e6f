//! What a patient takes or is about to be given.

use crate::code::CodeableConcept;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A medication order or statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Medication {
    /// The product or ingredient, in every code that was sent.
    pub concept: CodeableConcept,
    /// Ingredients, where the product names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ingredients: Vec<CodeableConcept>,
    /// FHIR `medicationrequest-status`, as sent.
    pub status: String,
    /// When it was ordered or asserted.
    pub authored: Option<Timestamp>,
    /// Dosage in words, as sent.
    pub dosage: Option<String>,
}

impl Medication {
    /// Whether the patient is taking it now, as far as the status tells.
    pub fn is_current(&self) -> bool {
        matches!(self.status.as_str(), "active" | "on-hold")
    }
}

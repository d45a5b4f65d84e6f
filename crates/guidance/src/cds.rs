//! CDS Hooks 2.0: the one module that knows FHIR JSON.
//!
//! Reads requests and feedback, writes the discovery document and cards. JSON attributes are left
//! out where there is nothing to say, never null or empty, except `cards`.

mod answer;
mod feedback;
mod read;
mod request;
mod trials;

pub use answer::answer;
pub use feedback::{COMMENT_LENGTH_MAX, FEEDBACK_MAX, Feedback, Outcome, read_feedback};
pub use request::{MEDICATIONS_MAX, Prefetched, Request, SELECTIONS_MAX, read_request};
pub use trials::{NewOption, TRIALS_SERVICE_ID, option_card, trial_answer};

use serde_json::{Value, json};

/// The id of the service about orders. The same id under both hooks tells the client that newer
/// cards replace older ones.
pub const SERVICE_ID: &str = "pgx-medication-safety";

/// The discovery document, `GET /cds-services`.
pub fn discovery() -> Value {
    let service = |hook: &str, moment: &str| {
        json!({
            "hook": hook,
            "id": SERVICE_ID,
            "title": "Pharmacogenomic medication safety",
            "description": format!(
                "Checks medication orders against the patient's gene results {moment}"
            ),
            "prefetch": {
                "patient": "Patient/{{context.patientId}}",
                "medications":
                    "MedicationRequest?patient={{context.patientId}}&status=active"
            },
            "usageRequirements":
                "Patient identity must be shared with the molecular record; not for emergencies"
        })
    };
    json!({
        "services": [
            service("order-select", "while they are being chosen"),
            service("order-sign", "before they are signed"),
            trials::service()
        ]
    })
}

#[cfg(test)]
mod tests;

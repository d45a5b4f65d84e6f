//! Whose a resource is (HL7 FHIR R4, CompartmentDefinition/patient): only the element that says
//! whom it is about, none of the roles (performer, author) that list a person otherwise.

use crate::Failure;
use crate::access::EVERYBODY;
use crate::search::{reference, values_at};
use serde_json::Value as Json;

/// Types that belong to no patient by their nature; anybody with access may see them.
const NOBODYS: &[&str] = &[
    "ActivityDefinition",
    "CapabilityStatement",
    "CodeSystem",
    "Endpoint",
    "HealthcareService",
    "Library",
    "Location",
    "Medication",
    "OperationDefinition",
    "Organization",
    "PlanDefinition",
    "Practitioner",
    "PractitionerRole",
    "ResearchStudy",
    "SearchParameter",
    "StructureDefinition",
    "Substance",
    "ValueSet",
    "ViewDefinition",
];

/// Types whose patient stands elsewhere than in `subject` or `patient`.
const ELSEWHERE: &[(&str, &[&str])] =
    &[("Task", &["for"]), ("ResearchSubject", &["individual"]), ("Person", &["link", "target"])];

/// Whose a resource is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Compartment {
    /// This patient's, or nobody's by nature (`*`), or not known (empty).
    Known(String),
    /// That of what it points at: type and id of each target.
    OfTargets(Vec<(String, String)>),
}

/// Derives the compartment. A reference by `urn:` is refused: the caller had to resolve it.
pub(crate) fn compartment(
    resource_type: &str,
    id: &str,
    resource: &Json,
) -> Result<Compartment, Failure> {
    if resource_type == "Patient" {
        return Ok(Compartment::Known(id.to_owned()));
    }
    if NOBODYS.contains(&resource_type) {
        return Ok(Compartment::Known(EVERYBODY.to_owned()));
    }
    if resource_type == "Provenance" {
        return Ok(Compartment::OfTargets(targets(resource)));
    }
    let elsewhere = ELSEWHERE.iter().find(|(known, _)| *known == resource_type);
    let paths: &[&[&str]] = match elsewhere {
        Some((_, path)) => &[path],
        None => &[&["subject"], &["patient"]],
    };
    let mut found: Option<String> = None;
    for path in paths {
        let place = || format!("{resource_type}.{}", path.join("."));
        for value in values_at(resource, path) {
            let Some(text) = value.get("reference").and_then(Json::as_str) else { continue };
            if text.starts_with("urn:") {
                let text = "points into a bundle and was not resolved".to_owned();
                return Err(Failure::Invalid { place: place(), text });
            }
            let Some(("Patient", patient)) = reference(text) else { continue };
            if found.as_deref().is_some_and(|other| other != patient) {
                let text = "names more than one patient".to_owned();
                return Err(Failure::Invalid { place: place(), text });
            }
            found = Some(patient.to_owned());
        }
    }
    Ok(Compartment::Known(found.unwrap_or_default()))
}

fn targets(resource: &Json) -> Vec<(String, String)> {
    let texts = values_at(resource, &["target", "reference"]).into_iter().filter_map(Json::as_str);
    let owned = |(kind, id): (&str, &str)| (kind.to_owned(), id.to_owned());
    texts.filter_map(reference).map(owned).collect()
}

//! Filters: `DiagnosticReport?patient=Patient/1&status=final` (backport-filter-criteria).
//!
//! Several values of a parameter, parted by commas, are alternatives; everything else must all
//! hold, as in a search. Where filters name types, only resources of these types are told of:
//! whoever asks for the reports of one patient is not told of everybody's observations.

use crate::topic::Topic;
use formats::fhir::access::{codings, text, texts, type_and_id};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Filters of one subscription, and values of one filter.
const FILTERS_MAX: usize = 16;
const VALUES_MAX: usize = 200;

/// One parameter with its values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Filter {
    /// The type it speaks of; every type of the topic if none is named.
    resource_type: Option<String>,
    parameter: String,
    values: Vec<String>,
}

/// Reads one filter criterion.
pub(super) fn read(query: &str, topic: &Topic) -> Result<Vec<Filter>, String> {
    let (resource_type, terms) = match query.split_once('?') {
        Some((resource_type, terms)) if !resource_type.is_empty() => (Some(resource_type), terms),
        Some((_, terms)) => (None, terms),
        None => (None, query),
    };
    if let Some(wrong) = resource_type.filter(|name| !topic.focus.contains(name)) {
        return Err(format!("`{wrong}` is not a type of the topic: {}", topic.focus.join(", ")));
    }
    let mut filters = Vec::new();
    for term in terms.split('&') {
        let (name, value) = term.split_once('=').unwrap_or((term, ""));
        if !topic.filters.contains(&name) {
            return Err(format!("`{name}` is not one of {}", topic.filters.join(", ")));
        }
        let values: Vec<String> = value.split(',').map(decoded).collect();
        if values.iter().any(String::is_empty) || values.len() > VALUES_MAX {
            return Err(format!("`{name}` needs 1 to {VALUES_MAX} values"));
        }
        let is_patient = PATIENT.contains(&name);
        if is_patient && values.iter().any(|value| patient(value).is_none()) {
            return Err(format!("`{name}` is not a patient of this server, as `Patient/1`"));
        }
        filters.push(Filter {
            resource_type: resource_type.map(str::to_owned),
            parameter: name.to_owned(),
            values,
        });
    }
    if filters.len() > FILTERS_MAX {
        return Err(format!("has more than {FILTERS_MAX} parameters"));
    }
    Ok(filters)
}

/// Parameters that name the patient.
const PATIENT: [&str; 4] = ["patient", "subject", "individual", "_id"];

/// The id of a patient, written with its type or without.
fn patient(value: &str) -> Option<&str> {
    match type_and_id(value) {
        Some(("Patient", id)) if value == format!("Patient/{id}") => Some(id),
        None if model::id::is_fhir_id(value) => Some(value),
        _ => None,
    }
}

/// `%7C` and `%2F` as clients write them; nothing else is needed in codes and ids.
fn decoded(value: &str) -> String {
    let pairs =
        [("%7C", "|"), ("%7c", "|"), ("%2F", "/"), ("%2f", "/"), ("%3A", ":"), ("%3a", ":")];
    pairs.iter().fold(value.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Whether a resource meets the filters, those that speak of its type and those that name none.
pub(crate) fn are_met(
    filters: &[Filter],
    resource_type: &str,
    whose: &str,
    resource: &Value,
) -> bool {
    let names = |filter: &&Filter| filter.resource_type.as_deref() == Some(resource_type);
    let is_typed = filters.iter().any(|filter| filter.resource_type.is_some());
    let is_named = filters.iter().any(|filter| names(&filter));
    let speaks = |filter: &&Filter| filter.resource_type.is_none() || names(filter);
    (!is_typed || is_named)
        && filters.iter().filter(speaks).all(|filter| filter.is_met(whose, resource))
}

impl Filter {
    /// Whether a resource meets it. What is not in the resource does not.
    fn is_met(&self, whose: &str, resource: &Value) -> bool {
        let any = |meets: &dyn Fn(&str) -> bool| self.values.iter().any(|value| meets(value));
        match self.parameter.as_str() {
            name if PATIENT.contains(&name) => any(&|value| patient(value) == Some(whose)),
            "status" => any(&|value| text(resource, "status") == Some(value)),
            "study" => any(&|value| {
                let named = texts(resource, "study.reference");
                named
                    .iter()
                    .any(|one| *one == value || one.strip_prefix("ResearchStudy/") == Some(value))
            }),
            name => {
                let held = codings(resource, &format!("{name}.coding"));
                any(&|value| match value.split_once('|') {
                    Some((system, code)) => held
                        .iter()
                        .any(|one| one.system == system && (code.is_empty() || one.code == code)),
                    None => held.iter().any(|one| one.code == value),
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TOPICS;
    use serde_json::json;

    #[test]
    fn what_a_filter_lets_through() {
        let report = json!({"resourceType": "DiagnosticReport", "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "51969-4"}]},
            "category": [{"coding": [{"system": "urn:c", "code": "GE"}]},
                {"coding": [{"system": "urn:c", "code": "LAB"}]}]});
        for (query, is_met) in [
            ("DiagnosticReport?patient=Patient/p1", true),
            ("DiagnosticReport?patient=p1", true),
            ("DiagnosticReport?subject=Patient%2Fp1", true),
            ("patient=Patient/p2,Patient/p1", true),
            ("?patient=Patient/p2", false),
            ("DiagnosticReport?patient=p1&status=amended", false),
            ("DiagnosticReport?status=amended,final", true),
            ("Observation?status=amended", false),
            ("DiagnosticReport?code=51969-4", true),
            ("DiagnosticReport?code=http://loinc.org|51969-4", true),
            ("DiagnosticReport?code=http://loinc.org%7C51969-4", true),
            ("DiagnosticReport?code=http://loinc.org|", true),
            ("DiagnosticReport?code=urn:other|51969-4", false),
            ("DiagnosticReport?category=LAB", true),
            ("DiagnosticReport?category=MB", false),
        ] {
            let filters =
                read(query, &TOPICS[0]).unwrap_or_else(|wrong| panic!("{query}: {wrong}"));
            let met = are_met(&filters, "DiagnosticReport", "p1", &report);
            assert_eq!(met, is_met, "{query}");
        }
    }

    #[test]
    fn a_type_that_no_filter_names_is_not_told_of() {
        let both = ["DiagnosticReport?patient=p1", "Observation?patient=p1&status=final"];
        let read = |queries: &[&str]| -> Vec<Filter> {
            queries.iter().flat_map(|query| read(query, &TOPICS[0]).unwrap()).collect()
        };
        let amended = json!({"status": "amended"});
        assert!(!are_met(&read(&both[..1]), "Observation", "p1", &amended));
        assert!(!are_met(&read(&both), "Observation", "p1", &amended));
        assert!(are_met(&read(&both), "DiagnosticReport", "p1", &amended));
        assert!(are_met(&read(&["patient=p1"]), "Observation", "p1", &amended));
        assert!(are_met(&[], "Observation", "p2", &amended));
    }

    #[test]
    fn a_filter_that_is_not_understood_is_refused() {
        let many = format!("patient={}", vec!["p"; VALUES_MAX + 1].join(","));
        let terms = vec!["status=final"; FILTERS_MAX + 1].join("&");
        for query in [
            "",
            "patient",
            "patient=",
            "patient=p1,",
            "patient=Group/1",
            "patient=https://elsewhere.example/Patient/1",
            "patient=p1&value-quantity=5",
            "Patient?_id=p1",
            "DiagnosticReport?patient:not=p1",
            &many,
            &terms,
        ] {
            assert!(read(query, &TOPICS[0]).is_err(), "{query}");
        }
        assert!(read("Patient?_id=p1", &TOPICS[1]).is_ok());
    }
}

//! A Bundle that holds what is known of one patient, for a question about it.

use super::{BUNDLE_BYTES_MAX, ENTRIES_MAX, rewrite_references};
use crate::fhir::access::{self, text};
use crate::fhir::json;
use model::Problem;
use serde_json::Value;
use std::collections::BTreeMap;

/// The resources of a Bundle with one Patient, whatever its type is. References to a `fullUrl` of
/// the Bundle become those of type and id; a resource without an id gets its place as one.
///
/// # Errors
/// What is no such Bundle, each with its place.
pub fn collected(bytes: &[u8]) -> Result<Vec<Value>, Vec<Problem>> {
    let document = json::read(bytes, BUNDLE_BYTES_MAX).map_err(|problem| vec![problem])?;
    let mut bundle = document.value;
    if access::resource_type(&bundle) != Some("Bundle") {
        let text = "the patient is asked about by a Bundle";
        return Err(vec![Problem::error("bad-value", "resourceType", text)]);
    }
    let entries = bundle.get_mut("entry").and_then(Value::as_array_mut).map(std::mem::take);
    let entries = entries.unwrap_or_default();
    if entries.len() > ENTRIES_MAX {
        let text = format!("more than {ENTRIES_MAX} entries");
        return Err(vec![Problem::error("too-many-entries", "Bundle.entry", text)]);
    }
    let mut problems = Vec::new();
    let mut names = BTreeMap::new();
    let mut resources = Vec::new();
    for (at, mut entry) in entries.into_iter().enumerate() {
        let place = format!("Bundle.entry[{at}]");
        let Some(mut resource) = entry.get_mut("resource").map(Value::take) else {
            problems.push(Problem::error("missing-element", place, "no `resource`"));
            continue;
        };
        let Some(kind) = access::resource_type(&resource).map(str::to_owned) else {
            problems.push(Problem::error("missing-element", place, "no `resourceType`"));
            continue;
        };
        let id = access::id(&resource).map_or_else(|| format!("entry-{at}"), str::to_owned);
        if let Some(fields) = resource.as_object_mut() {
            fields.insert("id".to_owned(), id.clone().into());
        }
        if let Some(url) = text(&entry, "fullUrl") {
            names.insert(url.to_owned(), format!("{kind}/{id}"));
        }
        resources.push(resource);
    }
    let people = resources.iter().filter(|one| access::resource_type(one) == Some("Patient"));
    match people.count() {
        1 => {}
        count => {
            let text = format!("{count} Patients; a question is about one");
            problems.push(Problem::error("not-one-patient", "Bundle.entry", text));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    for resource in &mut resources {
        // What points outside the Bundle says nothing here.
        let _ = rewrite_references(resource, &names);
    }
    Ok(resources)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_within_become_those_of_type_and_id() {
        let bundle = json!({"resourceType": "Bundle", "type": "collection", "entry": [
            {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Patient"}},
            {"fullUrl": "https://a.example/Condition/c", "resource": {"resourceType": "Condition",
                "id": "c", "subject": {"reference": "urn:uuid:1"}}},
            {"resource": {"resourceType": "Procedure",
                "reasonReference": [{"reference": "https://a.example/Condition/c"}]}}]});
        let resources = collected(bundle.to_string().as_bytes()).unwrap();
        assert_eq!(resources[0]["id"], "entry-0");
        assert_eq!(resources[1]["subject"]["reference"], "Patient/entry-0");
        assert_eq!(resources[2]["reasonReference"][0]["reference"], "Condition/c");
    }

    #[test]
    fn what_is_no_question_about_one_patient_is_refused() {
        let person = json!({"resource": {"resourceType": "Patient", "id": "p"}});
        let empty = json!({"fullUrl": "urn:uuid:1"});
        let bundle =
            |entries: Vec<Value>| json!({"resourceType": "Bundle", "entry": entries}).to_string();
        for (text, code) in [
            (
                json!({"resourceType": "Bundle", "type": "collection"}).to_string(),
                "not-one-patient",
            ),
            (bundle(vec![person.clone(), person.clone()]), "not-one-patient"),
            (bundle(vec![person.clone(), json!({"fullUrl": "urn:uuid:1"})]), "missing-element"),
            (bundle(vec![person, json!({"resource": {"id": "x"}})]), "missing-element"),
            (json!({"resourceType": "Patient"}).to_string(), "bad-value"),
            (bundle(vec![empty; ENTRIES_MAX + 1]), "too-many-entries"),
            ("{".to_owned(), "bad-json"),
        ] {
            let problems = collected(text.as_bytes()).unwrap_err();
            assert_eq!(problems[0].code, code);
        }
        let most = vec![json!({"resource": {"resourceType": "Basic"}}); ENTRIES_MAX - 1];
        let most = most.into_iter().chain([json!({"resource": {"resourceType": "Patient"}})]);
        assert_eq!(
            collected(bundle(most.collect()).as_bytes()).map(|all| all.len()),
            Ok(ENTRIES_MAX)
        );
    }
}

//! What a patient does not bear, by the `AllergyIntolerance` resources of the record (FHIR R4).

use crate::app::App;
use crate::error::Error;
use model::PatientId;
use model::absence::Absence;
use record::limit::PAGE_ROWS_MAX;
use record::{Access, CompartmentQuery, Failure, Record};
use serde_json::Value;
use std::collections::BTreeSet;
use web::view::Known;

const TYPE: &str = "AllergyIntolerance";
/// SNOMED CT: no known allergy. Narrower ones, such as to drugs only, are shown in their words.
const NO_KNOWN_ALLERGY: (&str, &str) = ("http://snomed.info/sct", "716186003");
/// Nobody holds that these are so.
const NOT_HELD: [&str; 2] = ["entered-in-error", "refuted"];

/// Allergies in words, each once. An empty list: it is recorded that none is known.
pub(super) fn allergies(
    app: &App,
    access: &Access,
    patient: &PatientId,
) -> Result<Known<Vec<String>>, Error> {
    let found = match app.record().read_together(|record| resources(record, access, patient)) {
        Ok(found) => found,
        // Whoever may not read them is not told that there are none.
        Err(Failure::Denied { .. }) => return Ok(Known::Absent(Absence::NotAssessed)),
        Err(failure) => return Err(failure.into()),
    };
    let held: Vec<Value> = found.into_iter().filter(is_held).collect();
    if held.is_empty() {
        return Ok(Known::Absent(Absence::NotRecorded));
    }
    let named: BTreeSet<String> = held.iter().filter(|one| !is_none(one)).map(words).collect();
    Ok(Known::Value(named.into_iter().collect()))
}

fn resources(record: &Record, access: &Access, patient: &PatientId) -> Result<Vec<Value>, Failure> {
    let mut found = Vec::new();
    for of in record.records_of_person(access, patient)? {
        let mut query = CompartmentQuery {
            types: vec![TYPE.to_owned()],
            count: PAGE_ROWS_MAX,
            ..CompartmentQuery::default()
        };
        loop {
            let page = record.compartment(access, &of, &query)?;
            for stored in page.entries {
                let read = serde_json::from_slice(&stored.body);
                let unread = |_| Failure::Storage(format!("{}: is not JSON", stored.reference));
                found.push(read.map_err(unread)?);
            }
            let Some(next) = page.next else { break };
            query.cursor = Some(next);
        }
    }
    Ok(found)
}

fn is_held(allergy: &Value) -> bool {
    !NOT_HELD.iter().any(|status| has_code(allergy, "/verificationStatus", status))
}

fn is_none(allergy: &Value) -> bool {
    let (system, code) = NO_KNOWN_ALLERGY;
    codings(allergy, "/code").any(|one| one["system"] == system && one["code"] == code)
}

fn codings<'a>(of: &'a Value, place: &str) -> impl Iterator<Item = &'a Value> {
    of.pointer(&format!("{place}/coding")).and_then(Value::as_array).into_iter().flatten()
}

fn has_code(of: &Value, place: &str, code: &str) -> bool {
    codings(of, place).any(|one| one["code"] == code)
}

/// To what, how it shows, and how sure and how grave it is.
fn words(allergy: &Value) -> String {
    let reactions = allergy["reaction"].as_array().into_iter().flatten();
    let substance = reactions.clone().find_map(|one| concept(one, "/substance"));
    let to_what = concept(allergy, "/code").or(substance);
    let mut text = to_what.unwrap_or_else(|| "something without code or words".to_owned());
    let manifestations: Vec<String> = reactions
        .flat_map(|one| one["manifestation"].as_array().into_iter().flatten())
        .filter_map(|one| concept(one, ""))
        .collect();
    if !manifestations.is_empty() {
        text = format!("{text}: {}", manifestations.join(", "));
    }
    let said = [
        ("/clinicalStatus", ["inactive", "resolved"].as_slice()),
        ("/verificationStatus", &["unconfirmed", "presumed"]),
    ];
    let mut remarks: Vec<&str> = said
        .into_iter()
        .flat_map(|(place, codes)| codes.iter().filter(move |code| has_code(allergy, place, code)))
        .copied()
        .collect();
    if allergy["criticality"] == "high" {
        remarks.push("high criticality");
    }
    if remarks.is_empty() { text } else { format!("{text} ({})", remarks.join(", ")) }
}

/// The text of a concept, or else the display of a code, or else the code.
fn concept(of: &Value, place: &str) -> Option<String> {
    let text = of.pointer(&format!("{place}/text")).and_then(Value::as_str);
    let display = || codings(of, place).find_map(|one| one["display"].as_str());
    let code = || codings(of, place).find_map(|one| one["code"].as_str());
    let found = text.or_else(display).or_else(code).map(str::trim);
    found.filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_allergy_says_to_what_how_and_how_sure() {
        let status = |code: &str| json!({"coding": [{"code": code}]});
        for (allergy, expected) in [
            (json!({"code": {"text": "penicillin"}}), "penicillin"),
            (json!({"code": {"coding": [{"code": "1", "display": "Latex"}]}}), "Latex"),
            (json!({"code": {"coding": [{"code": "7980"}]}}), "7980"),
            (
                json!({"code": {"text": "penicillin"}, "criticality": "high",
                    "reaction": [{"manifestation": [{"text": "anaphylaxis"}]}]}),
                "penicillin: anaphylaxis (high criticality)",
            ),
            (
                json!({"code": {"text": "nuts"}, "clinicalStatus": status("resolved"),
                    "verificationStatus": status("unconfirmed")}),
                "nuts (resolved, unconfirmed)",
            ),
            (json!({"reaction": [{"substance": {"text": "amoxicillin"}}]}), "amoxicillin"),
            (json!({}), "something without code or words"),
        ] {
            assert_eq!(words(&allergy), expected, "{allergy}");
        }
    }
}

//! What a patient does not bear, by the `AllergyIntolerance` resources of the record (FHIR R4).

use super::lifestyle::{opened, whole};
use crate::app::App;
use crate::error::Error;
use formats::fhir::access::{self, concept, concepts};
use model::absence::Absence;
use model::{CodeableConcept, PatientId};
use record::{Access, Failure, Record, Stored};
use serde_json::Value;
use std::collections::BTreeSet;
use web::view::Known;

const TYPE: &str = "AllergyIntolerance";
/// SNOMED CT: no known allergy. Narrower ones, such as to drugs only, are shown in their words.
const NO_KNOWN_ALLERGY: (&str, &str) = ("http://snomed.info/sct", "716186003");
/// Nobody holds that these are so.
const NOT_HELD: [&str; 2] = ["entered-in-error", "refuted"];
/// What is said beside one that is held: that it is over, and that it is not sure.
const REMARKS: [(&str, &str); 4] = [
    ("clinicalStatus", "inactive"),
    ("clinicalStatus", "resolved"),
    ("verificationStatus", "unconfirmed"),
    ("verificationStatus", "presumed"),
];

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
    let found = found.iter().map(opened).collect::<Result<Vec<_>, _>>()?;
    let held: Vec<Value> = found.into_iter().filter(is_held).collect();
    if held.is_empty() {
        return Ok(Known::Absent(Absence::NotRecorded));
    }
    let named: BTreeSet<String> = held.iter().filter(|one| !is_none(one)).map(words).collect();
    Ok(Known::Value(named.into_iter().collect()))
}

fn resources(
    record: &Record,
    access: &Access,
    patient: &PatientId,
) -> Result<Vec<Stored>, Failure> {
    let mut found = Vec::new();
    for of in record.records_of_person(access, patient)? {
        found.extend(whole(record, access, &of, &[TYPE])?);
    }
    Ok(found)
}

fn is_held(allergy: &Value) -> bool {
    !NOT_HELD.iter().any(|status| has_code(allergy, "verificationStatus", status))
}

fn is_none(allergy: &Value) -> bool {
    let (system, code) = NO_KNOWN_ALLERGY;
    concept(allergy, "code").is_some_and(|of| of.code_of(system) == Some(code))
}

fn has_code(allergy: &Value, name: &str, code: &str) -> bool {
    concept(allergy, name).is_some_and(|of| of.coding.iter().any(|one| one.code == code))
}

/// To what, how it shows, and how sure and how grave it is.
fn words(allergy: &Value) -> String {
    let said = |of: CodeableConcept| of.words().map(str::to_owned);
    let to_what = concept(allergy, "code").or_else(|| concept(allergy, "reaction.substance"));
    let to_what = to_what.and_then(said);
    let mut text = to_what.unwrap_or_else(|| "something without code or words".to_owned());
    let shows = concepts(allergy, "reaction.manifestation").into_iter().filter_map(said);
    let shows: Vec<String> = shows.collect();
    if !shows.is_empty() {
        text = format!("{text}: {}", shows.join(", "));
    }
    let remarks = REMARKS.iter().filter(|(name, code)| has_code(allergy, name, code));
    let mut remarks: Vec<&str> = remarks.map(|(_, code)| *code).collect();
    if access::text(allergy, "criticality") == Some("high") {
        remarks.push("high criticality");
    }
    if remarks.is_empty() { text } else { format!("{text} ({})", remarks.join(", ")) }
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

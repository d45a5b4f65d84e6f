//! The lifestyle questionnaire as a FHIR R4 `Questionnaire`, made from the same items that read its
//! answers.

use super::code::{SMOKING_OFFERED, YES_NO_OFFERED};
use super::questionnaire::{Item, Kind, QUESTIONNAIRE, Unit, items};
use model::code::system::LOINC;
use serde_json::{Value, json};

/// Id of the `Questionnaire`.
pub const QUESTIONNAIRE_ID: &str = "lifestyle";
/// Its version. 1.1 added the day of stopping, relatives, and the third answer to yes or no.
pub const QUESTIONNAIRE_VERSION: &str = "1.1";

/// The resource.
pub fn questionnaire() -> Value {
    json!({
        "resourceType": "Questionnaire",
        "id": QUESTIONNAIRE_ID,
        "url": QUESTIONNAIRE,
        "version": QUESTIONNAIRE_VERSION,
        "name": "CognateLifestyle",
        "title": "Lifestyle, work, surroundings and relatives",
        "status": "active",
        "subjectType": ["Patient"],
        "date": "2026-11-27",
        "publisher": "Cognate",
        "description": "Every question is optional: one without an answer was not asked. Asked \
                        without an answer is said by a data-absent-reason.",
        "copyright": "Questions: Cognate, Apache-2.0. Answers with codes of LOINC: © Regenstrief \
                      Institute, Inc., loinc.org/license.",
        "item": items().iter().map(item).collect::<Vec<_>>(),
    })
}

fn item(item: &Item) -> Value {
    let mut made = json!({
        "linkId": item.link_id,
        "text": item.asked,
        "type": item_type(item.kind),
        "required": false,
        "repeats": false,
    });
    let more = match item.kind {
        Kind::Smoking => Some(("answerOption", options(&SMOKING_OFFERED))),
        Kind::YesNo => Some(("answerOption", options(&YES_NO_OFFERED))),
        Kind::Number(unit) => Some(("extension", in_unit(unit))),
        Kind::Words => Some(("maxLength", json!(super::WORDS_CHARACTERS_MAX))),
        Kind::Day => None,
    };
    if let (Some((name, value)), Some(made)) = (more, made.as_object_mut()) {
        made.insert(name.to_owned(), value);
    }
    made
}

/// The unit of a number (extension `questionnaire-unit`).
fn in_unit(unit: Unit) -> Value {
    json!([{
        "url": "http://hl7.org/fhir/StructureDefinition/questionnaire-unit",
        "valueCoding": {"system": "http://unitsofmeasure.org", "code": unit.ucum,
            "display": unit.words},
    }])
}

/// R4's type of an item; a `date` may be a month or a year alone.
fn item_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Smoking | Kind::YesNo => "choice",
        Kind::Number(_) => "decimal",
        Kind::Day => "date",
        Kind::Words => "string",
    }
}

fn options(offered: &[(&str, &str)]) -> Value {
    let option = |(code, words): &(&str, &str)| {
        let coding = json!({"system": LOINC, "code": code, "display": words});
        json!({"valueCoding": coding})
    };
    offered.iter().map(option).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fhir::check;

    #[test]
    fn it_is_a_valid_resource_with_each_question_once() {
        let resource = questionnaire();
        assert_eq!(check::check_at(&resource, "Questionnaire"), vec![]);
        let mut links: Vec<&str> = resource["item"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["linkId"].as_str().unwrap())
            .collect();
        assert_eq!(links.len(), items().len());
        links.sort_unstable();
        links.dedup();
        assert_eq!(links.len(), items().len());
    }
}

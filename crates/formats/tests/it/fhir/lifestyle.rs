//! Answers about how somebody lives. Codes: LOINC, SNOMED CT (US Core's smoking status).

use formats::fhir::lifestyle::{QUESTIONNAIRE, answers, items};
use model::lifestyle::{Answer, Finding, SaidBy, Smoking, Topic};
use serde_json::{Value, json};

const LOINC: &str = "http://loinc.org";
const SNOMED: &str = "http://snomed.info/sct";

fn observation(code: &str, value: &Value) -> Value {
    let mut resource = json!({"resourceType": "Observation", "id": "a", "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "effectiveDateTime": "2026-05-04", "performer": [{"reference": "Patient/p"}]});
    for (name, value) in value.as_object().unwrap() {
        resource[name] = value.clone();
    }
    resource
}

fn read(resource: &Value) -> Vec<Answer> {
    let (answers, problems) = answers(resource, "Observation/a/_history/1");
    assert_eq!(problems, [], "{resource}");
    answers
}

fn coded(system: &str, code: &str) -> Value {
    json!({"valueCodeableConcept": {"coding": [{"system": system, "code": code,
        "display": "words"}]}})
}

#[test]
fn smoking_is_read_from_every_list_of_answers() {
    use Finding::{Absent, Present, Unknown};
    use Smoking::{Current, Former, Never};
    for (code, value, smoking, finding) in [
        ("72166-2", coded(SNOMED, "449868002"), Some(Current), Present),
        ("72166-2", coded(SNOMED, "8517006"), Some(Former), Present),
        ("72166-2", coded(SNOMED, "266919005"), Some(Never), Absent),
        ("72166-2", coded(SNOMED, "266927001"), None, Unknown),
        ("72166-2", coded(LOINC, "LA18977-1"), Some(Current), Present),
        ("72166-2", coded(LOINC, "LA18979-7"), None, Present),
        // A code of somewhere else is shown, and no rule hears it.
        ("72166-2", coded("urn:x", "449868002"), None, Present),
        ("63640-7", json!({"valueInteger": 10}), Some(Current), Present),
        ("63640-7", json!({"valueQuantity": {"value": 0}}), None, Absent),
        ("8664-5", json!({"valueQuantity": {"value": 20, "unit": "pack-years"}}), None, Present),
        ("72166-2", json!({"dataAbsentReason": {"text": "declined"}}), None, Unknown),
    ] {
        let found = read(&observation(code, &value));
        assert_eq!(found.len(), 1, "{value}");
        assert_eq!(found[0].topic, Topic::Tobacco);
        assert_eq!((found[0].smoking, found[0].finding), (smoking, finding), "{code} {value}");
        assert_eq!(found[0].said_by, SaidBy::Patient);
        assert_eq!(found[0].on.unwrap().to_string(), "2026-05-04");
    }
}

#[test]
fn only_final_social_history_counts_and_what_is_not_known_keeps_its_words() {
    let odd = |category: &str| {
        let mut one = observation("99999-9", &json!({"valueString": "welder, 20 years"}));
        one["code"] = json!({"text": "Something asked here"});
        one["category"] = json!([{"coding": [{"code": category}]}]);
        one
    };
    assert_eq!(read(&odd("laboratory")), []);
    let found = read(&odd("social-history"));
    assert_eq!(
        (found[0].asked.as_str(), found[0].words.as_str()),
        ("Something asked here", "welder, 20 years")
    );
    assert_eq!(found[0].topic, Topic::Other, "what it is about is not known");
    for status in ["preliminary", "entered-in-error", "cancelled", ""] {
        let mut one = observation("11341-5", &json!({"valueString": "welder"}));
        one["status"] = status.into();
        assert_eq!(read(&one), [], "{status}");
    }
    let wrong = observation("74013-4", &json!({"valueSampledData": {}}));
    let (found, problems) = answers(&wrong, "Observation/a");
    assert_eq!((found.len(), problems.len(), problems[0].place.as_str()), (0, 1, "Observation/a"));
}

#[test]
fn the_questionnaire_is_read_as_it_was_asked() {
    let response = |version: &str, status: &str| {
        json!({
            "resourceType": "QuestionnaireResponse", "id": "q", "status": status,
            "questionnaire": format!("{QUESTIONNAIRE}{version}"),
        "authored": "2026-11-01T10:00:00Z",
            "source": {"reference": "Patient/p"},
            "item": [
                {"linkId": "smoking-status", "answer": [{"valueCoding":
                    {"system": LOINC, "code": "LA18976-3", "display": "Every day"}}]},
                {"linkId": "group", "item": [
                    {"linkId": "drinks", "answer": [{"valueDecimal": 7}]},
                    {"linkId": "asbestos", "answer": [{"valueBoolean": false}]}]},
                {"linkId": "radon"},
                {"linkId": "fine-particles", "answer": [{"valueQuantity":
                    {"value": 11.5, "unit": "µg/m³"}}]}
            ]
        })
    };
    for version in ["", "|1.0"] {
        let found = read(&response(version, "completed"));
        let told: Vec<_> =
            found.iter().map(|one| (one.asked.as_str(), one.finding, one.words.as_str())).collect();
        assert_eq!(
            told,
            [
                ("Smoking status", Finding::Present, "Every day"),
                ("Alcoholic drinks a week", Finding::Present, "7 drinks a week"),
                ("Asbestos", Finding::Absent, "no"),
                ("Fine particles (PM2.5)", Finding::Present, "11.5 µg/m³"),
            ]
        );
        assert_eq!(found[0].smoking, Some(Smoking::Current));
        // Of the place, whoever typed it.
        assert_eq!((found[0].said_by, found[3].said_by), (SaidBy::Patient, SaidBy::Area));
    }
    assert_eq!(read(&response("", "in-progress")), []);
    assert_eq!(read(&response("-of-others", "completed")), []);
    let mut odd = response("", "completed");
    odd["item"][0]["linkId"] = "shoe-size".into();
    odd["item"][1]["item"][0]["answer"] = json!([{"valueAttachment": {}}]);
    let (found, problems) = answers(&odd, "QuestionnaireResponse/q");
    assert_eq!((found.len(), problems.len()), (2, 2));
}

#[test]
fn an_answer_of_another_type_is_told_and_left_out() {
    let snomed = |code: &str| json!({"valueCoding": {"system": SNOMED, "code": code}});
    for (link, given, expected) in [
        ("asbestos", json!([{"valueBoolean": true}]), Some(Finding::Present)),
        ("asbestos", json!([snomed("373067005")]), Some(Finding::Absent)),
        ("asbestos", json!([snomed("261665006")]), Some(Finding::Unknown)),
        // Words that say no are not a yes.
        ("asbestos", json!([{"valueString": "no"}]), None),
        ("asbestos", json!([snomed("449868002")]), None),
        ("asbestos", json!([{"valueInteger": 0}]), None),
        ("asbestos", json!([{"valueBoolean": true}, {"valueBoolean": false}]), None),
        ("smoking-status", json!([{"valueString": "never"}]), None),
        ("smoking-status", json!([{"valueBoolean": false}]), None),
        ("drinks", json!([{"valueString": "none"}]), None),
        ("drinks", json!([{"valueBoolean": false}]), None),
        ("drinks", json!([{"valueQuantity": {"value": 0}}]), Some(Finding::Absent)),
        ("occupation", json!([{"valueString": "welder"}]), Some(Finding::Present)),
        ("occupation", json!([{"valueBoolean": false}]), None),
        ("radon", json!([]), None),
    ] {
        let response = json!({"resourceType": "QuestionnaireResponse", "status": "completed",
            "questionnaire": QUESTIONNAIRE, "item": [{"linkId": link, "answer": given}]});
        let (found, problems) = answers(&response, "QuestionnaireResponse/q");
        assert_eq!(found.first().map(|one| one.finding), expected, "{link} {given}");
        let is_told = expected.is_none() && given != json!([]);
        assert_eq!(problems.len(), usize::from(is_told), "{link} {given}: {problems:?}");
        assert!(problems.iter().all(|one| one.text.contains(link)), "{problems:?}");
    }
}

#[test]
fn no_question_is_asked_twice() {
    let ids: std::collections::BTreeSet<_> = items().iter().map(|item| item.link_id).collect();
    assert_eq!(ids.len(), items().len());
}

#[test]
fn a_relative_without_a_disease_is_not_a_healthy_one() {
    let member = |status: &str, conditions: &Value| {
        json!({
            "resourceType": "FamilyMemberHistory", "id": "f", "status": status, "date": "2025",
            "relationship": {"coding": [{"code": "MTH", "display": "mother"}]},
            "condition": conditions
        })
    };
    let cancer = json!([{"code": {"text": "breast cancer"},
        "onsetAge": {"value": 42, "unit": "years"}}, {"code": {"text": "asthma"}}]);
    let none = json!([]);
    for (status, conditions, expected) in [
        (
            "completed",
            &cancer,
            vec![(Finding::Present, "breast cancer at 42 years"), (Finding::Present, "asthma")],
        ),
        ("completed", &none, vec![(Finding::Unknown, "recorded without any disease")]),
        ("health-unknown", &none, vec![(Finding::Unknown, "asked; not known")]),
        ("entered-in-error", &cancer, vec![]),
    ] {
        let found = read(&member(status, conditions));
        let told: Vec<_> = found.iter().map(|one| (one.finding, one.words.as_str())).collect();
        assert_eq!(told, expected, "{status}");
        assert!(found.iter().all(|one| one.asked == "Mother"));
    }
}

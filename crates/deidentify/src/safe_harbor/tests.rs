use super::*;
use proptest::prelude::*;

fn key() -> ProjectKey {
    ProjectKey::new(&[7; 32])
}

fn settings(key: &ProjectKey, tier: Tier, has_expert_determination: bool) -> Settings<'_> {
    Settings { key, tier, has_expert_determination, year: 2026 }
}

fn passed(of: &Value) -> Value {
    let key = key();
    let mut report = Report::default();
    match resource(of, &settings(&key, Tier::Registered, false), &mut report) {
        Outcome::Passes(value) => value,
        Outcome::Withheld(reason) => panic!("{reason:?}: {of}"),
    }
}

fn withheld(of: &Value, tier: Tier, has_expert_determination: bool) -> Option<Withheld> {
    let key = key();
    let mut report = Report::default();
    match resource(of, &settings(&key, tier, has_expert_determination), &mut report) {
        Outcome::Passes(_) => None,
        Outcome::Withheld(reason) => Some(reason),
    }
}

/// A patient with each identifier of 45 CFR 164.514(b)(2)(i)(A) to (R) that FHIR has a place for.
fn patient() -> Value {
    json!({
        "resourceType": "Patient", "id": "p1",
        "meta": {"versionId": "3", "lastUpdated": "2026-03-04T05:06:07Z", "source": "urn:x:adt"},
        "text": {"status": "generated", "div": "<div>Jane Roe, born 1980-04-05</div>"},
        "extension": [{"url": "http://example.org/race", "valueString": "Roe"}],
        "identifier": [
            {"system": "http://hl7.org/fhir/sid/us-ssn", "value": "123-45-6789"},
            {"system": "urn:oid:1.2.3", "value": "MRN998877"},
        ],
        "name": [{"family": "Roe", "given": ["Jane"]}],
        "telecom": [{"system": "phone", "value": "555-0100"},
            {"system": "email", "value": "j@x.y"}],
        "gender": "female", "birthDate": "1980-04-05",
        "_birthDate": {"extension": [{"url": "http://example.org/time",
            "valueDateTime": "1980-04-05T01:02:03Z"}]},
        "deceasedDateTime": "2025-06-07T08:09:10Z",
        "address": [{"line": ["1 Main Street"], "city": "Cambridge", "district": "Middlesex",
            "state": "MA", "postalCode": "02138", "country": "US", "text": "1 Main Street"}],
        "photo": [{"contentType": "image/png", "data": "AAAA", "url": "https://x.y/jane.png"}],
        "contact": [{"name": {"text": "John Roe"}}],
        "communication": [{"language": {"text": "Roe's own"}}],
        "generalPractitioner": [{"reference": "Practitioner/dr1", "display": "Dr. Who"}],
        "managingOrganization": {"reference": "Organization/o1"},
        "link": [{"other": {"reference": "Patient/p2"}, "type": "seealso"}],
    })
}

#[test]
fn a_patient_keeps_sex_year_state_and_three_digits() {
    let key = key();
    let found = passed(&patient());
    assert_eq!(
        found,
        json!({
            "resourceType": "Patient", "id": key.pseudonym("Patient", "p1"),
            "meta": {"security": [
                {"system": LABEL_SYSTEM, "code": "PSEUDED"},
                {"system": LABEL_SYSTEM, "code": "REDACTED"},
            ]},
            "gender": "female", "birthDate": "1980", "deceasedDateTime": "2025",
            "address": [{"state": "MA", "postalCode": "021"}],
        })
    );
    let sparse = json!({"resourceType": "Patient", "id": "p1",
        "address": [{"state": "WY", "postalCode": "82190"}, {"city": "Paris", "country": "FR",
            "postalCode": "75001"}]});
    assert_eq!(passed(&sparse)["address"], json!([{"state": "WY", "postalCode": "000"}]));
}

#[test]
fn ages_of_ninety_and_more_are_one_class() {
    let born =
        |year: &str| passed(&json!({"resourceType": "Patient", "id": "p1", "birthDate": year}));
    assert_eq!(born("1937-12-31")["birthDate"], "1937");
    for old in ["1936-12-31", "1936", "1899-01-01"] {
        let found = born(old);
        assert_eq!(found.get("birthDate"), None, "{old}");
        assert_eq!(found["_birthDate"]["extension"][0]["url"], walk::POOLED_AGE, "{old}");
        assert!(!found.to_string().contains("1936"), "{found}");
    }
    let onset = |value: Value| {
        let of = json!({"resourceType": "Condition", "id": "c1", "onsetAge": value,
            "subject": {"reference": "Patient/p1"},
            "code": {"coding": [{"system": "http://snomed.info/sct", "code": "44054006"}]}});
        passed(&of)["onsetAge"].clone()
    };
    let age = |value: f64, unit: &str| {
        json!({"value": value, "unit": "years", "code": unit,
        "system": "http://unitsofmeasure.org"})
    };
    let ucum = "http://unitsofmeasure.org";
    for (value, unit, expected) in [
        (89.0, "a", json!({"value": 89.0, "system": ucum, "code": "a"})),
        (90.0, "a", json!({"value": 90, "comparator": ">=", "system": ucum, "code": "a"})),
        (97.5, "a", json!({"value": 90, "comparator": ">=", "system": ucum, "code": "a"})),
        (1_100.0, "mo", json!({"value": 1080, "comparator": ">=", "system": ucum, "code": "mo"})),
        (5.0, "mo", json!({"value": 5.0, "system": ucum, "code": "mo"})),
    ] {
        assert_eq!(onset(age(value, unit)), expected, "{value} {unit}");
    }
    // LOINC 30525-0, age: also as a bare number.
    let observed = |value: i64| {
        passed(&json!({"resourceType": "Observation", "id": "o1", "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "30525-0"}]},
            "valueInteger": value}))
    };
    assert_eq!(observed(89)["valueInteger"], 89);
    assert_eq!(observed(97).get("valueInteger"), None);
}

#[test]
fn an_observation_keeps_codes_and_numbers_and_no_text() {
    let key = key();
    let of = json!({
        "resourceType": "Observation", "id": "o1", "status": "final",
        "identifier": [{"value": "ACC-4711"}],
        "category": [{"coding": [{"code": "laboratory", "display": "Lab of Dr. Who",
            "system": "http://terminology.hl7.org/CodeSystem/observation-category"}]}],
        "code": {"text": "Jane's glucose", "coding": [
            {"system": "http://loinc.org", "code": "2345-7", "display": "Jane's glucose"},
            {"system": "urn:hospital", "code": "JANE-7"}]},
        "subject": {"reference": "Patient/p1", "display": "Jane Roe"},
        "performer": [{"reference": "Practitioner/dr1"}],
        "device": {"reference": "Device/d1", "display": "SN 12345"},
        "effectiveDateTime": "2025-06-07T08:09:10+02:00", "issued": "2025-06-07T08:09:10Z",
        "valueQuantity": {"value": 5.4, "unit": "mmol/L for Jane", "code": "mmol/L",
            "system": "http://unitsofmeasure.org"},
        "note": [{"text": "Call Jane at 555-0100"}],
        "referenceRange": [{"low": {"value": 3.9, "code": "mmol/L",
            "system": "http://unitsofmeasure.org"}, "text": "of Jane"}],
        "specimen": {"reference": "Specimen/s1/_history/2"},
        "hasMember": [{"reference": "https://x.y/fhir/Observation/o2"}, {"reference": "#inner"},
            {"reference": "Observation/o3"}, {"reference": "DocumentReference/d1"}],
        "component": [{"code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]},
            "valueString": "one hundred, says Jane"}],
    });
    let subject = format!("Patient/{}", key.pseudonym("Patient", "p1"));
    let mmol = json!({"value": 3.9, "system": "http://unitsofmeasure.org", "code": "mmol/L"});
    let mut found = passed(&of);
    for name in ["resourceType", "id", "meta"] {
        found.as_object_mut().unwrap().remove(name);
    }
    assert_eq!(
        found,
        json!({
            "status": "final",
            "category": [{"coding": [{"code": "laboratory",
                "system": "http://terminology.hl7.org/CodeSystem/observation-category"}]}],
            "code": {"coding": [{"system": "http://loinc.org", "code": "2345-7"}]},
            "subject": {"reference": subject},
            "effectiveDateTime": "2025",
            "valueQuantity": {"value": 5.4, "system": "http://unitsofmeasure.org",
                "code": "mmol/L"},
            "referenceRange": [{"low": mmol}],
            "specimen": {"reference": format!("Specimen/{}", key.pseudonym("Specimen", "s1"))},
            "hasMember": [{"reference":
                format!("Observation/{}", key.pseudonym("Observation", "o3"))}],
            "component": [{"code": {"coding": [
                {"system": "http://loinc.org", "code": "8480-6"}]}}],
        })
    );
}

#[test]
fn what_is_not_known_does_not_pass() {
    let id = |name: &str| json!({"resourceType": name, "id": "x"});
    for name in ["Practitioner", "DocumentReference", "Binary", "RelatedPerson", "Device", "Jane"] {
        assert_eq!(withheld(&id(name), Tier::Controlled, true), Some(Withheld::Type), "{name}");
    }
    let mut of = patient();
    of["modifierExtension"] = json!([{"url": "urn:x", "valueBoolean": true}]);
    assert_eq!(withheld(&of, Tier::Controlled, true), Some(Withheld::Modifier));
    for bad in [json!(7), json!({}), json!({"resourceType": "Patient"}), json!([])] {
        assert!(withheld(&bad, Tier::Controlled, true).is_some(), "{bad}");
    }
    // Without a status that is one, an observation may have been entered in error.
    let observation = json!({"resourceType": "Observation", "id": "o1", "status": "Jane"});
    assert_eq!(withheld(&observation, Tier::Controlled, true), Some(Withheld::Unreadable));
    // A code that did not pass is said to be masked: the element is required.
    let masked = json!({"resourceType": "Observation", "id": "o1", "status": "final",
        "code": {"text": "Jane"}});
    assert_eq!(passed(&masked)["code"]["coding"][0]["code"], "masked");
    let comparator = json!({"resourceType": "Observation", "id": "o1", "status": "final",
        "valueQuantity": {"value": 5, "comparator": "about"}});
    assert_eq!(passed(&comparator).get("valueQuantity"), None);
}

#[test]
fn variants_of_a_person_need_an_expert_and_the_controlled_tier() {
    let variant = json!({"resourceType": "Observation", "id": "v1", "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "69548-6"}]},
        "valueCodeableConcept": {"coding": [{"system": "http://loinc.org", "code": "LA9633-4"}]},
        "component": [
            {"code": {"coding": [{"system": "http://loinc.org", "code": "48004-6"}]},
             "valueCodeableConcept": {"text": "Jane's", "coding": [{"code": "NM_000769.4:c.681G>A",
                "system": "http://varnomen.hgvs.org", "display": "Jane's"}]}},
            {"code": {"coding": [{"system": "http://loinc.org", "code": "69551-0"}]},
             "valueString": "A"},
            {"code": {"coding": [{"system": "http://loinc.org", "code": "69547-8"}]},
             "valueString": "Jane"}]});
    for (tier, expert, reason) in [
        (Tier::Registered, false, Some(Withheld::Genotype)),
        (Tier::Registered, true, Some(Withheld::Genotype)),
        (Tier::Controlled, false, Some(Withheld::Genotype)),
        (Tier::Controlled, true, None),
    ] {
        assert_eq!(withheld(&variant, tier, expert), reason, "{tier:?} {expert}");
    }
    let key = key();
    let mut report = Report::default();
    let found = resource(&variant, &settings(&key, Tier::Controlled, true), &mut report);
    let Outcome::Passes(found) = found else { panic!("{found:?}") };
    let values = json!([
        found["component"][0]["valueCodeableConcept"]["coding"][0]["code"],
        found["component"][1]["valueString"],
        found["component"][2].get("valueString"),
    ]);
    assert_eq!(values, json!(["NM_000769.4:c.681G>A", "A", null]));
    assert!(!found.to_string().contains("Jane"));
    // Also in a part of something else, and by the system of the code alone.
    let hidden = json!({"resourceType": "Condition", "id": "c1",
        "subject": {"reference": "Patient/p1"}, "evidence": [{"code": [{"coding": [
            {"system": "http://varnomen.hgvs.org", "code": "NM_000769.4:c.681G>A"}]}]}]});
    assert_eq!(withheld(&hidden, Tier::Registered, false), Some(Withheld::Genotype));
}

#[test]
fn the_report_counts_by_path_and_tells_no_value() {
    let key = key();
    let mut report = Report::default();
    let mut of = patient();
    of["JaneRoe"] = json!(1);
    for _ in 0..2 {
        resource(&of, &settings(&key, Tier::Registered, false), &mut report);
    }
    resource(
        &json!({"resourceType": "JaneRoe"}),
        &settings(&key, Tier::Registered, false),
        &mut report,
    );
    assert_eq!(report.passed["Patient"], 2);
    assert_eq!(report.withheld["other"][&Withheld::Type], 1);
    for (path, count) in [
        ("Patient.identifier", 2),
        ("Patient.name", 2),
        ("Patient.telecom", 2),
        ("Patient.text", 2),
        ("Patient.photo", 2),
        ("Patient.other", 4),
        ("Patient.address.city", 2),
        ("Patient.address.line", 2),
    ] {
        assert_eq!(report.removed.get(path), Some(&count), "{path}: {report:?}");
    }
    assert_eq!(report.generalised["Patient.birthDate"], 2);
    assert_eq!(report.generalised["Patient.address.postalCode"], 2);
    let text = serde_json::to_string(&report).unwrap();
    for value in ["Jane", "Roe", "1980", "02138", "555"] {
        assert!(!text.contains(value), "{value}: {text}");
    }
    let mut twice = report.clone();
    twice.add(&report);
    assert_eq!((twice.passed["Patient"], twice.removed["Patient.name"]), (4, 4));
}

/// Element names of every kind: of the table, of what is removed, and of nothing.
const NAMES: &[&str] = &[
    "identifier",
    "name",
    "family",
    "given",
    "telecom",
    "value",
    "address",
    "line",
    "city",
    "text",
    "div",
    "photo",
    "note",
    "extension",
    "valueString",
    "valueQuantity",
    "value",
    "unit",
    "code",
    "system",
    "coding",
    "display",
    "reference",
    "subject",
    "birthDate",
    "effectiveDateTime",
    "postalCode",
    "state",
    "country",
    "status",
    "category",
    "component",
    "id",
    "interpretation",
    "valueCodeableConcept",
    "referenceRange",
    "low",
    "high",
    "specimen",
    "hasMember",
    "Jane",
    "valuePeriod",
    "start",
    "end",
    "onsetAge",
    "comparator",
    "gender",
    "deceasedDateTime",
    "dosageInstruction",
    "doseAndRate",
    "doseQuantity",
    "contained",
    "issued",
    "valueDateTime",
];

const TYPES: &[&str] = &[
    "Patient",
    "Observation",
    "DiagnosticReport",
    "Condition",
    "Procedure",
    "MedicationRequest",
    "AllergyIntolerance",
    "Specimen",
    "Encounter",
    "FamilyMemberHistory",
    "Immunization",
];

/// A text that nothing but a leak brings into an output, in forms that codes, dates and
/// references have.
fn canary() -> impl Strategy<Value = String> {
    let number = 10_000_u32..99_999;
    (number, 0..10_u8).prop_map(|(number, form)| match form {
        0 => format!("Qanary{number}"),
        1 => format!("Q-{number}"),
        2 => format!("1{number}77123"),
        3 => format!("19{:02}-0{}-1{}", number % 100, number % 9 + 1, number % 9),
        4 => format!("Patient/Qanary{number}"),
        5 => format!("Qanary {number} Street"),
        6 => format!("urn:oid:2.16.{number}"),
        7 => format!("https://qanary{number}.example/x"),
        8 => format!("{number}"),
        _ => format!("2025-1{}-0{}T01:02:03Z", number % 3, number % 9 + 1),
    })
}

fn system() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("http://loinc.org".to_owned()),
        Just("http://snomed.info/sct".to_owned()),
        Just("http://unitsofmeasure.org".to_owned()),
        Just("http://hl7.org/fhir/sid/icd-10-cm".to_owned()),
        Just("http://terminology.hl7.org/CodeSystem/observation-category".to_owned()),
        Just("US".to_owned()),
        Just("final".to_owned()),
        canary(),
    ]
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => canary().prop_map(Value::String),
        1 => system().prop_map(Value::String),
        1 => (0_i64..200).prop_map(|number| json!(number)),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        let members =
            proptest::collection::vec((proptest::sample::select(NAMES), inner.clone()), 0..6);
        let members = members.prop_map(|members| {
            members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
        });
        prop_oneof![
            members.prop_map(Value::Object),
            proptest::collection::vec(inner, 0..3).prop_map(Value::Array),
        ]
    })
}

/// All texts of a value.
fn texts(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Object(members) => members.values().for_each(|item| texts(item, into)),
        _ => {}
    }
}

/// A text of a known system's words, or a number of few digits, is none that tells who somebody
/// is; a whole date or five digits are.
fn is_harmless(text: &str) -> bool {
    text.len() < 5 || !text.chars().any(|letter| letter.is_ascii_digit() || letter == 'Q')
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_text_of_the_input_is_in_the_output(
        name in proptest::sample::select(TYPES),
        members in proptest::collection::vec((proptest::sample::select(NAMES), tree()), 1..12),
    ) {
        let mut of: Map<String, Value> =
            members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        of.insert("resourceType".to_owned(), json!(name));
        of.insert("id".to_owned(), json!("Qanary-id"));
        of.insert("status".to_owned(), json!("final"));
        let of = Value::Object(of);
        let key = key();
        let mut report = Report::default();
        let outcome = resource(&of, &settings(&key, Tier::Controlled, true), &mut report);
        let told = serde_json::to_string(&report).unwrap();
        let Outcome::Passes(found) = outcome else { return Ok(()) };
        let mut given = Vec::new();
        texts(&of, &mut given);
        let mut shown = Vec::new();
        texts(&found, &mut shown);
        for text in given.iter().filter(|text| !is_harmless(text)) {
            // Pseudonyms are digits, too: whole texts and their parts after a slash are compared.
            for out in &shown {
                let part = out.rsplit('/').next().unwrap_or_default();
                prop_assert!(out != text && part != text, "{text} in {found}");
                prop_assert!(part.len() == 32 || !out.contains(text.as_str()), "{text} in {found}");
            }
            prop_assert!(!told.contains(text.as_str()), "{text} in {told}");
        }
        for out in &shown {
            let is_date = out.len() > 4 && out.as_bytes().get(4) == Some(&b'-')
                && out.bytes().take(4).all(|byte| byte.is_ascii_digit());
            prop_assert!(!is_date, "{out}");
        }
        // The same again: no chance in it, and it fits its own table.
        let again = resource(&of, &settings(&key, Tier::Controlled, true), &mut report);
        prop_assert_eq!(again, Outcome::Passes(found));
    }

    #[test]
    fn a_patient_of_any_values_is_not_told_of(
        family in "[A-Z][a-z]{5,12}", number in "[0-9]{7,10}", zip in "[0-9]{5}",
        born in "19[3-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])", city in "[A-Z][a-z]{6,12}",
    ) {
        let mut of = patient();
        of["name"][0]["family"] = json!(family);
        of["identifier"][1]["value"] = json!(number);
        of["address"][0]["postalCode"] = json!(zip);
        of["address"][0]["city"] = json!(city);
        of["birthDate"] = json!(born);
        let mut found = passed(&of);
        found["id"] = json!("");
        let text = found.to_string();
        for hidden in [&family, &number, &zip, &born, &city] {
            prop_assert!(!text.contains(hidden.as_str()), "{hidden} in {text}");
        }
    }
}

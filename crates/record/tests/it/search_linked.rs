//! Search over more than one resource, in an order, and by what a hand-written table had not.

use crate::support::{access, commit, fixture, narrowed, observation, patient, patient_fact, put};
use record::{
    Condition, Failure, Found, Include, Query, Record, ResourceChange, Role, Search, SortKey, Term,
    Total,
};
use serde_json::{Value, json};

fn search(resource_type: &str, terms: &[(&str, &str)]) -> Search {
    Search {
        query: Query {
            resource_type: resource_type.to_owned(),
            terms: terms.iter().map(|(name, value)| Term::parse(name, value)).collect(),
            count: 100,
            cursor: None,
        },
        sort: Vec::new(),
        includes: Vec::new(),
        total: Total::Accurate,
    }
}

fn find(record: &Record, search: &Search) -> Found {
    let found = record.find(&access(Role::Prescriber), search).unwrap();
    assert!(found.unknown_parameters.is_empty(), "{search:?}");
    found
}

fn ids(stored: &[record::Stored]) -> Vec<String> {
    stored.iter().map(|one| one.reference.id.clone()).collect()
}

/// One quantity, and the terms that find it or do not.
fn measured(id: &str, value: &Value) -> ResourceChange {
    let mut resource = observation(id, "p1", "x");
    resource["valueQuantity"] = value.clone();
    put(resource)
}

#[test]
fn quantities_are_compared_as_the_standard_says() {
    const UCUM: &str = "http://unitsofmeasure.org";
    let fixture = fixture();
    let number = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
    let of =
        |text: &str| json!({"value": number(text), "unit": "mg", "system": UCUM, "code": "mg"});
    let below = |sign: &str, text: &str| {
        let mut quantity = json!({"comparator": sign, "system": UCUM, "code": "mg"});
        quantity["value"] = number(text);
        quantity
    };
    commit(
        &fixture.record,
        vec![
            patient("p1", "Example", "1"),
            measured("a", &of("5.4")),
            measured("b", &of("5.40")),
            measured("c", &of("5.449")),
            measured("d", &of("5.45")),
            measured("e", &of("100")),
            measured("f", &of("-3")),
            measured("g", &below("<", "5")),
            measured("h", &below(">=", "7")),
            measured("i", &json!({"value": number("5.4"), "unit": "tablet"})),
        ],
    )
    .unwrap();
    // FHIR R4 §3.1.1.4.5 and §3.1.1.4.11; the half-open range of 5.4 is 5.35 to 5.45.
    for (value, expected) in [
        ("5.4", "abci"),
        ("5.40", "abi"),
        ("5.400", "abi"),
        ("5.4|http://unitsofmeasure.org|mg", "abc"),
        ("5.4||mg", "abc"),
        ("5.4||tablet", "i"),
        ("5.4|http://unitsofmeasure.org|", "abc"),
        ("5.4|urn:other|mg", ""),
        ("ne5.4||mg", "defgh"),
        ("gt5.4||mg", "cdeh"),
        ("lt5.4||mg", "fg"),
        ("ge5.45||mg", "deh"),
        ("le5.4||mg", "abfg"),
        ("ge5||mg", "abcdeh"),
        ("sa5||mg", "abcdeh"),
        ("eb5||mg", "fg"),
        ("ap5||mg", "abcdg"),
        ("1e2", "e"),
        ("-3", "f"),
        ("-3,100", "ef"),
        ("1e2||mg", "e"),
    ] {
        let found = find(&fixture.record, &search("Observation", &[("value-quantity", value)]));
        assert_eq!(ids(&found.entries).concat(), expected, "{value}");
    }
}

#[test]
fn a_composite_holds_within_one_component() {
    let fixture = fixture();
    let component = |code: &str, value: &str| {
        json!({"code": {"coding": [{"system": "http://loinc.org", "code": code}]},
            "valueCodeableConcept": {"coding": [{"code": value}]}})
    };
    let with = |id: &str, components: Vec<Value>| {
        let mut resource = observation(id, "p1", "69548-6");
        resource["valueCodeableConcept"] = json!({"coding": [{"code": "LA9633-4"}]});
        resource["component"] = json!(components);
        put(resource)
    };
    let gene = |gene: &str| component("48018-6", gene);
    let allele = |allele: &str| component("84413-4", allele);
    commit(
        &fixture.record,
        vec![
            patient("p1", "Example", "1"),
            with("a", vec![gene("HGNC:2621"), allele("*2")]),
            with("b", vec![allele("HGNC:2621"), gene("*2")]),
            with("c", vec![]),
        ],
    )
    .unwrap();
    for (name, value, expected) in [
        ("component-code-value-concept", "48018-6$HGNC:2621", "a"),
        ("component-code-value-concept", "http://loinc.org|48018-6$HGNC:2621", "a"),
        ("component-code-value-concept", "urn:other|48018-6$HGNC:2621", ""),
        ("component-code-value-concept", "84413-4$HGNC:2621,84413-4$*2", "ab"),
        ("component-code-value-concept", "69548-6$LA9633-4", ""),
        ("combo-code-value-concept", "69548-6$LA9633-4", "abc"),
        ("combo-code-value-concept", "84413-4$*2", "a"),
        ("combo-code-value-concept", "69548-6$*2", ""),
        ("code-value-concept", "69548-6$LA9633-4", "abc"),
        ("code-value-concept", "84413-4$*2", ""),
    ] {
        let found = find(&fixture.record, &search("Observation", &[(name, value)]));
        assert_eq!(ids(&found.entries).concat(), expected, "{name}={value}");
        let terms = [(name, value), ("patient", "p1")];
        let driven = find(&fixture.record, &search("Observation", &terms));
        assert_eq!(ids(&driven.entries).concat(), expected, "driven {name}={value}");
    }
}

/// Two patients with an order, a report and results each, and a page about all of it.
fn linked(record: &Record) {
    let mut changes = vec![];
    for (number, family) in [("1", "Müller"), ("2", "Smith")] {
        let id = format!("p{number}");
        let resource = json!({
            "resourceType": "Patient", "id": id, "name": [{"family": family, "given": ["Ana"]}],
            "birthDate": "1961-04-02", "deceasedDateTime": "2026-01-01",
            "identifier": [{"system": "urn:mrn", "value": number,
                "type": {"text": "Medical record number"}}],
            "telecom": [{"system": "phone", "value": "555"},
                {"system": "email", "value": "a@b.example"}],
            "address": [{"city": "Springfield", "line": ["12 Oak Street"]}],
            "managingOrganization": {"reference": "Organization/o1"},
            "meta": {"profile": ["http://example.org/fhir/patient|1.0"],
                "tag": [{"system": "urn:tags", "code": "demo"}], "source": "urn:feed:north"},
        });
        let facts = vec![patient_fact(&id, family, number)];
        changes.push(ResourceChange::put(resource, facts, Condition::Any));
        let mut result = observation(&format!("result{number}"), &id, "81247-9");
        result["code"]["text"] = json!("Master HL7 genetic report");
        result["code"]["coding"][0]["display"] = json!("Genomic structured report");
        result["performer"] = json!([{"identifier": {"system": "urn:npi", "value": "77"}}]);
        changes.push(put(result));
        changes.push(put(json!({
            "resourceType": "DiagnosticReport", "id": format!("report{number}"), "status": "final",
            "code": {"text": "only words"}, "subject": {"reference": format!("Patient/{id}")},
            "result": [{"reference": format!("Observation/result{number}")}],
        })));
        changes.push(put(json!({
            "resourceType": "Provenance", "id": format!("provenance{number}"),
            "target": [{"reference": format!("DiagnosticReport/report{number}")}],
            "recorded": "2026-01-02T00:00:00Z", "agent": [{"who": {"display": "somebody"}}],
        })));
    }
    changes.push(put(json!({"resourceType": "Organization", "id": "o1", "name": "North"})));
    commit(record, changes).unwrap();
}

#[test]
fn chains_texts_and_what_all_types_have_are_searched() {
    let fixture = fixture();
    linked(&fixture.record);
    for (resource_type, terms, expected) in [
        ("Observation", vec![("subject:Patient.name", "mül")], vec!["result1"]),
        ("Observation", vec![("patient.identifier", "urn:mrn|2")], vec!["result2"]),
        ("Observation", vec![("patient.name:exact", "smith")], vec![]),
        ("Observation", vec![("subject:Patient.name:exact", "Smith")], vec!["result2"]),
        ("Observation", vec![("subject.family", "smith")], vec!["result2"]),
        ("Observation", vec![("patient._id", "p1")], vec!["result1"]),
        ("Observation", vec![("patient.gender:missing", "true")], vec!["result1", "result2"]),
        ("Observation", vec![("patient", "p2"), ("patient.family", "müller")], vec![]),
        ("DiagnosticReport", vec![("result.code", "81247-9")], vec!["report1", "report2"]),
        (
            "DiagnosticReport",
            vec![("result.performer:identifier", "77")],
            vec!["report1", "report2"],
        ),
        ("Patient", vec![("_has:Observation:patient:code", "81247-9")], vec!["p1", "p2"]),
        ("Patient", vec![("_has:Observation:subject:_id", "result2")], vec!["p2"]),
        ("Patient", vec![("_has:Observation:patient:code:not", "81247-9")], vec![]),
        (
            "Observation",
            vec![("_has:DiagnosticReport:result:subject", "Patient/p1")],
            vec!["result1"],
        ),
        ("Observation", vec![("code:text", "master hl7")], vec!["result1", "result2"]),
        ("Observation", vec![("code:text", "genomic str")], vec!["result1", "result2"]),
        ("Observation", vec![("code:text", "report")], vec![]),
        ("Observation", vec![("performer:identifier", "urn:npi|77")], vec!["result1", "result2"]),
        ("Observation", vec![("performer:missing", "false")], vec!["result1", "result2"]),
        // A code that is only words is there, though no code finds it.
        ("DiagnosticReport", vec![("code:missing", "false")], vec!["report1", "report2"]),
        ("DiagnosticReport", vec![("code:text", "only")], vec!["report1", "report2"]),
        ("Patient", vec![("identifier:text", "medical")], vec!["p1", "p2"]),
        ("Patient", vec![("phone", "555")], vec!["p1", "p2"]),
        ("Patient", vec![("email", "555")], vec![]),
        ("Patient", vec![("address", "12 oak")], vec!["p1", "p2"]),
        ("Patient", vec![("address-city", "spring")], vec!["p1", "p2"]),
        ("Patient", vec![("deceased", "true")], vec!["p1", "p2"]),
        ("Patient", vec![("death-date", "2026")], vec!["p1", "p2"]),
        // A code stands for one of its value set's system (FHIR R4 §3.1.1.4.10).
        (
            "Observation",
            vec![("status", "http://hl7.org/fhir/observation-status|final")],
            vec!["result1", "result2"],
        ),
        (
            "Observation",
            vec![("status", "http://hl7.org/fhir/observation-status|")],
            vec!["result1", "result2"],
        ),
        ("Observation", vec![("status", "urn:other|final")], vec![]),
        ("Patient", vec![("_tag", "urn:tags|demo")], vec!["p1", "p2"]),
        ("Patient", vec![("_tag", "urn:other|demo")], vec![]),
        ("Patient", vec![("_source", "urn:feed:north")], vec!["p1", "p2"]),
        ("Patient", vec![("_profile", "http://example.org/fhir/patient")], vec!["p1", "p2"]),
        ("Patient", vec![("_profile", "http://example.org/fhir/patient|1.0")], vec!["p1", "p2"]),
        ("Patient", vec![("_profile", "http://example.org/fhir")], vec![]),
        ("Patient", vec![("_profile:below", "http://example.org/fhir")], vec!["p1", "p2"]),
        ("Patient", vec![("_profile:below", "http://example.org/fh")], vec![]),
        (
            "Patient",
            vec![("_profile:above", "http://example.org/fhir/patient/x")],
            vec!["p1", "p2"],
        ),
    ] {
        let found = find(&fixture.record, &search(resource_type, &terms));
        assert_eq!(ids(&found.entries), expected, "{resource_type} {terms:?}");
        assert_eq!(found.total, Some(expected.len() as u64), "{resource_type} {terms:?}");
    }
}

fn include(name: &str, value: &str) -> Include {
    Include::parse(name, value).unwrap()
}

#[test]
fn includes_follow_references_both_ways() {
    let fixture = fixture();
    linked(&fixture.record);
    let subject = || include("_include", "DiagnosticReport:subject");
    for (includes, expected) in [
        (vec![subject()], vec!["p1"]),
        (vec![include("_include", "DiagnosticReport:subject:Group")], vec![]),
        (vec![subject(), include("_include", "DiagnosticReport:result")], vec!["result1", "p1"]),
        (vec![include("_include", "DiagnosticReport:*")], vec!["result1", "p1"]),
        (vec![subject(), include("_include:iterate", "Patient:organization")], vec!["o1", "p1"]),
        (vec![subject(), include("_revinclude", "Provenance:target")], vec!["p1", "provenance1"]),
        (
            vec![subject(), include("_revinclude:iterate", "Observation:subject")],
            vec!["result1", "p1"],
        ),
    ] {
        let search =
            Search { includes, ..search("DiagnosticReport", &[("subject", "Patient/p1")]) };
        let found = find(&fixture.record, &search);
        assert_eq!(ids(&found.entries), ["report1"]);
        assert_eq!(ids(&found.included), expected, "{:?}", search.includes);
        assert_eq!(found.total, Some(1), "what is taken along is not counted");
    }
    for (name, value) in [
        ("_include", "Observation"),
        ("_include", "Observation:code"),
        ("_include", "Observation:subject:Observation"),
        ("_include", "Basic:subject"),
        ("_include:exact", "Observation:subject"),
        ("_include", "Observation:subject:Patient:more"),
    ] {
        let refused = Include::parse(name, value);
        let is_named = |place: &str| name.starts_with(place);
        assert!(
            matches!(&refused, Err(Failure::Invalid { place, .. }) if is_named(place)),
            "{name}={value}: {refused:?}"
        );
    }
    for includes in [
        vec![include("_include", "Observation:subject")],
        vec![include("_revinclude", "Observation:specimen")],
        vec![subject(); record::limit::INCLUDES_MAX + 1],
    ] {
        let search = Search { includes, ..search("DiagnosticReport", &[]) };
        assert!(fixture.record.find(&access(Role::Prescriber), &search).is_err());
    }
}

#[test]
fn what_may_not_be_known_is_neither_followed_nor_taken_along() {
    let fixture = fixture();
    linked(&fixture.record);
    // A result of p2's that refers to p1's report, as an import gone wrong may.
    let mut crossed = observation("crossed", "p2", "81247-9");
    crossed["derivedFrom"] = json!([{"reference": "Observation/result1"}]);
    crossed["performer"] = json!([{"reference": "Patient/p1"}]);
    commit(&fixture.record, vec![put(crossed)]).unwrap();
    let reader = narrowed(Role::Prescriber, &["p2"]);
    for (resource_type, terms, includes, found, along) in [
        ("Observation", vec![("subject:Patient.name", "mül")], vec![], vec![], vec![]),
        ("Observation", vec![("derived-from.code", "81247-9")], vec![], vec![], vec![]),
        ("Observation", vec![("performer:Patient.name", "mül")], vec![], vec![], vec![]),
        ("Patient", vec![("_has:Observation:performer:_id", "crossed")], vec![], vec![], vec![]),
        (
            "Observation",
            vec![("_id", "crossed")],
            vec![
                include("_include", "Observation:*"),
                include("_include:iterate", "Observation:*"),
            ],
            vec!["crossed"],
            vec!["p2"],
        ),
        (
            "Organization",
            vec![],
            vec![include("_revinclude", "Patient:organization")],
            vec!["o1"],
            vec!["p2"],
        ),
    ] {
        let asked = Search { includes, ..search(resource_type, &terms) };
        let answer = fixture.record.find(&reader, &asked).unwrap();
        assert_eq!((ids(&answer.entries), ids(&answer.included)), (texts(&found), texts(&along)));
        assert_eq!(answer.total, Some(found.len() as u64), "{terms:?}");
    }
    // The same with everything in sight finds more, so the cases above are no accident.
    let wide = find(&fixture.record, &search("Observation", &[("derived-from.code", "81247-9")]));
    assert_eq!(ids(&wide.entries), ["crossed"]);
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn a_cursor_of_an_order_is_bound_to_its_search_and_outlives_deletions() {
    let fixture = fixture();
    let names = ["b", "a", "c", "a", "b"];
    let numbered = names.iter().enumerate();
    let changes = numbered.map(|(at, name)| patient(&format!("p{at}"), name, "1")).collect();
    commit(&fixture.record, changes).unwrap();
    let by_name = |cursor: Option<String>| {
        let mut asked = Search { sort: SortKey::parse("-family"), ..search("Patient", &[]) };
        asked.query.count = 2;
        asked.query.cursor = cursor;
        asked
    };
    let first = find(&fixture.record, &by_name(None));
    assert_eq!(ids(&first.entries), ["p2", "p0"]);
    // The last one of the page goes; the next page still begins after it.
    let gone = ResourceChange::Delete {
        resource_type: "Patient".to_owned(),
        id: "p0".to_owned(),
        condition: Condition::Any,
    };
    commit(&fixture.record, vec![gone]).unwrap();
    let second = find(&fixture.record, &by_name(first.next.clone()));
    assert_eq!(ids(&second.entries), ["p4", "p1"]);
    let third = find(&fixture.record, &by_name(second.next));
    assert_eq!((ids(&third.entries), third.next), (texts(&["p3"]), None));
    let next = first.next.unwrap();
    let mut altered = next.clone();
    let last = if altered.ends_with('0') { '1' } else { '0' };
    altered.pop();
    altered.push(last);
    let mut other = by_name(Some(next));
    other.sort = SortKey::parse("family");
    for bad in [by_name(Some(altered)), other] {
        let refused = fixture.record.find(&access(Role::Prescriber), &bad);
        assert!(matches!(refused, Err(Failure::Invalid { .. })), "{refused:?}");
    }
}

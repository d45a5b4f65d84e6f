//! Search as callers see it: FHIR R4 §3.1.1.

use crate::support::{access, commit, fixture, narrowed, observation, patient, patient_fact, put};
use proptest::prelude::*;
use record::{
    Access, Condition, Failure, Page, Parameter, ParameterKind, Query, Record, ResourceChange,
    Role, Term, search_parameters, searched_types,
};
use serde_json::json;

fn query(resource_type: &str, terms: &[(&str, &str)]) -> Query {
    Query {
        resource_type: resource_type.to_owned(),
        terms: terms.iter().map(|(name, value)| Term::parse(name, value)).collect(),
        count: 100,
        cursor: None,
    }
}

fn ids(page: &Page) -> Vec<&str> {
    page.entries.iter().map(|entry| entry.reference.id.as_str()).collect()
}

fn search(record: &Record, resource_type: &str, terms: &[(&str, &str)]) -> Page {
    record.search(&access(Role::Prescriber), &query(resource_type, terms)).unwrap()
}

fn fill(record: &Record) {
    let name = |family: &str, given: &str| json!([{"family": family, "given": [given]}]);
    let plain = |id: &str, family: &str, given: &str, born: Option<&str>, number: &str| {
        let mut resource = json!({
            "resourceType": "Patient", "id": id, "name": name(family, given),
            "identifier": [{"system": "urn:a", "value": number}],
        });
        if let Some(born) = born {
            resource["birthDate"] = json!(born);
        }
        let facts = vec![patient_fact(id, family, number)];
        ResourceChange::put(resource, facts, Condition::Any)
    };
    let mut coded = observation("o-both", "p1", "81247-9");
    coded["code"]["coding"].as_array_mut().unwrap().push(json!({"code": "local"}));
    coded["category"] = json!([{"coding": [{"system": "urn:c", "code": "laboratory"}]}]);
    coded["effectiveDateTime"] = json!("2026-03-01T10:00:00Z");
    let mut period = observation("o-period", "p2", "48018-6");
    period.as_object_mut().unwrap().remove("effectiveDateTime");
    period["effectivePeriod"] = json!({"start": "2026-02-01", "end": "2026-02-10"});
    period["status"] = json!("amended");
    let mut open = observation("o-open", "p2", "48018-6");
    open.as_object_mut().unwrap().remove("effectiveDateTime");
    open["effectivePeriod"] = json!({"start": "2026-04"});
    let mut undated = observation("o-undated", "p1", "a|b,c");
    undated.as_object_mut().unwrap().remove("effectiveDateTime");
    let report = json!({
        "resourceType": "DiagnosticReport", "id": "r1", "status": "final",
        "subject": {"reference": "Patient/p1"},
        "result": [{"reference": "Observation/o-both"}, {"reference": "urn:example:elsewhere"}],
        "identifier": [{"system": "urn:lab", "value": "F-1"}],
    });
    let order = json!({
        "resourceType": "MedicationRequest", "id": "m1", "status": "active",
        "subject": {"reference": "Patient/p1"}, "authoredOn": "2026-05-05",
        "medicationCodeableConcept": {"coding": [
            {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "32968"}]},
    });
    commit(
        record,
        vec![
            plain("p1", "Müller", "Ana", Some("1961-04-02"), "1"),
            plain("p2", "Muller-Lüdenscheidt", "Ben", Some("1961"), "2"),
            plain("p3", "de la Cruz", "Anabel", None, "1"),
            put(observation("o-plain", "p1", "48018-6")),
            put(coded),
            put(period),
            put(open),
            put(undated),
            put(report),
            put(order),
        ],
    )
    .unwrap();
    commit(record, vec![put(observation("o-gone", "p1", "48018-6"))]).unwrap();
    let gone = ResourceChange::Delete {
        resource_type: "Observation".to_owned(),
        id: "o-gone".to_owned(),
        condition: Condition::Any,
    };
    commit(record, vec![gone]).unwrap();
}

const O: &str = "Observation";
const ALL: &[&str] = &["o-both", "o-open", "o-period", "o-plain", "o-undated"];

/// Type, terms, and the ids they find.
type Case = (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);

/// Every kind of term over what `fill` stores.
const CASES: &[Case] = &[
    (O, &[], ALL),
    // token, §3.1.1.4.10
    (O, &[("code", "81247-9")], &["o-both"]),
    (O, &[("code", "http://loinc.org|81247-9")], &["o-both"]),
    (O, &[("code", "|local")], &["o-both"]),
    (O, &[("code", "|81247-9")], &[]),
    (O, &[("code", "urn:other|81247-9")], &[]),
    (O, &[("code", "http://loinc.org|")], ALL),
    (O, &[("code", "81247-9,48018-6")], &["o-both", "o-open", "o-period", "o-plain"]),
    (O, &[("code", "81247-9"), ("code", "local")], &["o-both"]),
    (O, &[("code", "81247-9"), ("code", "48018-6")], &[]),
    (O, &[("code", r"a\|b\,c")], &["o-undated"]),
    (O, &[("code:not", "48018-6")], &["o-both", "o-undated"]),
    (O, &[("status", "amended")], &["o-period"]),
    (O, &[("status", "AMENDED")], &[]),
    (O, &[("category:missing", "false")], &["o-both"]),
    (O, &[("category:missing", "true"), ("patient", "p1")], &["o-plain", "o-undated"]),
    // reference
    (O, &[("patient", "p1")], &["o-both", "o-plain", "o-undated"]),
    (O, &[("patient", "p1"), ("code", "48018-6"), ("date:missing", "false")], &["o-plain"]),
    (O, &[("patient", "p1"), ("code:not", "48018-6")], &["o-both", "o-undated"]),
    (O, &[("patient", "p1"), ("date", "ge2026-03")], &["o-both"]),
    (O, &[("patient", "p1,p2"), ("status", "amended")], &["o-period"]),
    (O, &[("patient", "Patient/p2")], &["o-open", "o-period"]),
    (O, &[("subject:Patient", "p2")], &["o-open", "o-period"]),
    (O, &[("subject:Group", "p2")], &[]),
    (O, &[("subject", "Group/p2")], &[]),
    (O, &[("_id", "o-plain,o-both,p1")], &["o-both", "o-plain"]),
    // date, §3.1.1.4.6 and §3.1.1.4.7
    (O, &[("date", "2026-01-02")], &["o-plain"]),
    (O, &[("date", "2026-01")], &["o-plain"]),
    (O, &[("date", "2026-03-01")], &["o-both"]),
    (O, &[("date", "2026-03-01T10:00")], &["o-both"]),
    (O, &[("date", "2026-03-01T12:00:00+02:00")], &["o-both"]),
    (O, &[("date", "2026-02-05")], &[]),
    (O, &[("date", "2026-02")], &["o-period"]),
    (O, &[("date", "gt2026-02-05")], &["o-both", "o-open", "o-period"]),
    (O, &[("date", "sa2026-02-05")], &["o-both", "o-open"]),
    (O, &[("date", "lt2026-02-05")], &["o-period", "o-plain"]),
    (O, &[("date", "eb2026-02-05")], &["o-plain"]),
    (O, &[("date", "ge2026-03-01"), ("date", "le2026-03-01")], &["o-both"]),
    (O, &[("date", "ge2030")], &["o-open"]),
    (O, &[("date", "ne2026-01-02")], &["o-both", "o-open", "o-period"]),
    (O, &[("date:missing", "true")], &["o-undated"]),
    (O, &[("_lastUpdated", "2026-01-01")], ALL),
    (O, &[("_lastUpdated", "gt2026-01-01")], &[]),
    // string, §3.1.1.4.8
    ("Patient", &[("name", "mül")], &["p1"]),
    ("Patient", &[("family", "MU")], &["p2"]),
    ("Patient", &[("given", "ana")], &["p1", "p3"]),
    ("Patient", &[("given:exact", "Ana")], &["p1"]),
    ("Patient", &[("given:exact", "ana")], &[]),
    ("Patient", &[("family:contains", "LA C")], &["p3"]),
    ("Patient", &[("family:contains", "%")], &[]),
    ("Patient", &[("family", "Cruz")], &[]),
    ("Patient", &[("birthdate", "1961-04-02")], &["p1"]),
    ("Patient", &[("birthdate", "1961")], &["p1", "p2"]),
    ("Patient", &[("birthdate:missing", "true")], &["p3"]),
    ("Patient", &[("identifier", "1")], &["p1", "p3"]),
    ("Patient", &[("identifier", "1"), ("name", "de la")], &["p3"]),
    ("Patient", &[("identifier", "1"), ("birthdate:missing", "true")], &["p3"]),
    ("Patient", &[("identifier", "urn:a|2")], &["p2"]),
    ("Patient", &[("identifier", "urn:b|2")], &[]),
    ("Patient", &[("identifier", "urn:a|")], &["p1", "p2", "p3"]),
    ("DiagnosticReport", &[("result", "Observation/o-both")], &["r1"]),
    ("DiagnosticReport", &[("result", "urn:example:elsewhere")], &["r1"]),
    ("DiagnosticReport", &[("identifier", "urn:lab|F-1")], &["r1"]),
    ("MedicationRequest", &[("code", "32968"), ("status", "active")], &["m1"]),
    ("MedicationRequest", &[("authoredon", "2026-05")], &["m1"]),
];

#[test]
fn a_long_text_is_found_by_its_beginning_and_equals_none() {
    let fixture = fixture();
    let record = &fixture.record;
    // Nothing that a database could fold: every word is another.
    let words: Vec<String> = (0..2000).map(|word| format!("{word:x}\u{e4}")).collect();
    let long = words.concat();
    for (id, length) in [("o1", 6000), ("o2", 1024), ("o3", 1025)] {
        let text: String = long.chars().take(length).collect();
        let mut resource = observation(id, "p1", "x");
        resource["valueString"] = json!(text);
        resource["code"]["coding"][0]["code"] = json!(text.replace('\u{e4}', "-"));
        commit(record, vec![put(resource)]).unwrap();
    }
    let found = |name: &str, value: &str| {
        let query = Query {
            resource_type: "Observation".to_owned(),
            terms: vec![Term::parse(name, value)],
            count: 10,
            cursor: None,
        };
        record.search(&access(Role::Prescriber), &query).unwrap().total
    };
    let start = |bytes: usize| long.get(..long.floor_char_boundary(bytes)).unwrap();
    assert_eq!(found("value-string", start(100)), 3);
    assert_eq!(found("value-string:contains", "5\u{e4}6\u{e4}7\u{e4}"), 3);
    assert_eq!(found("value-string:exact", start(1024)), 0);
    let code = long.replace('\u{e4}', "-");
    assert_eq!(found("code", code.get(..1024).unwrap()), 1);
}

#[test]
fn terms_find_what_they_say() {
    let fixture = fixture();
    fill(&fixture.record);
    for (resource_type, terms, expected) in CASES {
        let page = search(&fixture.record, resource_type, terms);
        let mut found = ids(&page);
        found.sort_unstable();
        assert_eq!(found, *expected, "{resource_type} {terms:?}");
        assert_eq!(page.total, expected.len() as u64, "{resource_type} {terms:?}");
        assert!(page.unknown_parameters.is_empty(), "{terms:?}");
        // A term that selects few makes the others be looked up another way, with one answer.
        let ids_of_all = match *resource_type {
            O => ALL.join(","),
            "Patient" => "p1,p2,p3".to_owned(),
            _ => "m1,r1".to_owned(),
        };
        let mut driven = terms.to_vec();
        driven.push(("_id", &ids_of_all));
        let page = search(&fixture.record, resource_type, &driven);
        let mut found = ids(&page);
        found.sort_unstable();
        assert_eq!(found, *expected, "driven {resource_type} {terms:?}");
        assert_eq!(page.total, expected.len() as u64, "driven {resource_type} {terms:?}");
    }
}

#[test]
fn what_is_not_known_is_told_and_what_cannot_be_read_refused() {
    let fixture = fixture();
    fill(&fixture.record);
    let page = search(
        &fixture.record,
        "Observation",
        &[("nonsense", "1"), ("code", "81247-9"), ("non.sense", "1")],
    );
    assert_eq!(page.unknown_parameters, ["nonsense", "non.sense"]);
    assert_eq!(ids(&page), ["o-both"]);
    for (name, value) in [
        ("date", "yesterday"),
        ("date", "ap2026"),
        ("date", "2026-13"),
        ("code", "a|b|c"),
        ("code", "|"),
        ("code", ""),
        ("code", "a,,b"),
        ("code:missing", "maybe"),
        ("subject:Patient", "Group/p1"),
        // A modifier that is not known would change the meaning (FHIR R4 §3.1.1.4.4).
        ("code:below", "x"),
        ("date:exact", "2026"),
        ("subject:Observation", "x"),
        ("_id:missing", "true"),
        ("value-quantity", "much"),
        ("value-quantity", "5.4|mg"),
        ("value-quantity", "xx5"),
        ("value-quantity", "1e99999"),
        ("component-code-value-concept", "a"),
        ("component-code-value-concept", "a$b$c"),
        ("code-value-quantity", "a$much"),
    ] {
        let reader = access(Role::Prescriber);
        match fixture.record.search(&reader, &query("Observation", &[(name, value)])) {
            Err(Failure::Invalid { place, .. }) => {
                assert_eq!(place, name.split(':').next().unwrap());
            }
            other => panic!("{name}={value}: {other:?}"),
        }
    }
}

#[test]
fn the_index_follows_the_current_version() {
    let fixture = fixture();
    commit(&fixture.record, vec![put(observation("o1", "p1", "old"))]).unwrap();
    commit(&fixture.record, vec![put(observation("o1", "p1", "new"))]).unwrap();
    assert!(search(&fixture.record, "Observation", &[("code", "old")]).entries.is_empty());
    assert_eq!(ids(&search(&fixture.record, "Observation", &[("code", "new")])), ["o1"]);
}

fn pages(record: &Record, reader: &Access, count: u32) -> Vec<String> {
    let mut found = Vec::new();
    let mut query = Query { count, ..query("Observation", &[("code", "48018-6")]) };
    loop {
        let page = record.search(reader, &query).unwrap();
        assert!(page.entries.len() <= count as usize);
        found.extend(ids(&page).into_iter().map(str::to_owned));
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => return found,
        }
    }
}

#[test]
fn paging_gives_every_entry_once_in_the_order_of_arrival() {
    let fixture = fixture();
    let names = ["A", "B", "a", "b", "A-1", "A.1", "10", "9", "Z"];
    let changes = names.iter().map(|id| put(observation(id, "p1", "48018-6"))).collect();
    commit(&fixture.record, changes).unwrap();
    // In the order in which they came.
    let expected: Vec<_> = names.iter().map(|id| (*id).to_owned()).collect();
    let reader = access(Role::Prescriber);
    for count in [1, 2, 3, 8, 9, 10] {
        assert_eq!(pages(&fixture.record, &reader, count), expected, "{count}");
    }
    let none = Query { count: 0, ..query("Observation", &[]) };
    let counted = fixture.record.search(&reader, &none).unwrap();
    assert_eq!((counted.total, counted.entries.len(), counted.next), (9, 0, None));
    // A cursor belongs to its search.
    let first = Query { count: 1, ..query("Observation", &[]) };
    let next = fixture.record.search(&reader, &first).unwrap().next;
    let other = Query { cursor: next, ..query("Observation", &[("status", "final")]) };
    assert!(matches!(fixture.record.search(&reader, &other), Err(Failure::Invalid { .. })));
}

fn composite(resource_type: &str, parameter: &Parameter) -> &'static str {
    let second = parameter.components[1];
    let second = search_parameters(resource_type).iter().find(|known| known.name == second);
    match second.unwrap().kind {
        ParameterKind::Date => "x$2026",
        ParameterKind::Number | ParameterKind::Quantity => "x$5.4",
        _ => "x$x",
    }
}

#[test]
fn every_parameter_of_the_table_can_be_searched() {
    let fixture = fixture();
    for resource_type in searched_types().chain(["Basic"]) {
        let parameters = search_parameters(resource_type);
        assert!(parameters.iter().any(|parameter| parameter.name == "_lastUpdated"));
        for parameter in parameters {
            let value = match parameter.kind {
                ParameterKind::Date => "2026",
                ParameterKind::Number | ParameterKind::Quantity => "5.4",
                ParameterKind::Composite => composite(resource_type, parameter),
                _ => "x",
            };
            let page = search(&fixture.record, resource_type, &[(parameter.name, value)]);
            assert!(page.unknown_parameters.is_empty(), "{resource_type} {}", parameter.name);
        }
    }
}

#[test]
fn a_narrowed_search_is_as_if_the_others_did_not_exist() {
    // Two stores that differ only in what the reader may not see answer the same.
    let (with, without) = (fixture(), fixture());
    for record in [&with.record, &without.record] {
        commit(record, vec![patient("p1", "Seen", "1"), put(observation("o1", "p1", "x"))])
            .unwrap();
    }
    let hidden = vec![patient("p2", "Seen", "1"), put(observation("o2", "p2", "x"))];
    commit(&with.record, hidden).unwrap();
    let reader = narrowed(Role::Prescriber, &["p1", "p9"]);
    for (resource_type, terms) in [
        ("Observation", vec![]),
        ("Observation", vec![("code", "x")]),
        ("Observation", vec![("code:not", "y")]),
        ("Observation", vec![("patient", "p2")]),
        ("Observation", vec![("_id", "o2")]),
        ("Observation", vec![("category:missing", "true")]),
        ("Patient", vec![("name", "seen")]),
        ("Patient", vec![("identifier", "1")]),
    ] {
        for count in [0, 1, 10] {
            let query = Query { count, ..query(resource_type, &terms) };
            let strip = |page: Page| {
                let entries: Vec<_> = page.entries.into_iter().map(|e| e.reference).collect();
                (entries, page.next, page.total, page.unknown_parameters)
            };
            assert_eq!(
                strip(with.record.search(&reader, &query).unwrap()),
                strip(without.record.search(&reader, &query).unwrap()),
                "{resource_type} {terms:?} {count}"
            );
        }
    }
    for (id, seen) in [("o1", true), ("o2", false), ("none", false)] {
        let found = with.record.read(&reader, "Observation", id).unwrap();
        assert_eq!(found.is_some(), seen, "{id}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// The scope of an access and the tenant decide alone what is found, whatever is stored.
    #[test]
    fn no_search_leaves_its_tenant_or_scope(
        rows in prop::collection::vec((0_u8..2, 0_u8..4, 0_u8..12), 1..30),
        scope in prop::collection::btree_set(0_u8..4, 0..4),
    ) {
        let fixture = fixture();
        let at = |tenant: u8, role, patients: Option<&std::collections::BTreeSet<u8>>| {
            let scope = match patients {
                None => record::Scope::Tenant,
                Some(set) => record::Scope::Patients(
                    set.iter().map(|p| model::PatientId::new(format!("p{p}"))).collect(),
                ),
            };
            let tenant = model::TenantId::new(format!("t{tenant}"));
            Access::new(tenant, "a", role, record::Purpose::Treatment, scope)
        };
        let mut stored: Vec<((u8, String), u8)> = Vec::new();
        for (tenant, patient, id) in rows {
            let resource = observation(&format!("o{id}"), &format!("p{patient}"), "x");
            let changes = record::Commit { changes: vec![put(resource)], ..Default::default() };
            fixture.record.commit(&at(tenant, Role::Interface, None), changes).unwrap();
            let key = (tenant, format!("o{id}"));
            match stored.iter_mut().find(|(known, _)| *known == key) {
                Some((_, known)) => *known = patient,
                None => stored.push((key, patient)),
            }
        }
        for tenant in 0..2 {
            for narrowed in [None, Some(&scope)] {
                let expected: Vec<_> = stored
                    .iter()
                    .filter(|((of, _), p)| *of == tenant && narrowed.is_none_or(|s| s.contains(p)))
                    .map(|((_, id), _)| id.as_str())
                    .collect();
                let reader = at(tenant, Role::Prescriber, narrowed);
                let page = fixture.record.search(&reader, &query("Observation", &[])).unwrap();
                prop_assert_eq!(ids(&page), expected.clone());
                prop_assert_eq!(page.total, expected.len() as u64);
            }
        }
    }
}

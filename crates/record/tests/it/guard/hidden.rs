//! Two stores that differ in what is hidden only, asked in every way: no answer differs.

use super::{FAR_AWAY, LONG_AGO, care, consent, file, labelled, sees, two};
use crate::support::{access, commit, gene_fact, observation, put};
use model::PatientId;
use model::patient::Identifier;
use record::{
    CompartmentQuery, Condition, ExportLevel, ExportRequest, Failure, HistoryQuery, Include, Query,
    Record, ResourceChange, Role, Search, SortKey, Term, Total, Walk,
};
use serde_json::json;
use std::ops::ControlFlow;

#[test]
fn a_label_asks_for_a_relationship_that_is_in_force() {
    let fixture = two();
    let record = &fixture.record;
    for label in ["R", "HIV", "PSY"] {
        file(record, labelled(observation("o1", "p1", "x"), label));
        let reader = access(Role::Prescriber);
        assert!(!sees(record, &reader, "o1"), "{label}");
        assert!(sees(record, &reader, "o2"));
        care(record, "prescriber", "p2", LONG_AGO, FAR_AWAY);
        assert!(!sees(record, &reader, "o1"), "{label}: of another patient");
        care(record, "prescriber", "p1", LONG_AGO, LONG_AGO + 5);
        assert!(!sees(record, &reader, "o1"), "{label}: over");
        care(record, "prescriber", "p1", FAR_AWAY - 5, FAR_AWAY);
        assert!(!sees(record, &reader, "o1"), "{label}: to come");
        care(record, "prescriber", "p1", LONG_AGO + 1, FAR_AWAY);
        assert!(sees(record, &reader, "o1"), "{label}");
        // To end it is to give it an end.
        care(record, "prescriber", "p1", LONG_AGO + 1, LONG_AGO + 2);
        assert!(!sees(record, &reader, "o1"), "{label}");
    }
    for label in ["V", "ETH"] {
        file(record, labelled(observation("o1", "p1", "x"), label));
        care(record, "prescriber", "p1", LONG_AGO + 1, FAR_AWAY);
        assert!(!sees(record, &access(Role::Prescriber), "o1"), "{label}");
        care(record, "prescriber", "p1", LONG_AGO + 1, LONG_AGO + 2);
    }
    // A consent opens what is under 42 CFR part 2, and only with the relationship.
    file(record, labelled(observation("o1", "p1", "x"), "42CFRPart2"));
    let provision = json!({"type": "permit", "purpose": [{"code": "TREAT"}]});
    file(record, consent("c1", "p1", provision));
    assert!(!sees(record, &access(Role::Prescriber), "o1"));
    care(record, "prescriber", "p1", LONG_AGO + 1, FAR_AWAY);
    assert!(sees(record, &access(Role::Prescriber), "o1"));
}

#[test]
fn codes_of_the_list_are_labelled_at_filing_and_somatic_genes_are_not() {
    let fixture = two();
    let record = &fixture.record;
    let gene = |class: &str| {
        let mut resource = observation("o1", "p1", "69548-6");
        resource["component"] = json!([
            {"code": {"coding": [{"system": "http://loinc.org", "code": "48018-6"}]},
             "valueCodeableConcept": {"coding": [{"system": "http://www.genenames.org/geneId",
                "code": "HGNC:1100"}]}},
            {"code": {"coding": [{"system": "http://loinc.org", "code": "48002-0"}]},
             "valueCodeableConcept": {"coding": [{"system": "http://loinc.org", "code": class}]}},
        ]);
        resource
    };
    let coded = |system: &str, code: &str| {
        let mut resource = observation("o1", "p1", "x");
        resource["valueCodeableConcept"] = json!({"coding": [{"system": system, "code": code}]});
        resource
    };
    let icd = "http://hl7.org/fhir/sid/icd-10-cm";
    for (resource, labels) in [
        (gene("LA6683-2"), vec!["GDIS"]),
        (gene("LA6684-0"), vec![]),
        (labelled(gene("LA6684-0"), "GDIS"), vec!["GDIS"]),
        (coded(icd, "B20"), vec!["HIV"]),
        (coded(icd, "F10.20"), vec!["ETH"]),
        (coded(icd, "F17.210"), vec![]),
        (coded(icd, "F20.0"), vec!["PSY"]),
        (coded("urn:other", "B20"), vec![]),
        (labelled(coded(icd, "B20"), "R"), vec!["HIV", "R"]),
        (labelled(observation("o1", "p1", "x"), "N"), vec![]),
    ] {
        file(record, resource.clone());
        let officer = access(Role::PrivacyOfficer);
        let of = access(Role::Prescriber);
        let asked = Some(("Observation", "o1"));
        let explained = record.explain(&officer, &of, record::Action::ReadClinical, asked).unwrap();
        let (item, decision) = explained.item.unwrap();
        assert_eq!(item.labels.iter().collect::<Vec<_>>(), labels, "{resource}");
        // The decision that is explained is the one that the query makes.
        assert_eq!(sees(record, &of, "o1"), decision.is_permitted, "{resource}");
        let pharmacist = access(Role::Pharmacist);
        assert_eq!(sees(record, &pharmacist, "o1"), labels.is_empty(), "{resource}");
    }
}

#[test]
fn a_label_that_comes_later_is_of_the_versions_before_it_too() {
    let fixture = two();
    let record = &fixture.record;
    let reader = access(Role::Prescriber);
    assert!(record.vread(&reader, "Observation", "o1", 1).unwrap().is_some());
    file(record, labelled(observation("o1", "p1", "x"), "R"));
    assert!(record.vread(&reader, "Observation", "o1", 1).unwrap().is_none());
    // Taking it off again opens what is filed from then on.
    file(record, observation("o1", "p1", "x"));
    let versions: Vec<bool> = (1..=3)
        .map(|version| record.vread(&reader, "Observation", "o1", version).unwrap().is_some())
        .collect();
    assert_eq!(versions, [false, false, true]);
}

/// Everything that may be asked, as text: ids, counts, order, cursors, errors.
fn answers(record: &Record, role: Role) -> Vec<String> {
    let reader = access(role);
    let patient = PatientId::new("p1");
    let mut found = Vec::new();
    let mut note = |what: &str, answer: String| found.push(format!("{what}: {answer}"));
    for id in ["o1", "secret", "none"] {
        note("read", format!("{:?}", bare(record.read(&reader, "Observation", id))));
        note("vread", format!("{:?}", bare(record.vread(&reader, "Observation", id, 1))));
        note("heads", format!("{:?}", record.heads(&reader, &[("Observation", id)])));
        let query = HistoryQuery {
            resource_type: Some("Observation".to_owned()),
            id: Some(id.to_owned()),
            count: 9,
            ..HistoryQuery::default()
        };
        note("history", format!("{:?}", history(record, &reader, &query)));
    }
    let query = HistoryQuery { count: 50, ..HistoryQuery::default() };
    note("history", format!("{:?}", history(record, &reader, &query)));
    let mut searches: Vec<(&str, Vec<Term>)> = vec![("Observation", vec![]), ("Patient", vec![])];
    for (resource_type, name, value) in [
        ("Observation", "code", "x"),
        ("Observation", "code", "hidden"),
        ("Observation", "code:not", "hidden"),
        ("Observation", "status:missing", "false"),
        ("Observation", "patient", "p1"),
        ("Observation", "subject:Patient.family", "Example"),
        ("Observation", "_id", "secret"),
        ("Patient", "_has:Observation:patient:code", "hidden"),
        ("Patient", "_has:Observation:patient:_id", "secret"),
        ("DiagnosticReport", "result.code", "hidden"),
        ("DiagnosticReport", "result:Observation._id", "secret"),
    ] {
        searches.push((resource_type, vec![Term::parse(name, value)]));
    }
    for (resource_type, terms) in searches {
        for (sort, total) in [(vec![], Total::Accurate), (SortKey::parse("-date,_id"), Total::None)]
        {
            if resource_type == "Patient" && !sort.is_empty() {
                continue;
            }
            let includes = match resource_type {
                "Patient" => Include::parse("_revinclude", "Observation:patient"),
                _ => Include::parse("_include", &format!("{resource_type}:subject")),
            };
            let mut search = Search {
                query: Query {
                    resource_type: resource_type.to_owned(),
                    terms: terms.clone(),
                    count: 2,
                    cursor: None,
                },
                sort,
                includes: includes.into_iter().collect(),
                total,
            };
            for _ in 0..4 {
                let page = record.find(&reader, &search);
                let shown = page.as_ref().map(|page| {
                    let ids = |of: &[record::Stored]| {
                        of.iter().map(|it| it.reference.to_string()).collect::<Vec<_>>()
                    };
                    (ids(&page.entries), ids(&page.included), page.total, page.next.is_some())
                });
                note(&format!("{:?}", search.query.terms), format!("{shown:?}"));
                let Ok(Some(next)) = page.map(|page| page.next) else { break };
                search.query.cursor = Some(next);
            }
        }
    }
    let query = CompartmentQuery { count: 50, ..CompartmentQuery::default() };
    let everything = record.compartment(&reader, &patient, &query);
    note("everything", format!("{:?}", everything.map(|page| ids(&page.entries))));
    let of_types = record.patient_resources(&reader, &patient, &["Observation"]);
    note("types", format!("{:?}", of_types.map(|found| ids(&found))));
    note("facts", format!("{:?}", record.facts(&reader, &patient).map(|it| it.len())));
    let version = model::ResourceRef {
        resource_type: "Observation".to_owned(),
        id: "secret".to_owned(),
        version: 1,
    };
    note("facts", format!("{:?}", record.facts_of_version(&reader, &version)));
    let next = record.next_patients_resources(&reader, &["Observation"], None, 9);
    let next = next.map(|all| all.iter().map(|(_, found)| ids(found)).collect::<Vec<_>>());
    note("next", format!("{next:?}"));
    let mut walked = Vec::new();
    let walk = Walk { resource_type: "Observation".to_owned(), patients: None, since: None };
    let done = record.walk(&reader, &walk, &mut |stored| {
        walked.push(stored.reference.to_string());
        Ok::<_, Failure>(ControlFlow::Continue(()))
    });
    note("walk", format!("{done:?} {walked:?}"));
    note("patients", format!("{:?}", record.patients(&reader, 9).map(|all| all.len())));
    let changed = record.changed_patients(&reader, &["Observation"], 4, 99);
    note("changed", format!("{:?}", changed.map(|it| it.patients)));
    let identifier = Identifier { authority: "urn:example:mrn".into(), value: "3".into() };
    let matched = record.find_patients(&reader, &[identifier]).map(|all| all.len());
    note("matched", format!("{matched:?}"));
    note("statements", format!("{:?}", record.statements(&reader, &patient).map(|it| it.len())));
    note("export", format!("{:?}", exported(record)));
    found
}

fn ids(of: &[record::Stored]) -> Vec<String> {
    of.iter().map(|stored| stored.reference.to_string()).collect()
}

fn bare(of: Result<Option<record::Stored>, Failure>) -> Result<Option<String>, Failure> {
    of.map(|found| found.map(|stored| stored.reference.to_string()))
}

fn history(
    record: &Record,
    reader: &record::Access,
    query: &HistoryQuery,
) -> Result<(Vec<String>, bool, u64), Failure> {
    let page = record.history(reader, query)?;
    Ok((ids(&page.entries), page.next.is_some(), page.total))
}

fn exported(record: &Record) -> Vec<String> {
    let client = access(Role::ServiceClient);
    let request = ExportRequest {
        level: ExportLevel::System,
        types: vec!["Observation".to_owned(), "Consent".to_owned()],
        since: Some(model::Timestamp::from_micros(0)),
        until: None,
        url: String::new(),
        research: None,
    };
    let job = record.begin_export(&client, request).unwrap();
    let mut found = record.export_types(&client, &job).unwrap();
    for resource_type in ["Observation", "Consent"] {
        let page = record.export_page(&client, &job, resource_type, "", 100).unwrap();
        found.extend(ids(&page.entries));
    }
    let gone = record.export_deleted(&client, &job, 0, 100).unwrap();
    found.extend(gone.into_iter().map(|(_, reference)| reference.to_string()));
    found
}

/// One store has hidden resources among the others, the other one has others' in their place.
#[test]
fn hidden_and_absent_are_the_same_on_every_way() {
    let hidden = |label: &str| {
        let fixture = two();
        let record = &fixture.record;
        let secret = |id: &str| {
            let mut resource = observation(id, "p1", "hidden");
            resource["effectiveDateTime"] = json!("2026-01-03");
            ResourceChange::Put {
                literals: record::Literals::new(),
                resource: labelled(resource, label),
                facts: vec![gene_fact("CYP2C19")],
                condition: Condition::Any,
            }
        };
        commit(record, vec![secret("secret"), secret("gone")]).unwrap();
        let gone = ResourceChange::Delete {
            resource_type: "Observation".to_owned(),
            id: "gone".to_owned(),
            condition: Condition::Any,
        };
        commit(record, vec![gone]).unwrap();
        file(record, observation("o3", "p1", "x"));
        fixture
    };
    // What is not there at all.
    let absent = two();
    file(&absent.record, observation("o3", "p1", "x"));
    for role in [Role::Prescriber, Role::Pharmacist, Role::ServiceClient] {
        for label in ["R", "V", "ETH", "HIV", "PSY"] {
            let with = hidden(label);
            assert_eq!(answers(&with.record, role), answers(&absent.record, role), "{label}");
        }
    }
    // The same questions do find what is not hidden.
    let open = hidden("N");
    assert_ne!(answers(&open.record, Role::Prescriber), answers(&absent.record, Role::Prescriber));
}

#[test]
fn counts_of_carriers_are_not_told_from_sets_that_know_no_consents() {
    let fixture = two();
    let record = &fixture.record;
    let reader = access(Role::Prescriber);
    let tell = |reader| record.read_carriers(reader, "1", |_| Ok::<_, Failure>(())).unwrap();
    record.keep_carriers(&access(Role::Interface), "1", (0, 1), vec![]).unwrap();
    assert!(tell(&reader).is_some());
    commit(record, vec![put(labelled(observation("o1", "p1", "x"), "R"))]).unwrap();
    assert!(tell(&reader).is_none());
    assert!(tell(&access(Role::Interface)).is_some());
}

//! FHIR Bundles: filed whole or not at all, entry by entry in a batch.

use crate::support::{Fixture, fixture};
use intake::Failure;
use intake::fhir::{create, no_look, transaction, update};
use record::{Condition, RawState, RawSummary};
use serde_json::{Value, json};

fn send(fixture: &Fixture, body: &Value) -> Result<Value, Failure> {
    let body = serde_json::to_vec(body).unwrap();
    transaction(&fixture.record, &fixture.access(), "http://h/fhir", &no_look, &body)
        .map(|answers| serde_json::from_slice(&answers.into_bytes()).unwrap())
}

fn bundle(kind: &str, entries: &[Value]) -> Value {
    json!({"resourceType": "Bundle", "type": kind, "entry": entries})
}

fn entry(method: &str, url: &str, resource: &Value) -> Value {
    json!({"resource": resource, "request": {"method": method, "url": url}})
}

/// A genotype of a patient whom `subject` refers to.
fn genotype(id: Option<&str>, subject: &str) -> Value {
    let mut resource = json!({
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
            "code": "laboratory",
        }]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "84413-4"}]},
        "subject": {"reference": subject},
        "valueCodeableConcept": {"text": "*1/*2"},
        "component": [{
            "code": {"coding": [{"system": "http://loinc.org", "code": "48018-6"}]},
            "valueCodeableConcept": {"coding": [{
                "system": "http://www.genenames.org", "code": "HGNC:2621", "display": "CYP2C19",
            }]},
        }],
    });
    if let Some(id) = id {
        resource["id"] = json!(id);
    }
    resource
}

fn dana(number: &str) -> Value {
    json!({
        "resourceType": "Patient",
        "identifier": [{"system": "urn:example:mrn", "value": number}],
        "name": [{"family": "Dane", "given": ["Dana"]}],
        "birthDate": "1990-01-01",
    })
}

/// The archived body that came last.
fn last(fixture: &Fixture) -> RawSummary {
    fixture.record.raw_list(&fixture.access(), None, 1).unwrap().remove(0)
}

fn location(answer: &Value, index: usize) -> String {
    let location = answer["entry"][index]["response"]["location"].as_str().unwrap();
    let rest = location.strip_prefix("http://h/fhir/").unwrap();
    rest.split("/_history").next().unwrap().to_owned()
}

#[test]
fn a_refused_bundle_files_nothing_and_says_why() {
    let good = entry("PUT", "Observation/o-1", &genotype(Some("o-1"), "Patient/ana-example"));
    let cases = [
        (genotype(Some("o-2"), "Patient/nobody"), "unknown-patient"),
        (genotype(Some("o-2"), "urn:uuid:0b2e7a3c-8b0f-4f3c-9f39-0b9f6b6c7c11"), "bad-reference"),
        (genotype(Some("o-2"), "Patient?identifier=urn:cognate:authority:X|404"), "bad-reference"),
        (genotype(Some("o-2"), "Patient?shoe-size=41"), "bad-condition"),
    ];
    for (faulty, code) in cases {
        let fixture = fixture();
        let before = fixture.sequence();
        let bad = entry("PUT", "Observation/o-2", &faulty);
        let Err(Failure::Refused(problems)) =
            send(&fixture, &bundle("transaction", &[good.clone(), bad]))
        else {
            panic!("{code} was taken");
        };
        assert!(
            problems.iter().any(|p| p.code == code && p.place.contains("entry[1]")),
            "{problems:?}"
        );
        let kept = last(&fixture);
        assert_eq!((kept.state, kept.problems), (RawState::Rejected, problems));
        assert_eq!(fixture.sequence(), before);
        assert_eq!(fixture.work_off(), 0);
    }
}

#[test]
fn what_is_no_bundle_is_refused_and_kept() {
    for body in [&b"{"[..], b"", b"[]", b"{\"resourceType\":\"Patient\"}", b"\xFF"] {
        let fixture = fixture();
        let refused = transaction(&fixture.record, &fixture.access(), "", &no_look, body);
        assert!(matches!(refused, Err(Failure::Refused(_))), "{body:?}");
        let kept = last(&fixture);
        assert_eq!(kept.state, RawState::Rejected);
        assert!(!kept.problems.is_empty());
    }
}

#[test]
fn references_between_entries_lead_to_the_ids_given() {
    let fixture = fixture();
    let urn = "urn:uuid:0b2e7a3c-8b0f-4f3c-9f39-0b9f6b6c7c11";
    let mut patient = entry("POST", "Patient", &dana("7"));
    patient["fullUrl"] = json!(urn);
    // The reference stands before what it leads to.
    let entries = [entry("POST", "Observation", &genotype(None, urn)), patient];
    let answer = send(&fixture, &bundle("transaction", &entries)).unwrap();
    assert_eq!(answer["entry"][0]["response"]["status"], "201 Created");
    let patient = location(&answer, 1);
    let id = patient.strip_prefix("Patient/").unwrap();
    let observation = location(&answer, 0);
    let stored = fixture.read("Observation", observation.strip_prefix("Observation/").unwrap());
    assert_eq!(stored["subject"]["reference"], patient);
    assert_eq!(fixture.findings(id), ["Final Unknown CYP2C19 *1/*2 -"]);
    assert_eq!(last(&fixture).state, RawState::Filed);
}

#[test]
fn a_conditional_reference_leads_to_the_one_match() {
    let fixture = fixture();
    let subject = "Patient?identifier=urn:cognate:authority:COGNATE-DEMO|100002";
    let body = bundle("transaction", &[entry("POST", "Observation", &genotype(None, subject))]);
    send(&fixture, &body).unwrap();
    assert_eq!(fixture.findings("ben-sample"), ["Final Unknown CYP2C19 *1/*2 -"]);
    // Two that match: nobody is chosen.
    let before = fixture.sequence();
    let subject = "Patient?gender=female";
    let body = bundle("transaction", &[entry("POST", "Observation", &genotype(None, subject))]);
    assert!(matches!(send(&fixture, &body), Err(Failure::Precondition { .. })));
    let kept = last(&fixture);
    assert_eq!(kept.state, RawState::Rejected);
    assert_eq!(kept.problems[0].code, "precondition");
    assert_eq!(fixture.sequence(), before);
}

#[test]
fn a_conditional_create_happens_once() {
    let fixture = fixture();
    let mut post = entry("POST", "Patient", &dana("8"));
    post["request"]["ifNoneExist"] = json!("identifier=urn:example:mrn|8");
    let body = bundle("transaction", &[post]);
    let first = send(&fixture, &body).unwrap();
    let before = fixture.sequence();
    let second = send(&fixture, &body).unwrap();
    assert_eq!(second["entry"][0]["response"]["status"], "200 OK");
    assert_eq!(location(&second, 0), location(&first, 0));
    assert_eq!(fixture.sequence(), before);
    // At once, too.
    let condition = Some("identifier=urn:example:mrn|9");
    let created: Vec<bool> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let (record, access) = (&fixture.record, fixture.access());
                scope.spawn(move || {
                    let body = serde_json::to_vec(&dana("9")).unwrap();
                    create(record, &access, "Patient", condition, &body).unwrap().created
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(created.iter().filter(|created| **created).count(), 1);
}

#[test]
fn an_update_of_another_version_is_a_conflict() {
    let fixture = fixture();
    let (record, access) = (&fixture.record, fixture.access());
    let put = |version, text: &str| {
        let mut resource = genotype(Some("o-1"), "Patient/ana-example");
        resource["valueCodeableConcept"]["text"] = json!(text);
        let body = serde_json::to_vec(&resource).unwrap();
        update(record, &access, "Observation", "o-1", version, &body)
    };
    assert!(put(Condition::Any, "*1/*1").unwrap().created);
    assert!(!put(Condition::Version(1), "*1/*2").unwrap().created);
    let refused = put(Condition::Version(1), "*2/*2");
    assert!(matches!(refused, Err(Failure::Record(record::Failure::Conflict { .. }))));
    let kept = last(&fixture);
    assert_eq!((kept.state, kept.problems[0].code.as_str()), (RawState::Rejected, "conflict"));
    assert_eq!(fixture.findings("ana-example"), ["Final Unknown CYP2C19 *1/*2 -"]);
}

#[test]
fn a_batch_is_filed_entry_by_entry() {
    let fixture = fixture();
    let entries = [
        entry("PUT", "Observation/o-1", &genotype(Some("o-1"), "Patient/ana-example")),
        entry("PUT", "Observation/o-2", &genotype(Some("o-2"), "Patient/nobody")),
        entry("PUT", "Observation/o-3", &genotype(Some("o-3"), "Patient/ben-sample")),
        json!({"request": {"method": "GET", "url": "Patient/carla-tester"}}),
        json!({"request": {"method": "GET", "url": "Patient/nobody"}}),
    ];
    let answer = send(&fixture, &bundle("batch", &entries)).unwrap();
    assert_eq!(answer["type"], "batch-response");
    let status = |index: usize| answer["entry"][index]["response"]["status"].clone();
    let all = [status(0), status(1), status(2), status(3), status(4)];
    let expected = ["201 Created", "400 Bad Request", "201 Created", "200 OK", "404 Not Found"];
    assert_eq!(all, expected);
    assert_eq!(answer["entry"][3]["resource"]["name"][0]["family"], "TESTER");
    let told = answer["entry"][1]["response"]["outcome"].to_string();
    assert!(told.contains("not known"), "{told}");
    assert_eq!(fixture.findings("ana-example"), ["Final Unknown CYP2C19 *1/*2 -"]);
    assert_eq!(fixture.findings("ben-sample"), ["Final Unknown CYP2C19 *1/*2 -"]);
    let kept = last(&fixture);
    assert_eq!(kept.state, RawState::Filed);
    assert!(kept.problems[0].place.contains("entry[1]"), "{:?}", kept.problems);
    // Facts of both entries lead to the body they came in.
    for patient in ["ana-example", "ben-sample"] {
        let facts = fixture.facts(patient);
        assert!(facts.iter().any(|filed| filed.fact.source.raw.as_ref() == Some(&kept.id)));
    }
}

#[test]
fn a_batch_of_nothing_but_faults_is_rejected() {
    let fixture = fixture();
    let entries = [entry("PUT", "Observation/o-2", &genotype(Some("o-2"), "Patient/nobody"))];
    let answer = send(&fixture, &bundle("batch", &entries)).unwrap();
    assert_eq!(answer["entry"][0]["response"]["status"], "400 Bad Request");
    assert_eq!(last(&fixture).state, RawState::Rejected);
}

#[test]
fn a_deletion_takes_the_facts_with_it() {
    let fixture = fixture();
    let put = entry("PUT", "Observation/o-1", &genotype(Some("o-1"), "Patient/ana-example"));
    send(&fixture, &bundle("transaction", &[put])).unwrap();
    let delete = json!({"request": {"method": "DELETE", "url": "Observation/o-1"}});
    for _ in 0..2 {
        let answer = send(&fixture, &bundle("transaction", std::slice::from_ref(&delete))).unwrap();
        assert_eq!(answer["entry"][0]["response"]["status"], "204 No Content");
        assert_eq!(fixture.findings("ana-example"), [""; 0]);
    }
}

/// Reading in a transaction sees what stood before; what is not there fails the whole.
#[test]
fn a_transaction_reads_what_is_there() {
    let fixture = fixture();
    let put = entry("PUT", "Observation/o-1", &genotype(Some("o-1"), "Patient/ana-example"));
    let get = |url: &str| json!({"request": {"method": "GET", "url": url}});
    let before = fixture.sequence();
    let body = bundle("transaction", &[put.clone(), get("Patient/nobody")]);
    let Err(Failure::Refused(problems)) = send(&fixture, &body) else { panic!("it was taken") };
    assert_eq!(problems[0].place, "Bundle.entry[1].request.url");
    assert_eq!(fixture.sequence(), before);
    let body = bundle("transaction", &[get("Patient/ana-example"), put]);
    let answer = send(&fixture, &body).unwrap();
    assert_eq!(answer["entry"][0]["resource"]["id"], "ana-example");
    assert_eq!(answer["entry"][1]["response"]["status"], "201 Created");
}

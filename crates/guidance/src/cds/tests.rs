//! Whole calls, JSON in and JSON out. Shapes are those of CDS Hooks 2.0.

use super::*;
use crate::card::OWN_REASONS;
use crate::policy::{Decision, Hook, Moment, Role, Settings, SilenceReason, decide};
use model::id::PatientId;
use model::statement::{Statement, StatementContent};
use std::collections::BTreeSet;
use testkit::pgx::{
    AZATHIOPRINE, CLOPIDOGREL, CLOPIDOGREL_75_MG_TABLET, SIMVASTATIN, recommendations,
    small_knowledge,
};
use testkit::statements as make;

mod bad;
mod golden;

const INSTANCE: &str = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea";

/// An order-sign call with one draft for Ana Example.
fn call(medication: &Value) -> Value {
    json!({
        "hook": "order-sign",
        "hookInstance": INSTANCE,
        "context": {
            "userId": "Practitioner/paula-prescriber",
            "patientId": "ana-example",
            "encounterId": "E-9",
            "draftOrders": {
                "resourceType": "Bundle",
                "type": "collection",
                "entry": [{ "resource": draft(medication) }]
            }
        },
        "prefetch": {
            "patient": { "resourceType": "Patient", "id": "ana-example" },
            "medications": { "resourceType": "Bundle", "type": "searchset" }
        }
    })
}

fn draft(medication: &Value) -> Value {
    json!({
        "resourceType": "MedicationRequest",
        "id": "103",
        "status": "draft",
        "intent": "order",
        "text": { "status": "generated", "div": "<div>the drug first chosen</div>" },
        "medicationCodeableConcept": medication,
        "subject": { "reference": "Patient/ana-example" },
        "encounter": { "reference": "Encounter/E-9" },
        "requester": { "reference": "Practitioner/paula-prescriber" },
        "reasonCode": [{ "text": "After coronary stenting" }],
        "dosageInstruction": [{ "text": "75 mg once a day" }],
        "dispenseRequest": { "quantity": { "value": 30 } }
    })
}

fn rxnorm(code: &str, display: &str) -> Value {
    json!({
        "coding": [{
            "system": "http://www.nlm.nih.gov/research/umls/rxnorm",
            "code": code,
            "display": display
        }]
    })
}

/// Ana's statement about one drug and its gene.
fn ana(
    drug: &str,
    code: &str,
    gene: &str,
    alleles: (&str, &str),
    phenotype: &str,
) -> Vec<Statement> {
    let called = make::gene_called(gene, alleles.0, alleles.1, phenotype);
    let key = make::gene_key(gene, phenotype, &format!("{}/{}", alleles.0, alleles.1));
    let advice = make::drug(drug, code, vec![key], recommendations(code, gene, phenotype));
    vec![
        make::statement(&format!("gene-{gene}"), StatementContent::Gene(called)),
        make::statement(&format!("drug-{drug}"), StatementContent::Drug(advice)),
    ]
}

fn decide_on(request: &Request, statements: &[Statement]) -> Decision {
    let settings =
        Settings { base_url: "https://cognate.example".into(), silent_rules: BTreeSet::new() };
    let moment = Moment {
        hook: request.hook,
        role: Role::Prescriber,
        patient: &PatientId::new(&*request.patient_id),
        orders: &request.orders,
        selections: &request.selections,
        current_medications: request.current_medications(),
        day: model::PartialDate { year: 2026, month: Some(5), day: Some(10) },
        medicines: None,
        clinical: &[],
        statements,
        pending: &[],
        shown: &BTreeSet::new(),
        overridden: &BTreeSet::new(),
        settings: &settings,
    };
    decide(&moment, &small_knowledge(), &make::knowledge_ref())
}

/// The whole way: body in, answer out.
fn respond(body: &Value, statements: &[Statement]) -> Value {
    let request = read_request(body).unwrap();
    answer(&decide_on(&request, statements).cards, &request)
}

#[test]
fn discovery_offers_one_service_under_two_hooks_and_that_of_trials() {
    let document = discovery();
    let services = document["services"].as_array().unwrap();
    let hooks: Vec<&str> = services.iter().map(|one| one["hook"].as_str().unwrap()).collect();
    assert_eq!(hooks, ["order-select", "order-sign", "patient-view"]);
    assert_eq!(services[2]["id"], TRIALS_SERVICE_ID);
    for service in &services[..2] {
        assert_eq!(service["id"], SERVICE_ID);
        assert!(service["description"].is_string());
        assert_eq!(service["prefetch"]["patient"], "Patient/{{context.patientId}}");
        assert_eq!(
            service["prefetch"]["medications"],
            "MedicationRequest?patient={{context.patientId}}&status=active"
        );
    }
}

#[test]
fn prefetched_medicines_keep_their_days() {
    let bounds = json!([{"timing": {"repeat": {
        "boundsPeriod": {"start": "2026-01-05", "end": "2026-02-01"}}}}]);
    let validity = json!({"validityPeriod": {"end": "2026-03-01T00:00:00Z"}});
    for (kind, more, expected) in [
        ("MedicationRequest", json!({}), Some(("", ""))),
        (
            "MedicationRequest",
            json!({"dosageInstruction": bounds}),
            Some(("2026-01-05", "2026-02-01")),
        ),
        ("MedicationRequest", json!({"dispenseRequest": validity}), Some(("", "2026-03-01"))),
        (
            "MedicationStatement",
            json!({"effectivePeriod": {"start": "2025-11"}}),
            Some(("2025-11", "")),
        ),
        ("MedicationStatement", json!({"effectiveDateTime": "2025"}), Some(("2025", ""))),
        ("MedicationRequest", json!({"doNotPerform": true}), None),
        ("MedicationRequest", json!({"intent": "proposal"}), None),
        ("MedicationAdministration", json!({}), None),
    ] {
        let mut resource = json!({
            "resourceType": kind, "id": "m", "status": "active",
            "subject": {"reference": "Patient/ana-example"},
            "medicationCodeableConcept": rxnorm("32937", "paroxetine")
        });
        resource.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let mut body = call(&rxnorm(CLOPIDOGREL, "clopidogrel"));
        let patient = body["context"]["patientId"].as_str().unwrap().to_owned();
        resource["subject"]["reference"] = format!("Patient/{patient}").into();
        body["prefetch"]["medications"] =
            json!({"resourceType": "Bundle", "entry": [{"resource": resource}]});
        let request = read_request(&body).unwrap();
        let days = request.current_medications().unwrap().first().map(|one| {
            let text = |date: Option<model::PartialDate>| {
                date.map(|date| date.to_string()).unwrap_or_default()
            };
            (text(one.start), text(one.end))
        });
        let expected = expected.map(|(start, end)| (start.to_owned(), end.to_owned()));
        assert_eq!(days, expected, "{kind} {more}");
    }
}

#[test]
fn prefetch_has_four_states() {
    let medications = |value: Option<Value>| {
        let mut body = call(&rxnorm(CLOPIDOGREL, "clopidogrel"));
        let prefetch = body["prefetch"].as_object_mut().unwrap();
        prefetch.remove("medications");
        if let Some(value) = value {
            prefetch.insert("medications".into(), value);
        }
        read_request(&body).unwrap()
    };
    let entry = json!({ "resource": draft(&rxnorm(SIMVASTATIN, "simvastatin")) });
    let bundle =
        |links: Value| json!({ "resourceType": "Bundle", "entry": [entry.clone()], "link": links });
    let missing = medications(None);
    assert_eq!(missing.medications, Prefetched::Missing);
    assert_eq!(missing.current_medications(), None);
    let nothing = medications(Some(Value::Null));
    assert_eq!(nothing.medications, Prefetched::Nothing);
    assert_eq!(nothing.current_medications(), Some(&[][..]));
    let empty = medications(Some(json!({ "resourceType": "Bundle" })));
    assert_eq!(empty.medications, Prefetched::Nothing);
    let outcome = json!({
        "resourceType": "OperationOutcome",
        "issue": [{ "severity": "error", "code": "timeout", "diagnostics": "too slow" }]
    });
    let failed = medications(Some(outcome));
    assert_eq!(failed.medications, Prefetched::Failed("too slow".into()));
    assert_eq!(failed.current_medications(), None, "a failure is not an empty list");
    let whole = medications(Some(bundle(json!([]))));
    assert_eq!(whole.current_medications().unwrap()[0].concept.words(), Some("simvastatin"));
    let part = medications(Some(bundle(json!([{ "relation": "next", "url": "https://x" }]))));
    assert_eq!(part.current_medications(), None, "a page is not the list");
}

#[test]
fn a_medication_is_found_wherever_it_is() {
    let mut body = call(&Value::Null);
    let order = &mut body["context"]["draftOrders"]["entry"][0]["resource"];
    order.as_object_mut().unwrap().remove("medicationCodeableConcept");
    let medication = json!({
        "resourceType": "Medication",
        "id": "med1",
        "ingredient": [{ "itemCodeableConcept": rxnorm(CLOPIDOGREL, "clopidogrel") }]
    });
    let refer = |body: &mut Value, reference: &str| {
        body["context"]["draftOrders"]["entry"][0]["resource"]["medicationReference"] =
            json!({ "reference": reference, "display": "clopidogrel 75 mg" });
    };
    let mut contained = body.clone();
    refer(&mut contained, "#med1");
    contained["context"]["draftOrders"]["entry"][0]["resource"]["contained"] =
        json!([medication.clone()]);
    let mut bundled = body.clone();
    refer(&mut bundled, "Medication/med1");
    let entries = bundled["context"]["draftOrders"]["entry"].as_array_mut().unwrap();
    entries.push(json!({ "resource": medication.clone() }));
    let mut full_url = body.clone();
    refer(&mut full_url, "urn:uuid:1");
    let entries = full_url["context"]["draftOrders"]["entry"].as_array_mut().unwrap();
    entries.push(json!({ "fullUrl": "urn:uuid:1", "resource": medication.clone() }));
    let mut fetched = body.clone();
    refer(&mut fetched, "https://ehr.example/fhir/Medication/med1/_history/2");
    fetched["prefetch"]["medications"]["entry"] = json!([{ "resource": medication }]);
    for body in [contained, bundled, full_url, fetched] {
        let request = read_request(&body).unwrap();
        assert_eq!(request.orders[0].ingredients.len(), 1, "{body}");
        assert_eq!(request.problems, []);
    }
    // Only at the client: its display text is all there is, and that is said.
    refer(&mut body, "Medication/elsewhere");
    let request = read_request(&body).unwrap();
    assert_eq!(request.orders[0].concept.words(), Some("clopidogrel 75 mg"));
    assert_eq!(
        request.problems[0].place,
        "context.draftOrders.entry[0].resource.medicationReference"
    );
}

#[test]
fn the_replacement_keeps_the_order_and_leaves_the_old_dose() {
    let statements = ana("clopidogrel", CLOPIDOGREL, "CYP2C19", ("*2", "*2"), "Poor Metabolizer");
    let answer = respond(&call(&rxnorm(CLOPIDOGREL, "clopidogrel")), &statements);
    let card = &answer["cards"][0];
    assert_eq!(card["selectionBehavior"], "at-most-one");
    let action = &card["suggestions"][0]["actions"][0];
    assert_eq!(action["type"], "update");
    let order = &action["resource"];
    for kept in ["id", "status", "intent", "subject", "encounter", "requester", "reasonCode"] {
        assert_eq!(order[kept], draft(&Value::Null)[kept], "{kept}");
    }
    assert_eq!(order["medicationCodeableConcept"]["coding"][0]["code"], "613391");
    for gone in ["dosageInstruction", "dispenseRequest", "text"] {
        assert!(order.get(gone).is_none(), "{gone} speaks of the old drug");
    }
}

#[test]
fn a_draft_without_an_id_of_its_own_is_not_replaced() {
    let mut body = call(&rxnorm(CLOPIDOGREL, "clopidogrel"));
    let entry = &mut body["context"]["draftOrders"]["entry"][0];
    entry["resource"].as_object_mut().unwrap().remove("id");
    entry["fullUrl"] = "urn:uuid:7".into();
    let statements = ana("clopidogrel", CLOPIDOGREL, "CYP2C19", ("*2", "*2"), "Poor Metabolizer");
    let answer = respond(&body, &statements);
    let card = &answer["cards"][0];
    assert!(card.get("suggestions").is_none() && card.get("selectionBehavior").is_none());
}

#[test]
fn nothing_is_null_or_empty() {
    fn check(value: &Value, place: &str) {
        match value {
            Value::Null => panic!("null at {place}"),
            Value::String(text) => assert!(!text.is_empty(), "empty at {place}"),
            Value::Array(list) => {
                assert!(!list.is_empty(), "empty at {place}");
                for one in list {
                    check(one, &format!("{place}[]"));
                }
            }
            Value::Object(map) => {
                assert!(!map.is_empty(), "empty at {place}");
                for (name, one) in map {
                    check(one, &format!("{place}.{name}"));
                }
            }
            Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let poor = ana("clopidogrel", CLOPIDOGREL, "CYP2C19", ("*2", "*2"), "Poor Metabolizer");
    for (medication, statements) in [
        (rxnorm(CLOPIDOGREL, "clopidogrel"), &poor[..]),
        (rxnorm(AZATHIOPRINE, "azathioprine"), &[]),
    ] {
        let answer = respond(&call(&medication), statements);
        assert_eq!(answer["cards"].as_array().unwrap().len(), 1);
        check(&answer, "");
    }
    check(&discovery(), "");
    let silent = respond(&call(&rxnorm("6809", "metformin")), &poor);
    assert_eq!(silent, json!({ "cards": [] }), "the one list that may be empty");
}

#[test]
fn feedback_is_read() {
    let body = json!({ "feedback": [
        {
            "card": INSTANCE.to_uppercase(),
            "outcome": "accepted",
            "acceptedSuggestions": [{ "id": INSTANCE }],
            "outcomeTimestamp": "2026-01-12T09:30:00Z"
        },
        {
            "card": INSTANCE,
            "outcome": "overridden",
            "overrideReason": {
                "reason": { "system": OWN_REASONS, "code": "bridging" },
                "userComment": "until Friday"
            },
            "outcomeTimestamp": "2026-01-12T10:30:00+01:00"
        },
        { "card": INSTANCE, "outcome": "overridden", "outcomeTimestamp": "2026-01-12T09:30:00Z" }
    ]});
    let read = read_feedback(&body).unwrap();
    assert_eq!(read[0].card, INSTANCE);
    assert_eq!(read[0].outcome, Outcome::Accepted { suggestions: vec![INSTANCE.into()] });
    assert_eq!(read[0].at, read[1].at);
    let Outcome::Overridden { reason: Some(reason), comment } = &read[1].outcome else {
        panic!("{read:?}")
    };
    assert!(reason.is(OWN_REASONS, "bridging"));
    assert_eq!(comment.as_deref(), Some("until Friday"));
    assert_eq!(read[2].outcome, Outcome::Overridden { reason: None, comment: None });
}

#[test]
fn patient_view_reads_without_orders() {
    let body = json!({
        "hook": "patient-view",
        "hookInstance": INSTANCE,
        "context": { "userId": "Practitioner/1", "patientId": "ana-example" }
    });
    let request = read_request(&body).unwrap();
    assert_eq!(request.hook, Hook::PatientView);
    assert_eq!(request.orders, []);
}

#[test]
fn the_demonstrations_calls_are_read_without_a_remark() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/cds");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let Ok(body) = serde_json::from_str::<Value>(&text) else {
            panic!("{} is not JSON", path.display())
        };
        if body.get("hook").is_some() {
            let request = read_request(&body).unwrap();
            assert_eq!(request.problems, [], "{}", path.display());
            assert!(!request.orders.is_empty(), "{}", path.display());
            read += 1;
        }
    }
    assert!(read > 0);
}

//! Bad input: refused whole, with the place.

use super::*;
use crate::policy::ORDERS_MAX;
use proptest::prelude::*;

/// What makes a good call a bad one.
type Fault = fn(&mut Value);

fn places(body: &Value) -> Vec<String> {
    let problems = read_request(body).expect_err("refused");
    problems.into_iter().filter(|p| p.severity == model::Severity::Error).map(|p| p.place).collect()
}

#[test]
fn each_fault_is_named_with_its_place() {
    let entry = "context.draftOrders.entry[0].resource";
    let faults: [(Fault, String); 14] = [
        (|body| body["hook"] = "order-dispatch".into(), "hook".into()),
        (|body| body["hookInstance"] = "17".into(), "hookInstance".into()),
        (|body| body["context"]["patientId"] = Value::Null, "context.patientId".into()),
        (|body| body["context"]["patientId"] = "Patient/1".into(), "context.patientId".into()),
        (|body| body["context"]["draftOrders"] = Value::Null, "context.draftOrders".into()),
        (
            |body| body["context"]["draftOrders"]["resourceType"] = "List".into(),
            "context.draftOrders".into(),
        ),
        (|body| body["context"]["draftOrders"]["entry"] = json!([{}]), entry.into()),
        (
            |body| {
                body["context"]["draftOrders"]["entry"][0]["resource"]["resourceType"] = 7.into();
            },
            format!("{entry}.resourceType"),
        ),
        (
            |body| {
                let order = &mut body["context"]["draftOrders"]["entry"][0]["resource"];
                order.as_object_mut().unwrap().remove("id");
            },
            format!("{entry}.id"),
        ),
        (
            |body| {
                let order = &mut body["context"]["draftOrders"]["entry"][0]["resource"];
                order.as_object_mut().unwrap().remove("medicationCodeableConcept");
            },
            format!("{entry}.medicationCodeableConcept"),
        ),
        (
            |body| {
                let entries = body["context"]["draftOrders"]["entry"].as_array_mut().unwrap();
                entries.push(entries[0].clone());
            },
            "context.draftOrders.entry[1].resource".into(),
        ),
        (
            |body| {
                body["context"]["draftOrders"]["entry"][0]["resource"]["subject"]["reference"] =
                    "Patient/ben-sample".into();
            },
            format!("{entry}.subject.reference"),
        ),
        (|body| body["prefetch"]["patient"]["id"] = "ben-sample".into(), "prefetch.patient".into()),
        (|body| body["prefetch"]["medications"] = 3.into(), "prefetch.medications".into()),
    ];
    for (fault, place) in faults {
        let mut body = call(&rxnorm(CLOPIDOGREL, "clopidogrel"));
        assert!(read_request(&body).is_ok());
        fault(&mut body);
        let found = places(&body);
        assert!(found.contains(&place), "{place} in {found:?}");
    }
}

#[test]
fn another_patients_medicines_are_refused() {
    let mut body = call(&rxnorm(CLOPIDOGREL, "clopidogrel"));
    let mut other = draft(&rxnorm(SIMVASTATIN, "simvastatin"));
    other["subject"]["reference"] = "Patient/ben-sample".into();
    body["prefetch"]["medications"]["entry"] = json!([{ "resource": other }]);
    assert_eq!(places(&body), ["prefetch.medications.entry[0].resource.subject.reference"]);
}

#[test]
fn selections_are_drafts() {
    let mut body = call(&rxnorm(CLOPIDOGREL, "clopidogrel"));
    body["hook"] = "order-select".into();
    assert_eq!(places(&body), ["context.selections"]);
    body["context"]["selections"] = json!(["MedicationRequest/103", "MedicationRequest/9"]);
    assert_eq!(places(&body), ["context.selections[1]"]);
    body["context"]["selections"] = json!(["https://ehr.example/fhir/MedicationRequest/103"]);
    assert_eq!(read_request(&body).unwrap().selections, ["MedicationRequest/103"]);
}

#[test]
fn limits_hold_at_the_limit_and_one_past() {
    let orders = |count: usize| {
        let mut body = call(&Value::Null);
        let entries: Vec<Value> = (0..count)
            .map(|number| {
                let mut order = draft(&rxnorm(CLOPIDOGREL, "clopidogrel"));
                order["id"] = format!("o{number}").into();
                json!({ "resource": order })
            })
            .collect();
        body["context"]["draftOrders"]["entry"] = entries.into();
        body
    };
    assert_eq!(read_request(&orders(ORDERS_MAX)).unwrap().orders.len(), ORDERS_MAX);
    assert_eq!(places(&orders(ORDERS_MAX + 1)), ["context.draftOrders"]);

    let medications = |count: usize| {
        let mut body = call(&rxnorm(CLOPIDOGREL, "clopidogrel"));
        let one = json!({ "resource": draft(&rxnorm(SIMVASTATIN, "simvastatin")) });
        body["prefetch"]["medications"]["entry"] = vec![one; count].into();
        body
    };
    let read = read_request(&medications(MEDICATIONS_MAX)).unwrap();
    assert_eq!(read.current_medications().unwrap().len(), MEDICATIONS_MAX);
    assert_eq!(places(&medications(MEDICATIONS_MAX + 1)), ["prefetch.medications"]);

    let selections = |count: usize| {
        let mut body = call(&rxnorm(CLOPIDOGREL, "clopidogrel"));
        body["hook"] = "order-select".into();
        body["context"]["selections"] = vec!["MedicationRequest/103"; count].into();
        body
    };
    assert!(read_request(&selections(SELECTIONS_MAX)).is_ok());
    assert_eq!(places(&selections(SELECTIONS_MAX + 1)), ["context.selections"]);

    let item = json!({
        "card": INSTANCE, "outcome": "overridden", "outcomeTimestamp": "2026-01-12T09:30:00Z"
    });
    let feedback = |count: usize| json!({ "feedback": vec![item.clone(); count] });
    assert!(read_feedback(&feedback(FEEDBACK_MAX)).is_ok());
    assert_eq!(read_feedback(&feedback(FEEDBACK_MAX + 1)).unwrap_err()[0].place, "feedback");
}

#[test]
fn bad_feedback_is_refused_with_its_place() {
    let good = json!({
        "card": INSTANCE,
        "outcome": "accepted",
        "acceptedSuggestions": [{ "id": INSTANCE }],
        "outcomeTimestamp": "2026-01-12T09:30:00Z"
    });
    for (name, value, place) in [
        ("card", json!("x"), "feedback[0].card"),
        ("outcome", json!("ignored"), "feedback[0].outcome"),
        ("acceptedSuggestions", json!([]), "feedback[0].acceptedSuggestions"),
        ("acceptedSuggestions", json!([{}]), "feedback[0].acceptedSuggestions[0].id"),
        ("outcomeTimestamp", json!("2026-01-12T09:30:00"), "feedback[0].outcomeTimestamp"),
        ("outcomeTimestamp", Value::Null, "feedback[0].outcomeTimestamp"),
    ] {
        let mut item = good.clone();
        item[name] = value;
        let problems = read_feedback(&json!({ "feedback": [item] })).unwrap_err();
        assert_eq!(problems[0].place, place);
    }
    let mut overridden = good;
    overridden["outcome"] = "overridden".into();
    overridden["overrideReason"] = json!({});
    let problems = read_feedback(&json!({ "feedback": [overridden] })).unwrap_err();
    assert_eq!(problems[0].place, "feedback[0].overrideReason");
    assert_eq!(read_feedback(&json!({})).unwrap_err()[0].place, "feedback");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-zA-Z/#:0-9-]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-zA-Z]{1,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Any JSON in any place of a call is read or refused, never a panic, and a refusal names
    /// at least one error.
    #[test]
    fn any_json_is_read_or_refused(
        value in any_json(),
        place in proptest::sample::select(vec![
            "/hook", "/context", "/context/draftOrders", "/context/draftOrders/entry",
            "/context/draftOrders/entry/0/resource",
            "/context/draftOrders/entry/0/resource/medicationCodeableConcept",
            "/context/draftOrders/entry/0/resource/subject",
            "/prefetch", "/prefetch/patient", "/prefetch/medications",
        ]),
    ) {
        let mut body = call(&rxnorm(CLOPIDOGREL, "clopidogrel"));
        *body.pointer_mut(place).unwrap() = value.clone();
        match read_request(&body) {
            Ok(request) => {
                let decision = decide_on(&request, &[]);
                prop_assert!(answer(&decision.cards, &request)["cards"].is_array());
            }
            Err(problems) => prop_assert!(model::problem::first_error(&problems).is_some()),
        }
        let _ = read_feedback(&value);
        let _ = read_feedback(&json!({ "feedback": [value] }));
    }
}

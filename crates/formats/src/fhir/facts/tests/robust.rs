use super::*;
use proptest::prelude::*;

/// Any JSON, with the names and values that readers look for.
fn json_like() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "Patient",
        "Observation",
        "DiagnosticReport",
        "MedicationRequest",
        "Procedure",
        "Bundle",
        "84413-4",
        "69548-6",
        "84414-2",
        "53040-2",
        "48018-6",
        "HGNC:2621",
        "http://loinc.org",
        "final",
        "*1/*2",
        "LA9633-4",
        "transaction",
        "PUT",
        "Patient/1",
        "NC_000010.11",
        "#",
        "",
    ]);
    let leaf = prop_oneof![
        words.prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
        Just(Value::Null),
    ];
    let names = || {
        prop::sample::select(vec![
            "resourceType",
            "id",
            "status",
            "code",
            "coding",
            "system",
            "component",
            "value",
            "text",
            "valueCodeableConcept",
            "valueString",
            "valueRange",
            "low",
            "name",
            "identifier",
            "entry",
            "resource",
            "request",
            "method",
            "url",
            "type",
            "contained",
            "extension",
            "reference",
            "medicationReference",
            "subject",
            "given",
            "_given",
            "display",
            "birthDate",
        ])
    };
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::btree_map(names(), inner, 0..6)
                .prop_map(|m| m.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_gives_an_answer(mut value in json_like(), kind in 0_usize..6) {
        let kinds = [
            "Patient", "Observation", "DiagnosticReport", "MedicationRequest", "Procedure",
            "Specimen",
        ];
        if let Some(object) = value.as_object_mut() {
            object.insert("resourceType".into(), kinds[kind].into());
        }
        let _ = facts_of(&value, None, "x");
        let _ = check::check(&value);
        let _ = subject_of(&value);
        let _ = bundle::transaction(value);
    }

    #[test]
    fn any_bundle_gives_an_answer(entries in prop::collection::vec(json_like(), 0..4)) {
        let batch = json!({"resourceType": "Bundle", "type": "batch", "entry": entries});
        let _ = bundle::transaction(batch);
    }
}

use super::*;
use proptest::prelude::*;

/// Values that readers look for.
const WORDS: &str = "Patient Observation DiagnosticReport MedicationRequest Procedure Bundle \
    84413-4 69548-6 84414-2 53040-2 48018-6 HGNC:2621 http://loinc.org final *1/*2 LA9633-4 \
    transaction PUT Patient/1 NC_000010.11 # LA9657-3 81254-5 therapeutic-implication";

/// Elements that readers look for.
const NAMES: &str = "resourceType id status code coding system component value text \
    valueCodeableConcept valueString valueRange low name identifier entry resource request \
    method url type contained extension reference medicationReference subject given _given \
    display birthDate performer presentedForm issued";

/// Any JSON, with the names and values that readers look for.
fn json_like() -> impl Strategy<Value = Value> {
    let pick = |list: &'static str| {
        prop::sample::select(list.split_whitespace().collect::<Vec<&'static str>>())
    };
    let leaf = prop_oneof![
        pick(WORDS).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        let fields = prop::collection::btree_map(pick(NAMES), inner.clone(), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::Array),
            fields.prop_map(|m| m.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
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

    #[test]
    fn any_genomic_observation_gives_an_answer(
        code in prop::sample::select(vec!["84413-4", "84414-2", "69548-6", "53040-2"]),
        value in json_like(),
        parts in prop::collection::vec(
            (prop::sample::select(vec!["48018-6", "48013-7", "81254-5", "48002-0", "69547-8"]),
                json_like()),
            0..5,
        ),
    ) {
        let part = |(code, value): (&str, Value)| {
            json!({"code": loinc(code), "valueCodeableConcept": value, "valueRange": value,
                "valueString": value})
        };
        let parts: Vec<Value> = parts.into_iter().map(part).collect();
        let resource = observation(code, json!({"valueCodeableConcept": value}), json!(parts));
        let (facts, problems) = facts_of(&resource, None, "x");
        // Never silent: a fact, or a word on why there is none.
        prop_assert!(!facts.is_empty() || !problems.is_empty());
    }
}

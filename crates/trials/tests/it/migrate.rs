//! Where V2's answers and ours differ, and by which leaf.

use crate::hand::{AS_OF, context, import, one_arm, world};
use knowledge::oncology::OncologyNames;
use serde_json::{Map, Value, json};
use std::sync::OnceLock;
use trials::compat::{Migrated, NameMap, Options, Record, Sides, load, migrate, run};
use trials::patient::Reader;

fn map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn clinical(vital: &str) -> Value {
    json!({"SAMPLE_ID": "S1", "VITAL_STATUS": vital, "GENDER": "Female",
        "ONCOTREE_PRIMARY_DIAGNOSIS_NAME": "Lung Adenocarcinoma", "BIRTH_DATE_INT": 19_640_302,
        "REPORT_DATE": "2026-01-05"})
}

fn kras() -> Value {
    json!({"SAMPLE_ID": "S1", "TRUE_HUGO_SYMBOL": "KRAS", "TRUE_PROTEIN_CHANGE": "p.G12D",
        "TRUE_VARIANT_CLASSIFICATION": "Missense_Mutation", "VARIANT_CATEGORY": "MUTATION",
        "WILDTYPE": false})
}

/// The two answers of the one arm about one sample with KRAS G12D.
fn told(document: &Value, vital: &str) -> Migrated {
    static NAMES: OnceLock<NameMap> = OnceLock::new();
    let names = NAMES.get_or_init(|| NameMap::legacy(&OncologyNames::built_in().unwrap()));
    let options = Options {
        as_of: AS_OF,
        deceased: false,
        closed: false,
        all_clinical_reasons: false,
        status_field: None,
        names,
    };
    let (records, problems) = load(vec![map(clinical(vital))], vec![map(kras())]);
    assert!(problems.is_empty(), "{problems:?}");
    let world = world();
    let mut reader = Reader::new(&world.genes, &world.panels, &world.tree, AS_OF);
    let patients: Vec<_> =
        records.iter().map(|one: &Record| reader.patient(&one.reported("S1")).0).collect();
    let trial = import(document);
    let fields = document.as_object().unwrap();
    let matches = run(fields, &records, &options).matches;
    let samples: Vec<_> = records.iter().zip(&patients).collect();
    let (options, context) = (&options, &context());
    let sides = Sides { trial: &trial, document: fields, options, context, samples: &samples };
    let cohort = &trial.cohorts[0];
    migrate(&sides, cohort, trials::Status::Open == cohort.status, &matches)
}

/// `reported, ours needs-data: not-tested genomic`, or who takes the sample.
fn words(migrated: &Migrated) -> String {
    let [one] = migrated.differences.as_slice() else {
        return format!("{} both, {} neither", migrated.both, migrated.neither);
    };
    assert_eq!(one.samples, ["S1"]);
    let last = |pointer: &str| pointer.rsplit('/').next().unwrap_or_default().to_owned();
    let causes = one.causes.iter().map(|cause| {
        assert!(!cause.text.is_empty(), "{cause:?}");
        format!("{} {}", cause.code, last(&cause.pointer))
    });
    let causes: Vec<String> = causes.collect();
    let v2 = if one.compat { "reported" } else { "not reported" };
    format!("{v2}, ours {}: {}", one.three_valued, causes.join("; "))
}

#[test]
fn each_difference_names_its_leaf_and_its_cause() {
    let found = json!({"genomic": {"hugo_symbol": "KRAS", "variant_category": "Mutation"}});
    let and = |leaf: Value| json!({"and": [found.clone(), leaf]});
    let clinical = |keys: Value| and(json!({ "clinical": keys }));
    for (item, expected) in [
        (found.clone(), "1 both, 0 neither"),
        (json!({"genomic": {"hugo_symbol": "!KRAS"}}), "0 both, 1 neither"),
        // What nobody looked for is not absent.
        (
            json!({"genomic": {"hugo_symbol": "!EGFR", "variant_category": "Mutation"}}),
            "reported, ours needs-data: not-tested genomic",
        ),
        (
            json!({"genomic": {"hugo_symbol": "EGFR", "variant_category": "Mutation"}}),
            "not reported, ours needs-data: not-tested genomic",
        ),
        (
            clinical(json!({"tmb_numerical": ">=10"})),
            "not reported, ours needs-data: not-measured tmb_numerical",
        ),
        (
            and(json!({"genomic": {"mmr_status": "!MMR-Deficient"}})),
            "reported, ours needs-data: not-measured mmr_status",
        ),
        // Keys that V2 does not look at, keys that neither knows, and sentences.
        (
            clinical(json!({"her2_status": "Positive"})),
            "reported, ours needs-data: ignored-key her2_status",
        ),
        (clinical(json!({"smoking": "!Yes"})), "reported, ours needs-data: not-mapped smoking"),
        (clinical(json!({"disease_status": ["Metastatic"]})), "1 both, 0 neither"),
        // Words compared as they are written.
        (
            json!({"genomic": {"hugo_symbol": "KRAS", "protein_change": "G12D"}}),
            "not reported, ours eligible: compared-literally genomic",
        ),
        (
            and(json!({"genomic": {"hugo_symbol": "kras"}})),
            "not reported, ours eligible: compared-literally genomic",
        ),
        (
            json!({"genomic": {"hugo_symbol": "KRAS", "exon": 2}}),
            "not reported, ours needs-data: not-stated genomic",
        ),
        (
            json!({"clinical": {"age_numerical": ">=18"}}),
            "not reported, ours eligible: no-reason match",
        ),
        // Only the alternative that V2 takes is the cause.
        (
            json!({"or": [{"genomic": {"hugo_symbol": "!EGFR"}},
                {"genomic": {"hugo_symbol": "ALK", "variant_category": "Mutation"}}]}),
            "reported, ours needs-data: not-tested genomic",
        ),
    ] {
        assert_eq!(words(&told(&one_arm(item.clone()), "alive")), expected, "{item}");
    }
}

#[test]
fn levels_and_status_are_causes_of_their_own() {
    let found = json!({"genomic": {"hugo_symbol": "KRAS", "variant_category": "Mutation"}});
    let mut of_men = one_arm(found.clone());
    of_men["match"] = json!([{"clinical": {"gender": "Male"}}]);
    assert_eq!(words(&told(&of_men, "alive")), "reported, ours not-eligible: other-level gender");
    assert_eq!(
        words(&told(&one_arm(found.clone()), "Alive")),
        "not reported, ours eligible: not-alive match"
    );
    let mut plain = one_arm(found);
    plain.as_object_mut().unwrap().remove("_summary");
    plain["status"] = json!("Open to Accrual");
    assert_eq!(words(&told(&plain, "alive")), "not reported, ours eligible: not-run match");
}

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
    told_of(document, vital, &kras())
}

/// The same about a sample with one row.
fn told_of(document: &Value, vital: &str, row: &Value) -> Migrated {
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
    let (records, problems) = load(vec![map(clinical(vital))], vec![map(row.clone())]);
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

/// What trials in use get wrong, or write in a way of their own: what V2 makes of it, and ours.
#[test]
fn traps_of_ctml_in_both_semantics() {
    let row = |fields: Value| {
        let mut row = map(fields);
        row.insert("SAMPLE_ID".into(), json!("S1"));
        Value::Object(row)
    };
    let genomic = |keys: Value| json!({ "genomic": keys });
    let with_kras = |keys: Value| {
        json!({"and": [genomic(json!({"hugo_symbol": "KRAS", "variant_category": "Mutation"})),
            {"clinical": keys}]})
    };
    let wild = row(json!({"TRUE_HUGO_SYMBOL": "EGFR", "WILDTYPE": true}));
    let exon = row(json!({"TRUE_HUGO_SYMBOL": "KRAS", "TRUE_PROTEIN_CHANGE": "p.G12D",
        "TRUE_VARIANT_CLASSIFICATION": "Missense_Mutation", "VARIANT_CATEGORY": "MUTATION",
        "TRUE_TRANSCRIPT_EXON": 2, "WILDTYPE": false}));
    let amplified = row(json!({"TRUE_HUGO_SYMBOL": "ERBB2", "VARIANT_CATEGORY": "CNV",
        "CNV_CALL": "High level amplification"}));
    let fused = row(json!({"VARIANT_CATEGORY": "SV", "LEFT_PARTNER_GENE": "EML4",
        "RIGHT_PARTNER_GENE": "ALK"}));
    let both = "1 both, 0 neither";
    let literally = "not reported, ours eligible: compared-literally genomic";
    let of_facts = "not reported, ours eligible: compared-literally clinical";
    for (item, row, expected) in [
        // A row that says wild type is a row of the gene to V2.
        (
            genomic(json!({"hugo_symbol": "EGFR"})),
            &wild,
            "reported, ours needs-data: not-tested genomic",
        ),
        (genomic(json!({"hugo_symbol": "EGFR", "wildtype": true})), &wild, both),
        (genomic(json!({"hugo_symbol": "EGFR", "wildtype": "True"})), &wild, literally),
        (genomic(json!({"hugo_symbol": "KRAS", "exon": 2})), &exon, both),
        (genomic(json!({"hugo_symbol": "KRAS", "exon": "2"})), &exon, literally),
        // Two spellings of one class, and a slip.
        (
            genomic(json!({"hugo_symbol": "ERBB2", "cnv_call": "High Amplification"})),
            &amplified,
            both,
        ),
        (
            genomic(json!({"hugo_symbol": "ERBB2", "cnv_call": "High level amplification"})),
            &amplified,
            both,
        ),
        (
            genomic(json!({"hugo_symbol": "ERBB2", "cnv_call": "High Amplication"})),
            &amplified,
            literally,
        ),
        (
            genomic(json!({"hugo_symbol": "ALK", "variant_category": "Structural Variation"})),
            &fused,
            both,
        ),
        (
            genomic(json!({"hugo_symbol": "ALK", "variant_category": "structural variation"})),
            &fused,
            literally,
        ),
        // A full change where a residue is meant.
        (genomic(json!({"hugo_symbol": "KRAS", "wildcard_protein_change": "p.G12"})), &exon, both),
        (
            genomic(json!({"hugo_symbol": "KRAS", "wildcard_protein_change": "p.G12D"})),
            &exon,
            literally,
        ),
        // Keys that V2 does not know.
        (genomic(json!({"match_all": true})), &exon, literally),
        (
            genomic(json!({"hugo_symbol": "KRAS", "molecular_function": "Activating"})),
            &exon,
            "not reported, ours needs-data: not-stated genomic",
        ),
        (
            with_kras(json!({"ms_status": "MSI-H"})),
            &exon,
            "not reported, ours needs-data: not-measured ms_status",
        ),
        (with_kras(json!({"tmb": "10"})), &exon, "not reported, ours needs-data: not-mapped tmb"),
        // Words and numbers that V2 takes as they are written.
        (with_kras(json!({"gender": "Female"})), &exon, both),
        (with_kras(json!({"gender": "female"})), &exon, of_facts),
        (with_kras(json!({"age_numerical": ">= 18"})), &exon, of_facts),
        (with_kras(json!({"oncotree_primary_diagnosis": "_SOLID_"})), &exon, both),
        (
            with_kras(json!({"oncotree_primary_diagnosis": "Lungish Cancer"})),
            &exon,
            "not reported, ours needs-data: not-mapped oncotree_primary_diagnosis",
        ),
        (
            with_kras(json!({"oncotree_primary_diagnosis": "!Lungish Cancer"})),
            &exon,
            "reported, ours needs-data: not-mapped oncotree_primary_diagnosis",
        ),
    ] {
        assert_eq!(words(&told_of(&one_arm(item.clone()), "alive", row)), expected, "{item}");
    }
}

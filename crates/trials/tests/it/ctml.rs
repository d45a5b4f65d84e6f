//! CTML as it is written, with what curators have to decide.

use crate::hand::{import, one_arm};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use trials::{Status, Trial};

fn codes(trial: &Trial) -> Vec<(&str, &str)> {
    trial.findings.iter().map(|one| (one.code.as_str(), one.pointer.as_str())).collect()
}

/// Item of a `match`, and the findings it gives below the arm's match.
#[test]
fn what_is_not_mapped_is_a_finding_at_its_place() {
    for (item, expected) in [
        (json!({"genomic": {"hugo_symbol": "EGFR"}}), vec![]),
        (json!({"genomic": {"hugo_symbol": "MLL3"}}), vec![("other-name", "genomic/hugo_symbol")]),
        (
            json!({"genomic": {"hugo_symbol": "MLL2"}}),
            vec![("unknown-gene", "genomic/hugo_symbol")],
        ),
        (
            json!({"genomic": {"hugo_symbol": "BRAF", "wildcard_protein_change": "p.V600E"}}),
            vec![("change-as-wildcard", "genomic/wildcard_protein_change")],
        ),
        (
            json!({"genomic": {"hugo_symbol": "BRAF", "protein_change": "p.V600E",
                "wildcard_protein_change": "p.V600"}}),
            vec![("two-changes", "genomic/wildcard_protein_change")],
        ),
        (
            json!({"genomic": {"hugo_symbol": "ERBB2", "protein_change": "p.L755_T75del"}}),
            vec![("change-not-read", "genomic/protein_change")],
        ),
        (
            json!({"genomic": {"hugo_symbol": "ERBB2", "variant_classification": "Del_Ins"}}),
            vec![("unknown-class", "genomic/variant_classification")],
        ),
        (
            json!({"genomic": {"hugo_symbol": "ERBB2", "variant_classification": "Frameshift"}}),
            vec![("other-class", "genomic/variant_classification")],
        ),
        (
            json!({"genomic": {"hugo_symbol": "MET", "cnv_call": "High Amplication"}}),
            vec![("other-word", "genomic/cnv_call")],
        ),
        (
            json!({"genomic": {"hugo_symbol": "MET", "cnv_call": "Heterozygous Deletion"}}),
            vec![("check-loss", "genomic/cnv_call")],
        ),
        (
            json!({"genomic": {"hugo_symbol": "KIT", "molecular_function": "Activating"}}),
            vec![("function", "genomic/molecular_function")],
        ),
        (
            json!({"genomic": {"hugo_symbol": "!KIT", "exon": "!11"}}),
            vec![("ambiguous-exclusion", "genomic")],
        ),
        (
            json!({"genomic": {"hugo_symbol": "KIT", "variant_category": "Loss"}}),
            vec![("unknown-word", "genomic/variant_category")],
        ),
        (json!({"genomic": {"strange": 1}}), vec![("unknown-key", "genomic/strange")]),
        (json!({"clinical": {"tmb": 10}}), vec![("no-comparison", "clinical/tmb")]),
        (
            json!({"clinical": {"age_numerical": "=>18"}}),
            vec![("age-not-read", "clinical/age_numerical")],
        ),
        (
            json!({"clinical": {"age_numerical": ">= 18"}}),
            vec![("blanks", "clinical/age_numerical")],
        ),
        (
            json!({"clinical": {"oncotree_primary_diagnosis": "Some Cancer"}}),
            vec![("unknown-diagnosis", "clinical/oncotree_primary_diagnosis")],
        ),
        (
            json!({"clinical": {"oncotree_primary_diagnosis": "!Sex Cord Stromal Tumor"}}),
            vec![("ambiguous-diagnosis", "clinical/oncotree_primary_diagnosis")],
        ),
        (
            json!({"clinical": {"oncotree_primary_diagnosis": "!Breast", "er_status": "true"}}),
            vec![("ambiguous-exclusion", "clinical")],
        ),
        (
            json!({"clinical": {"her2_status": "2+"}}),
            vec![("unknown-word", "clinical/her2_status")],
        ),
        (json!({"clinicla": {}}), vec![("unknown-node", "clinicla")]),
        (json!({"and": []}), vec![("empty-list", "and")]),
        (json!("x"), vec![("match-not-read", "")]),
        (json!({"prior_treatments": {"drug": "Osimertinib"}}), vec![]),
        (json!({"and_1": [{"genomic": {"hugo_symbol": "EGFR"}}]}), vec![]),
    ] {
        let trial = import(&one_arm(item.clone()));
        let base = "/treatment_list/step/0/arm/0/match/0";
        let expected: Vec<(&str, String)> = expected
            .into_iter()
            .map(|(code, at)| match at {
                "" => (code, base.to_owned()),
                at => (code, format!("{base}/{at}")),
            })
            .collect();
        let found: Vec<(&str, String)> =
            codes(&trial).into_iter().map(|(code, at)| (code, at.to_owned())).collect();
        assert_eq!(found, expected, "{item}");
    }
}

#[test]
fn levels_are_cohorts_and_ask_what_is_above_them() {
    let document = json!({
        "protocol_no": 20_190_131, "status": "Open to Accrual",
        "match": [{"clinical": {"gender": "Male"}}],
        "treatment_list": {"step": [{
            "step_code": "1",
            "match": [{"clinical": {"age_numerical": ">=18"}}],
            "arm": [
                {"arm_internal_id": 7, "arm_code": "A", "arm_suspended": "y",
                 "match": [{"genomic": {"hugo_symbol": "EGFR"}}],
                 "dose_level": [{"level_internal_id": 9, "level_code": "D",
                    "match": [{"genomic": {"hugo_symbol": "KRAS"}}]}]},
                {"arm_internal_id": 8, "arm_code": "B", "arm_suspended": "N"},
            ],
        }]},
    });
    let trial = import(&document);
    assert_eq!((trial.id.as_str(), trial.status), ("20190131", Status::Open));
    let shown: Vec<_> = trial
        .cohorts
        .iter()
        .map(|one| (one.id.as_str(), one.path.as_str(), one.status, trial.parts(one).len()))
        .collect();
    assert_eq!(
        shown,
        [
            ("step 1", "step 1", Status::Open, 2),
            ("7", "step 1 / arm 1", Status::Suspended, 3),
            ("9", "step 1 / arm 1 / dose level 1", Status::Suspended, 4),
        ]
    );
    assert_eq!(codes(&trial).iter().filter(|(code, _)| *code == "both-levels").count(), 3);
    assert_eq!(trial.document, Some(document));
}

#[test]
fn statuses_of_both_dialects() {
    for (fields, status, found) in [
        (json!({"_summary": {"status": [{"value": "open to accrual"}]}}), Status::Open, 0),
        (json!({"status": "Closed to Accrual"}), Status::Closed, 0),
        (json!({"status": "Half open"}), Status::Unknown, 1),
        (json!({}), Status::Unknown, 1),
    ] {
        let mut document = Map::from_iter([("protocol_no".to_owned(), json!("1"))]);
        document.extend(fields.as_object().unwrap().clone());
        let trial = import(&Value::Object(document));
        assert_eq!((trial.status, trial.findings.len()), (status, found), "{fields}");
    }
}

/// The curated trials at hand: everything is kept, and each trap they hold is found.
#[test]
fn published_trials_are_read_without_loss() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/oncology/trials-ctml");
    let Ok(entries) = std::fs::read_dir(folder) else {
        println!("skipped: no trials at ../shared/data/oncology/trials-ctml");
        return;
    };
    let (mut counts, mut cohorts) = (BTreeMap::new(), BTreeMap::new());
    for path in entries.map(|entry| entry.unwrap().path()) {
        let document: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let trial = import(&document);
        assert_eq!(trial.document.as_ref(), Some(&document));
        for leaf in trial.cohorts.iter().flat_map(|cohort| cohort.criteria.leaves()) {
            assert!(document.pointer(&leaf.source.pointer).is_some(), "{}", leaf.source.pointer);
        }
        for cohort in &trial.cohorts {
            let pointer = trials::ctml::match_pointer(cohort);
            assert!(document.pointer(&pointer).is_some(), "{pointer}");
        }
        for finding in &trial.findings {
            assert!(document.pointer(&finding.pointer).is_some(), "{finding:?}");
            *counts.entry(finding.code.clone()).or_insert(0) += 1;
        }
        cohorts.insert(trial.id.clone(), trial.cohorts.len());
    }
    let counts: Vec<(&str, i32)> = counts.iter().map(|(code, n)| (code.as_str(), *n)).collect();
    assert_eq!(
        counts,
        [
            ("ambiguous-exclusion", 1),
            ("both-levels", 3),
            ("change-as-wildcard", 7),
            ("change-not-read", 1),
            ("check-loss", 3),
            ("function", 28),
            ("no-comparison", 1),
            ("other-word", 19),
            ("unknown-class", 1),
        ]
    );
    let cohorts: Vec<(&str, usize)> = cohorts.iter().map(|(id, n)| (id.as_str(), *n)).collect();
    assert_eq!(cohorts, [("20190131", 3), ("CTNO155X2101", 4), ("PM1", 13)]);
}

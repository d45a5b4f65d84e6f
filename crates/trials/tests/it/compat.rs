//! V2's answers, line by line. Each table is one rule of its documentation.

use crate::hand::{AS_OF, one_arm};
use knowledge::oncology::OncologyNames;
use serde_json::{Map, Value, json};
use std::sync::OnceLock;
use trials::compat::{Matched, NameMap, Options, load, run};

fn names() -> &'static NameMap {
    static NAMES: OnceLock<NameMap> = OnceLock::new();
    NAMES.get_or_init(|| NameMap::legacy(&OncologyNames::built_in().unwrap()))
}

fn options() -> Options<'static> {
    Options {
        as_of: AS_OF,
        deceased: false,
        closed: false,
        all_clinical_reasons: false,
        status_field: None,
        names: names(),
    }
}

fn map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn clinical() -> Value {
    json!({"_id": {"$oid": "a1"}, "SAMPLE_ID": "S1", "VITAL_STATUS": "alive", "GENDER": "Female",
        "ONCOTREE_PRIMARY_DIAGNOSIS_NAME": "Lung Adenocarcinoma",
        "BIRTH_DATE_INT": {"$numberInt": "19640302"}, "REPORT_DATE": "2026-01-05",
        "TUMOR_MUTATIONAL_BURDEN_PER_MEGABASE": 12.4})
}

fn matched(document: &Value, clinical: Value, rows: &[Value], options: &Options<'_>) -> Matched {
    let rows = rows.iter().map(|row| {
        let mut row = map(row.clone());
        row.entry("SAMPLE_ID").or_insert(json!("S1"));
        row
    });
    let (records, problems) = load(vec![map(clinical)], rows.collect());
    assert!(problems.is_empty(), "{problems:?}");
    run(document.as_object().unwrap(), &records, options)
}

/// What is said of one sample, one string a document.
fn said(item: Value, rows: &[Value]) -> Vec<String> {
    said_of(item, clinical(), rows, &options())
}

fn said_of(item: Value, clinical: Value, rows: &[Value], options: &Options<'_>) -> Vec<String> {
    let matched = matched(&one_arm(item), clinical, rows, options);
    matched.matches.into_iter().map(|one| one.genomic_alteration).collect()
}

fn g12d() -> Value {
    json!({"TRUE_HUGO_SYMBOL": "KRAS", "TRUE_PROTEIN_CHANGE": "p.G12D", "TIER": 1,
        "TRUE_VARIANT_CLASSIFICATION": "Missense_Mutation", "TRUE_TRANSCRIPT_EXON": 2,
        "VARIANT_CATEGORY": "MUTATION", "WILDTYPE": false})
}

fn wild() -> Value {
    json!({"TRUE_HUGO_SYMBOL": "BRAF", "WILDTYPE": true})
}

fn amplified() -> Value {
    json!({"TRUE_HUGO_SYMBOL": "MET", "VARIANT_CATEGORY": "CNV",
        "CNV_CALL": "High level amplification"})
}

#[test]
fn genomic_leaves_are_one_row_with_every_key() {
    let rows = [g12d(), wild(), amplified()];
    for (keys, expected) in [
        (json!({"hugo_symbol": "KRAS"}), vec!["KRAS p.G12D"]),
        (json!({"HUGO_SYMBOL": "KRAS"}), vec!["KRAS p.G12D"]),
        // Any row of the gene, wild type included.
        (json!({"hugo_symbol": "BRAF"}), vec!["wt BRAF"]),
        (json!({"hugo_symbol": "BRAF", "wildtype": true}), vec!["wt BRAF"]),
        (json!({"hugo_symbol": "BRAF", "wildtype": "True"}), vec![]),
        (json!({"hugo_symbol": "MET", "wildtype": false}), vec![]),
        (json!({"hugo_symbol": "kras"}), vec![]),
        (json!({"hugo_symbol": "KRAS", "exon": 2}), vec!["KRAS p.G12D"]),
        (json!({"hugo_symbol": "KRAS", "exon": "2"}), vec![]),
        (json!({"hugo_symbol": "KRAS", "variant_category": "mutation"}), vec!["KRAS p.G12D"]),
        (
            json!({"hugo_symbol": "MET", "variant_category": "Any Variation"}),
            vec!["MET High level amplification"],
        ),
        (
            json!({"hugo_symbol": "MET", "variant_category": "copy number variation"}),
            vec!["MET High level amplification"],
        ),
        (
            json!({"hugo_symbol": "MET", "cnv_call": "High Amplification"}),
            vec!["MET High level amplification"],
        ),
        (
            json!({"hugo_symbol": "MET", "cnv_call": "High level amplification"}),
            vec!["MET High level amplification"],
        ),
        (json!({"hugo_symbol": "MET", "cnv_call": "high amplification"}), vec![]),
        (json!({"hugo_symbol": "KRAS", "wildcard_protein_change": "p.G12"}), vec!["KRAS p.G12D"]),
        (json!({"hugo_symbol": "KRAS", "wildcard_protein_change": "G12"}), vec!["KRAS p.G12D"]),
        (json!({"hugo_symbol": "KRAS", "wildcard_protein_change": "p.g1"}), vec![]),
        // Two keys on one field: the later wins.
        (
            json!({"hugo_symbol": "KRAS", "protein_change": "p.X1Y",
            "wildcard_protein_change": "p.G12"}),
            vec!["KRAS p.G12D"],
        ),
        (json!({"hugo_symbol": "KRAS", "display_name": "x"}), vec!["KRAS p.G12D"]),
        // Unknown keys are equality with a field that nobody has.
        (json!({"hugo_symbol": "KRAS", "molecular_function": "Activating"}), vec![]),
        (json!({"match_all": true}), vec![]),
        // "!" anywhere: no such row.
        (json!({"hugo_symbol": "!KRAS"}), vec![]),
        (json!({"hugo_symbol": "!EGFR"}), vec!["!EGFR Mutation"]),
        (json!({"hugo_symbol": "KRAS", "protein_change": "!p.G12C"}), vec!["!KRAS p.G12C"]),
        (json!({"hugo_symbol": "KRAS", "strange": "!x"}), vec!["!KRAS Mutation"]),
        (
            json!({"hugo_symbol": "MET", "cnv_call": "!Homozygous Deletion"}),
            vec!["!MET Homozygous deletion"],
        ),
    ] {
        assert_eq!(said(json!({ "genomic": keys }), &rows), expected, "{keys}");
    }
}

#[test]
fn repair_and_signatures_do_not_look_at_the_gene() {
    let rows = [json!({"VARIANT_CATEGORY": "SIGNATURE", "APOBEC_STATUS": "Yes",
        "POLE_STATUS": "No", "TOBACCO_STATUS": "Yes",
        "MMR_STATUS": "Deficient (MMR-D / MSI-H)"})];
    for (keys, expected) in [
        (json!({"mmr_status": "MMR-Deficient"}), vec!["MMR-D/MSI-H"]),
        (json!({"hugo_symbol": "None", "ms_status": "MSI-H"}), vec!["MMR-D/MSI-H"]),
        (json!({"ms_status": "MSS"}), vec![]),
        (json!({"apobec_signature": "Yes", "hugo_symbol": "None"}), vec!["APOBEC Signature"]),
        (json!({"pole_signature": "No"}), vec!["No POLE Signature"]),
        (json!({"tobacco_signature": "Yes"}), vec!["Tobacco Signature"]),
        (json!({"uva_signature": "Yes"}), vec![]),
    ] {
        assert_eq!(said(json!({ "genomic": keys }), &rows), expected, "{keys}");
    }
    let stopped = matched(
        &one_arm(json!({"genomic": {"mmr_status": "dMMR"}})),
        clinical(),
        &rows,
        &options(),
    );
    assert_eq!((stopped.matches.len(), stopped.problems[0].code.as_str()), (0, "compat-not-read"));
}

#[test]
fn clinical_leaves_are_keys_each_with_its_own_exclusion() {
    let kras =
        |keys: Value| json!({"and": [{"clinical": keys}, {"genomic": {"hugo_symbol": "KRAS"}}]});
    for (keys, holds) in [
        (json!({"gender": "Female"}), true),
        (json!({"gender": "female"}), false),
        (json!({"Gender": "!Male"}), true),
        (json!({"oncotree_primary_diagnosis": "Non-Small Cell Lung Cancer"}), true),
        (json!({"oncotree_primary_diagnosis": "!Melanoma"}), true),
        (json!({"oncotree_primary_diagnosis": "_SOLID_"}), true),
        (json!({"oncotree_primary_diagnosis": "_LIQUID_"}), false),
        // Not in the map: the name itself.
        (json!({"oncotree_primary_diagnosis": "lung adenocarcinoma"}), false),
        (json!({"oncotree_primary_diagnosis": "!Advanced Cancers"}), true),
        (json!({"her2_status": "Positive", "disease_status": ["x"]}), true),
        (json!({"ms_status": "MSI-H"}), false),
        (json!({"ms_status": "!MSI-H"}), true),
        (json!({"tmb": 10}), false),
        (json!({"age_numerical": ">=18"}), true),
        (json!({"age_numerical": ">=62.5"}), false),
        (json!({"age_numerical": ">=62.42"}), true),
        (json!({"age_numerical": "<62"}), false),
        (json!({"age_numerical": ">= 18"}), false),
        (json!({"age_numerical": "=>18"}), false),
        (json!({"tmb_numerical": ">=10"}), true),
        (json!({"tmb_numerical": "<10"}), false),
    ] {
        let found = said(kras(keys.clone()), &[g12d()]);
        let shown = found.iter().any(|one| one == "KRAS p.G12D");
        assert_eq!(shown, holds, "{keys}");
    }
}

/// A fraction of a year is months, ties to even; days are clipped to the month's end.
#[test]
fn ages_are_days() {
    let born = |day: i64| {
        let mut clinical = clinical();
        clinical["BIRTH_DATE_INT"] = json!(day);
        clinical
    };
    for (age, birth, holds) in [
        (">=18", 20_080_824, true),
        (">=18", 20_080_825, false),
        (">18", 20_080_824, false),
        ("<18", 20_080_825, true),
        ("<=18", 20_080_824, true),
        ("==18", 20_080_824, true),
        (">=0.083", 20_260_724, true),
        // 0.125 of a year is 1.5 months, and 2 of them; 0.208333 is 2.5, and 2 as well.
        (">=0.125", 20_260_624, true),
        (">=0.125", 20_260_625, false),
    ] {
        let item = json!({"and": [{"clinical": {"age_numerical": age}},
            {"genomic": {"hugo_symbol": "KRAS"}}]});
        let found = said_of(item, born(birth), &[g12d()], &options());
        assert_eq!(found.len(), usize::from(holds), "{age} {birth}");
    }
}

fn fusion(left: Value, right: Value) -> Value {
    json!({"VARIANT_CATEGORY": "SV", "LEFT_PARTNER_GENE": left, "RIGHT_PARTNER_GENE": right,
        "STRUCTURAL_VARIANT_COMMENT": "An EML4-ALK rearrangement was seen."})
}

#[test]
fn structural_variation_is_fields_or_an_old_comment() {
    let asked = |first: &str, partner: &str| {
        let mut keys = Map::from_iter([("variant_category".into(), "Structural Variation".into())]);
        for (key, value) in [("hugo_symbol", first), ("fusion_partner_hugo_symbol", partner)] {
            if !value.is_empty() {
                keys.insert(key.into(), value.into());
            }
        }
        json!({ "genomic": keys })
    };
    let both = fusion(json!("EML4"), json!("ALK"));
    let lone = fusion(json!("ALK"), Value::Null);
    for (first, partner, row, expected) in [
        ("ALK", "EML4", &both, vec!["EML4-ALK Structural Variant"]),
        ("EML4", "ALK", &both, vec!["EML4-ALK Structural Variant"]),
        ("ALK", "", &both, vec!["EML4-ALK Structural Variant"]),
        ("ALK", "any_gene", &both, vec!["EML4-ALK Structural Variant"]),
        ("ALK", "KIF5B", &both, vec![]),
        ("ALK", "intergenic", &both, vec![]),
        ("ALK", "intergenic", &lone, vec!["ALK-intergenic Structural Variant"]),
        ("ALK", "Any Gene", &lone, vec![]),
        ("!RET", "", &both, vec!["!RET Structural Variation"]),
        ("!ALK", "", &both, vec![]),
    ] {
        let found = said(asked(first, partner), std::slice::from_ref(row));
        assert_eq!(found, expected, "{first} {partner}");
    }
    // Other capitals: the category alone, and the gene on the row.
    let item =
        json!({"genomic": {"hugo_symbol": "ALK", "variant_category": "structural variation"}});
    assert!(said(item, std::slice::from_ref(&both)).is_empty());
    // Before fields: the comment names the gene, and the match is hidden.
    let mut old = clinical();
    old["REPORT_DATE"] = json!("2018-11-30");
    for (comment, first, expected) in [
        ("An EML4-ALK rearrangement was seen.", "ALK", 1),
        ("alk rearranged", "ALK", 1),
        ("ALK", "ALK", 0),
        ("TALKATIVE", "ALK", 0),
        ("An EML4-ALK rearrangement was seen.", "RET", 0),
    ] {
        let row = json!({"VARIANT_CATEGORY": "SV", "STRUCTURAL_VARIANT_COMMENT": comment});
        let one = matched(&one_arm(asked(first, "EML4")), old.clone(), &[row], &options());
        assert_eq!(one.matches.len(), expected, "{comment}");
        if let Some(one) = one.matches.first() {
            assert_eq!((one.show_in_ui, one.sort_order[0]), (false, -1));
            assert_eq!(one.genomic_alteration, "ALK Structural Variation");
        }
    }
    let excluded = matched(&one_arm(asked("!RET", "")), old, &[both], &options());
    assert!(excluded.matches[0].show_in_ui);
}

#[test]
fn who_has_no_reason_to_show_is_not_reported() {
    let item = json!({"clinical": {"age_numerical": ">=18",
        "oncotree_primary_diagnosis": "_SOLID_", "her2_status": "x"}});
    assert!(said(item.clone(), &[]).is_empty());
    let all = Options { all_clinical_reasons: true, ..options() };
    assert_eq!(said_of(item, clinical(), &[], &all), [""]);
    let ignored = json!({"clinical": {"her2_status": "x"}});
    assert!(said_of(ignored, clinical(), &[], &all).is_empty());
    let burden = json!({"clinical": {"tmb_numerical": ">=10"}});
    assert_eq!(said(burden, &[]), ["TMB = 12.4"]);
}

#[test]
fn levels_run_by_themselves_and_closed_ones_do_not() {
    let arm = |id: i64, flag: &str| {
        json!({"arm_internal_id": id, "arm_code": "A", "arm_suspended": flag,
            "match": [{"genomic": {"hugo_symbol": "KRAS"}}],
            "dose_level": [{"level_internal_id": id * 10, "level_code": "D",
                "level_suspended": "N", "match": [{"genomic": {"hugo_symbol": "KRAS"}}]}]})
    };
    let mut document = json!({
        "protocol_no": "10-001", "_summary": {"status": [{"value": "Open to Accrual"}]},
        "match": [{"genomic": {"hugo_symbol": "EGFR"}}],
        "treatment_list": {"step": [
            {"step_internal_id": 1, "match": [{"genomic": {"hugo_symbol": "EGFR"}}],
             "arm": [arm(2, "N"), arm(3, " y ")]},
            {"step_internal_id": 4, "match": [{"genomic": {"hugo_symbol": "KRAS"}}],
             "arm": [arm(5, "Y")]},
            {"step_internal_id": 6, "match": [{"genomic": {"hugo_symbol": "KRAS"}}]},
        ]},
    });
    let ids = |document: &Value, options: &Options<'_>| -> Vec<(String, String)> {
        matched(document, clinical(), &[g12d()], options)
            .matches
            .into_iter()
            .map(|one| (one.match_level, one.internal_id))
            .collect()
    };
    let named = |list: &[(&str, &str)]| -> Vec<(String, String)> {
        list.iter().map(|(level, id)| ((*level).to_owned(), (*id).to_owned())).collect()
    };
    // A dose level does not need its arm to be open, an arm not its step's clause.
    assert_eq!(
        ids(&document, &options()),
        named(&[("arm", "2"), ("dose", "20"), ("dose", "30"), ("dose", "50")])
    );
    let closed = Options { closed: true, ..options() };
    assert_eq!(
        ids(&document, &closed),
        named(&[
            ("arm", "2"),
            ("arm", "3"),
            ("arm", "5"),
            ("dose", "20"),
            ("dose", "30"),
            ("dose", "50"),
            ("step", "4"),
            ("step", "6"),
        ])
    );
    document["_summary"]["status"][0]["value"] = json!("Closed to Accrual");
    assert!(ids(&document, &options()).is_empty());
    assert_eq!(ids(&document, &closed).len(), 8);
    // A plain status does not count, unless the site says so.
    document["_summary"] = Value::Null;
    document["status"] = json!("Open to Accrual");
    assert!(ids(&document, &options()).is_empty());
    let plain = Options { status_field: Some("status".into()), ..options() };
    assert_eq!(ids(&document, &plain).len(), 4);
}

#[test]
fn only_the_living_are_matched() {
    for (vital, deceased, count) in
        [("alive", false, 1), ("Alive", false, 0), ("deceased", false, 0), ("deceased", true, 1)]
    {
        let mut clinical = clinical();
        clinical["VITAL_STATUS"] = json!(vital);
        let options = Options { deceased, ..options() };
        let item = json!({"genomic": {"hugo_symbol": "KRAS"}});
        assert_eq!(said_of(item, clinical, &[g12d()], &options).len(), count, "{vital}");
    }
}

#[test]
fn a_document_says_where_what_and_in_which_order() {
    let item = json!({"and": [
        {"clinical": {"oncotree_primary_diagnosis": "_SOLID_"}},
        {"or": [
            {"genomic": {"hugo_symbol": "KRAS", "protein_change": "p.G12D"}},
            {"genomic": {"hugo_symbol": "MET", "cnv_call": "High Amplification"}},
            {"genomic": {"hugo_symbol": "!NRAS"}},
        ]},
    ]});
    let mut document = one_arm(item);
    document["_summary"]["coordinating_center"] = json!("Dana-Farber Cancer Institute");
    let found = matched(&document, clinical(), &[g12d(), amplified()], &options()).matches;
    let shown: Vec<(&str, &str, &str, &[i64])> = found
        .iter()
        .map(|one| {
            (
                one.genomic_alteration.as_str(),
                one.match_type.as_str(),
                one.cancer_type_match.as_str(),
                one.sort_order.as_slice(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("!NRAS Mutation", "gene", "all_solid", &[1, 99, 1, 99, 99, 0, 10_001][..]),
            ("MET High level amplification", "gene", "all_solid", &[1, 71, 1, 99, 99, 0, 10_001]),
            ("KRAS p.G12D", "variant", "all_solid", &[1, 50, 0, 99, 99, 0, 10_001]),
        ]
    );
    let one = &found[0];
    assert_eq!(
        (one.match_level.as_str(), one.internal_id.as_str(), one.reason_type.as_str()),
        ("arm", "11", "genomic")
    );
    // Letters in the protocol number: no last place.
    document["protocol_no"] = json!("CTNO155X2101");
    let found = matched(&document, clinical(), &[g12d()], &options()).matches;
    assert_eq!(found[0].sort_order.len(), 6);
}

#[test]
fn rows_join_by_sample_and_nobodys_rows_are_told() {
    let clinical = vec![map(json!({"_id": {"$oid": "a"}, "SAMPLE_ID": "S1"}))];
    let rows = vec![
        map(json!({"SAMPLE_ID": "S1", "CLINICAL_ID": "zz", "HARMONIZED_HUGO_GENE_NAME": "KRAS"})),
        map(json!({"CLINICAL_ID": {"$oid": "a"}, "TIER": {"$numberInt": "2"}})),
        map(json!({"SAMPLE_ID": "S9"})),
    ];
    let (records, problems) = load(clinical, rows);
    assert_eq!(records[0].genomic.len(), 2);
    assert_eq!(records[0].genomic[0]["TRUE_HUGO_SYMBOL"], "KRAS");
    assert_eq!(records[0].genomic[1]["TIER"], 2);
    assert_eq!((problems.len(), problems[0].place.as_str()), (1, "genomic[2]"));
}

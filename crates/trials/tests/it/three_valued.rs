//! Criteria about patients: met, failed, or not known, and why.

use crate::hand::{
    context, copies, import, joined, measured, one_arm, outcome, patient, person, short,
};
use model::tumor::ReportedTumor;
use serde_json::{Value, json};
use trials::Outcome::{Eligible, NearMiss, NeedsData, NotEligible};
use trials::explain::Reason;
use trials::{Outcome, Trial, explain};

fn genomic(keys: Value) -> Value {
    json!({ "genomic": keys })
}

fn clinical(keys: Value) -> Value {
    json!({ "clinical": keys })
}

fn g12d() -> ReportedTumor {
    person(vec![short("KRAS", "p.G12D", "Missense_Mutation", "2/6")])
}

#[test]
fn what_was_not_tested_is_neither_there_nor_absent() {
    let kras = |keys: Value| genomic(keys);
    for (item, expected) in [
        (kras(json!({"hugo_symbol": "KRAS", "variant_category": "Mutation"})), Eligible),
        (kras(json!({"hugo_symbol": "!KRAS", "variant_category": "Mutation"})), NotEligible),
        (kras(json!({"hugo_symbol": "EGFR", "variant_category": "Mutation"})), NotEligible),
        (kras(json!({"hugo_symbol": "!EGFR", "variant_category": "Mutation"})), Eligible),
        // Not on the panel.
        (kras(json!({"hugo_symbol": "TP53", "variant_category": "Mutation"})), NeedsData),
        (kras(json!({"hugo_symbol": "!TP53", "variant_category": "Mutation"})), NeedsData),
        // On the panel, for another class.
        (
            kras(json!({"hugo_symbol": "EGFR", "variant_category": "Copy Number Variation",
            "cnv_call": "High Amplification"})),
            NeedsData,
        ),
        (kras(json!({"hugo_symbol": "EGFR"})), NeedsData),
        // Wild type needs somebody who looked.
        (kras(json!({"hugo_symbol": "BRAF", "wildtype": true})), Eligible),
        (kras(json!({"hugo_symbol": "BRAF", "variant_category": "WT"})), Eligible),
        (kras(json!({"hugo_symbol": "KRAS", "wildtype": "True"})), NotEligible),
        (kras(json!({"hugo_symbol": "NRAS", "wildtype": true})), NeedsData),
        // More detail than the report has.
        (kras(json!({"hugo_symbol": "KRAS", "exon": 2})), Eligible),
        (kras(json!({"hugo_symbol": "KRAS", "exon": "3"})), NotEligible),
        (kras(json!({"hugo_symbol": "KRAS", "wildcard_protein_change": "p.G12"})), Eligible),
        (kras(json!({"hugo_symbol": "KRAS", "protein_change": "p.G12C"})), NotEligible),
        // A function is derived, and nothing derives it yet.
        (
            kras(json!({"hugo_symbol": "KRAS", "variant_category": "Mutation",
            "molecular_function": "Activating"})),
            NeedsData,
        ),
        (
            kras(json!({"hugo_symbol": "EGFR", "variant_category": "Mutation",
            "molecular_function": "Activating"})),
            NotEligible,
        ),
        (kras(json!({"match_all": true})), Eligible),
    ] {
        assert_eq!(outcome(item.clone(), &g12d()), expected, "{item}");
    }
}

/// A variant is one variant however it is written, by the laboratory and by the trial.
#[test]
fn spellings_of_one_change_are_one_answer() {
    let spellings = ["p.G12D", "G12D", "p.Gly12Asp", "p.(Gly12Asp)"];
    for reported in spellings {
        let tumor = person(vec![short("KRAS", reported, "Missense_Mutation", "2")]);
        for asked in spellings {
            let item = genomic(json!({"hugo_symbol": "KRAS", "protein_change": asked}));
            assert_eq!(outcome(item, &tumor), Outcome::Eligible, "{asked} of {reported}");
            let not =
                genomic(json!({"hugo_symbol": "KRAS", "protein_change": format!("!{asked}")}));
            assert_eq!(outcome(not, &tumor), Outcome::NotEligible, "!{asked} of {reported}");
        }
    }
}

#[test]
fn rearrangements_have_no_order_unless_asked() {
    let alk = |partner: &str| {
        genomic(json!({"hugo_symbol": "ALK", "variant_category": "Structural Variation",
            "fusion_partner_hugo_symbol": partner}))
    };
    let sv = genomic(json!({"hugo_symbol": "ALK", "variant_category": "Structural Variation"}));
    for (found, item, expected) in [
        (joined("EML4", "ALK"), sv.clone(), Eligible),
        (joined("EML4", "ALK"), alk("EML4"), Eligible),
        (joined("ALK", "EML4"), alk("EML4"), Eligible),
        (joined("ALK", "EML4"), alk("any_gene"), Eligible),
        (joined("ALK", "KIF5B"), alk("EML4"), NotEligible),
        // The partner is not stated; within the gene itself; between genes.
        (joined("ALK", "N/A"), alk("EML4"), NeedsData),
        (joined("ALK", "ALK"), sv.clone(), Eligible),
        (joined("ALK", "intergenic"), alk("intergenic"), Eligible),
        (joined("ALK", "intergenic"), alk("any_gene"), NotEligible),
        (joined("RET", "KIF5B"), sv, NotEligible),
    ] {
        assert_eq!(outcome(item.clone(), &person(vec![found.clone()])), expected, "{item}");
    }
}

#[test]
fn copies_are_the_laboratorys_class() {
    let met = |call: &str| {
        genomic(json!({"hugo_symbol": "MET", "variant_category": "Copy Number Variation",
            "cnv_call": call}))
    };
    for (found, call, expected) in [
        ("High level amplification", "High Amplification", Eligible),
        ("2", "High level amplification", Eligible),
        ("1", "High Amplification", NotEligible),
        ("1", "Low Amplification", Eligible),
        // Losses are not on the panel.
        ("2", "Homozygous Deletion", NeedsData),
        ("-2", "Homozygous Deletion", Eligible),
        ("-1", "Heterozygous Deletion", Eligible),
        ("2", "Many", NeedsData),
    ] {
        let tumor = person(vec![copies("MET", found)]);
        assert_eq!(outcome(met(call), &tumor), expected, "{found} {call}");
    }
}

#[test]
fn names_that_may_mean_two_genes_decide_nothing() {
    let kmt2d = genomic(json!({"hugo_symbol": "KMT2D", "variant_category": "Mutation"}));
    let tumor = person(vec![short("MLL2", "p.R5048*", "Nonsense_Mutation", "")]);
    assert_eq!(outcome(kmt2d.clone(), &tumor), NeedsData);
    assert_eq!(outcome(kmt2d, &person(vec![])), NotEligible);
    let mll = genomic(json!({"hugo_symbol": "MLL2", "variant_category": "Mutation"}));
    assert_eq!(outcome(mll, &tumor), NeedsData);
}

#[test]
fn histones_are_numbered_in_two_ways() {
    let k27m = genomic(json!({"hugo_symbol": "H3F3A", "protein_change": "p.K27M"}));
    for (change, expected) in [("p.K27M", Eligible), ("p.K28M", Eligible), ("p.K29M", NotEligible)]
    {
        let tumor = person(vec![short("H3F3A", change, "Missense_Mutation", "")]);
        assert_eq!(outcome(k27m.clone(), &tumor), expected, "{change}");
    }
}

#[test]
fn measurements_have_their_own_words_and_numbers() {
    for (item, name, value, expected) in [
        (clinical(json!({"tmb_numerical": ">=10"})), "tmb", "12.4", Eligible),
        (clinical(json!({"tmb_numerical": ">= 10"})), "tmb", "9.99", NotEligible),
        (clinical(json!({"tmb_numerical": "<10"})), "er", "positive", NeedsData),
        // Nobody knows how the number is meant.
        (clinical(json!({"tmb": 10})), "tmb", "12.4", NeedsData),
        (clinical(json!({"ms_status": "MSI-H"})), "msi", "MSI-H", Eligible),
        (clinical(json!({"ms_status": "MSI-H"})), "msi", "MSS", NotEligible),
        (clinical(json!({"ms_status": "MSI-H"})), "msi", "[Not Available]", NeedsData),
        // One field for instability and repair answers for both; one of repair alone does not.
        (clinical(json!({"ms_status": "MSI-H"})), "mmr", "Deficient (MMR-D / MSI-H)", Eligible),
        (clinical(json!({"ms_status": "MSI-H"})), "mmr-ihc", "MMR-Deficient", NeedsData),
        (
            genomic(json!({"mmr_status": "MMR-Deficient", "hugo_symbol": "None"})),
            "msi",
            "MSI-H",
            Eligible,
        ),
        (clinical(json!({"her2_status": "Negative"})), "her2", "negative", Eligible),
        (clinical(json!({"her2_status": "false"})), "her2", "Positive", NotEligible),
        (clinical(json!({"her2_status": "false"})), "her2", "Equivocal", NeedsData),
        (clinical(json!({"her2_status": "perhaps"})), "her2", "negative", NeedsData),
    ] {
        let tumor = measured(person(vec![]), name, value);
        assert_eq!(outcome(item.clone(), &tumor), expected, "{item} {value}");
    }
    // A receptor is no gene: amplified, and still not known.
    let tumor = person(vec![copies("ERBB2", "2")]);
    assert_eq!(outcome(clinical(json!({"her2_status": "Positive"})), &tumor), NeedsData);
}

#[test]
fn a_type_that_is_recorded_less_exactly_is_not_another() {
    for (asked, code, expected) in [
        ("Non-Small Cell Lung Cancer", "LUAD", Eligible),
        ("Lung", "LUAD", Eligible),
        ("Lung Adenocarcinoma", "NSCLC", NeedsData),
        ("!Lung Adenocarcinoma", "NSCLC", NeedsData),
        ("!Non-Small Cell Lung Cancer", "LUAD", NotEligible),
        ("!Melanoma", "LUAD", Eligible),
        ("Melanoma", "LUAD", NotEligible),
        ("_SOLID_", "LUAD", Eligible),
        ("_LIQUID_", "LUAD", NotEligible),
        ("_LIQUID_", "MM", Eligible),
        ("_SOLID_", "", NeedsData),
        ("Advanced Solid Tumors", "LUAD", NeedsData),
        ("Primitive Neuroectodermal Tumor", "LUAD", NotEligible),
        // In two places of the tree; both count.
        ("Sex Cord Stromal Tumor", "TSCST", Eligible),
    ] {
        let mut tumor = person(vec![]);
        tumor.diagnosis_code = Some(code.into());
        let item = clinical(json!({ "oncotree_primary_diagnosis": asked }));
        assert_eq!(outcome(item, &tumor), expected, "{asked} of {code}");
    }
}

#[test]
fn ages_turn_on_the_birthday_and_stated_ages_only_grow() {
    let item = |age: &str| clinical(json!({ "age_numerical": age }));
    let born = |text: &str| {
        let mut tumor = person(vec![]);
        tumor.birth = model::PartialDate::parse(text);
        tumor
    };
    let stated = |years: &str| {
        let mut tumor = person(vec![]);
        (tumor.birth, tumor.age_years) = (None, Some(years.into()));
        tumor
    };
    for (age, tumor, expected) in [
        (">=18", born("2008-08-24"), Eligible),
        // Who is too young grows older.
        (">=18", born("2008-08-25"), NearMiss),
        (">=18", born("2008-08"), NeedsData),
        (">=18", born("2008-07"), Eligible),
        (">18", born("2008-08-24"), NearMiss),
        ("<18", born("2008-08-25"), Eligible),
        ("<=18", born("2008-08-24"), Eligible),
        ("<18", born("2008-08-24"), NotEligible),
        (">=0.083", born("2026-07-24"), Eligible),
        (">=0.083", born("2026-07-25"), NearMiss),
        (">= 18", born("1990-01-01"), Eligible),
        (">=18", stated("62"), Eligible),
        (">=63", stated("62"), NeedsData),
        ("<=65", stated("62"), NeedsData),
        ("<62", stated("62"), NotEligible),
        (">=18", stated(""), NeedsData),
        ("18", born("1990-01-01"), NeedsData),
    ] {
        assert_eq!(outcome(item(age), &tumor), expected, "{age} {:?}", tumor.birth);
    }
}

fn leaves(reason: &Reason, out: &mut Vec<(String, String, String)>) {
    match reason {
        Reason::Leaf(leaf) => {
            let missing = leaf.missing.clone().unwrap_or_default();
            out.push((format!("{}: {}", leaf.outcome, leaf.expected), leaf.found.clone(), missing));
        }
        Reason::Part { parts, .. } => parts.iter().for_each(|part| leaves(part, out)),
    }
}

#[test]
fn each_leaf_says_what_was_expected_found_and_is_missing() {
    let trial = import(&one_arm(json!({"and": [
        {"genomic": {"hugo_symbol": "KRAS", "protein_change": "p.G12D"}},
        {"genomic": {"hugo_symbol": "!EGFR", "variant_category": "Mutation"}},
        {"genomic": {"hugo_symbol": "TP53", "variant_category": "Mutation"}},
        {"clinical": {"oncotree_primary_diagnosis": "Melanoma", "age_numerical": ">=18"}},
    ]})));
    let told = explain(&trial, &trial.cohorts[0], &patient(&g12d()), &context());
    assert_eq!(told.answer.outcome, Outcome::NotEligible);
    let mut said = Vec::new();
    told.parts.iter().for_each(|part| leaves(part, &mut said));
    let expect = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    assert_eq!(
        said,
        [
            expect("met: KRAS p.G12D", "KRAS p.G12D", ""),
            expect("met: not: EGFR small variant", "negative for EGFR (tested by P)", ""),
            expect(
                "not known: TP53 small variant",
                "TP53 not tested",
                "TP53: a test of small variants"
            ),
            expect("failed: Melanoma", "Lung Adenocarcinoma", ""),
            expect("met: age >= 18 years", "born 1964-03-02", ""),
        ]
    );
    assert_eq!(told.missing, ["TP53: a test of small variants"]);
}

#[test]
fn sentences_are_for_a_person_and_never_count_as_met() {
    let mut document = one_arm(json!({"genomic": {"hugo_symbol": "KRAS"}}));
    let kras = patient(&g12d());
    document["prior_treatment_requirements"] = json!(["ECOG at most 2"]);
    let trial = import(&document);
    let answer = trials::answer(&trial, &trial.cohorts[0], &kras, &context());
    assert_eq!((answer.outcome, answer.needs_review_only), (NeedsData, true));
    // A fact is missing besides.
    let document = {
        let mut other = one_arm(json!({"genomic": {"hugo_symbol": "TP53"}}));
        other["prior_treatment_requirements"] = json!(["ECOG at most 2"]);
        other
    };
    let trial = import(&document);
    let answer = trials::answer(&trial, &trial.cohorts[0], &kras, &context());
    assert_eq!((answer.outcome, answer.needs_review_only), (NeedsData, false));
}

#[test]
fn our_own_form_is_written_and_read_whole() {
    let trial = import(&one_arm(json!({"and": [
        {"genomic": {"hugo_symbol": "EGFR", "protein_change": "p.729_761del"}},
        {"clinical": {"oncotree_primary_diagnosis": "!Melanoma", "age_numerical": ">=0.5",
            "tmb_numerical": ">=10", "gender": "Male", "her2_status": "Negative",
            "disease_status": ["a", "b"], "strange": 1}},
    ]})));
    let written = serde_json::to_value(&trial).unwrap();
    assert_eq!(Trial::parse(written.clone()), Ok(trial));
    let mut other = written;
    other["format"] = json!("cognate-trial/9");
    assert_eq!(Trial::parse(other.clone()).unwrap_err().code, "trial-format");
    other["format"] = json!("cognate-trial/1");
    other["cohort"] = json!([]);
    assert_eq!(Trial::parse(other).unwrap_err().code, "trial-not-read");
}

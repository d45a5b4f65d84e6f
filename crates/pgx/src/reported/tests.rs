use super::*;
use crate::testing::{allele, rule, snv_gene};
use proptest::prelude::*;

fn gene() -> Gene {
    let mut gene = snv_gene();
    gene.symbol = "CYP2C19".into();
    gene.alleles[6].name = "*45.001".into();
    gene.alleles[6].core = Some("*45".into());
    gene.alleles.push(allele("*3A", &[(0, "G"), (1, "T")], Some("No function")));
    gene.phenotypes.push(rule("Decreased function", "No function", "Likely Poor Metabolizer"));
    gene
}

fn result(diplotype: Option<&str>, phenotype: Option<&str>) -> ReportedGeneResult {
    ReportedGeneResult {
        gene: "CYP2C19".into(),
        diplotype: diplotype.map(Into::into),
        phenotype: phenotype.map(Into::into),
        activity_score: None,
    }
}

#[test]
fn diplotypes_are_normalised() {
    for (text, shown, phenotype) in [
        ("*1/*2", "*1/*2", "Intermediate Metabolizer"),
        ("*2/*1", "*1/*2", "Intermediate Metabolizer"),
        ("CYP2C19*2/*1", "*1/*2", "Intermediate Metabolizer"),
        ("cyp2c19 *2 / CYP2C19 *2", "*2/*2", "Poor Metabolizer"),
        ("*1|*2", "*1/*2", "Intermediate Metabolizer"),
        ("*2.013/*1.001", "*1/*2", "Intermediate Metabolizer"),
        ("*45.001/*1", "*1/*45", "Rapid Metabolizer"),
        ("*1/*45", "*1/*45", "Rapid Metabolizer"),
        ("*3a/*1", "*1/*3A", "Intermediate Metabolizer"),
        ("*10/*2", "*2/*10", "Indeterminate"),
        ("*1/*1B", "*1/*1B", "Indeterminate"),
        ("*1/*6", "*1/*6", "Indeterminate"),
    ] {
        let statement = from_reported(&gene(), &result(Some(text), None));
        assert_eq!(statement.state, GeneState::Called, "{text}");
        assert_eq!(statement.basis, Basis::Reported);
        assert_eq!(statement.diplotypes.len(), 1, "{text}");
        assert_eq!(statement.diplotypes[0].to_string(), shown, "{text}");
        assert_eq!(statement.phenotype.as_deref(), Some(phenotype), "{text}");
    }
}

#[test]
fn what_is_not_known_is_said() {
    let unknown = from_reported(&gene(), &result(Some("*1/*99"), None));
    assert_eq!(unknown.notes, ["CYP2C19*99 is not in the tables; its function counts as unknown"]);
    let unassigned = from_reported(&gene(), &result(Some("*1/*6"), None));
    assert_eq!(unassigned.notes, ["CYP2C19*6: function not assigned"]);
}

#[test]
fn phenotypes_are_normalised() {
    for (text, phenotype) in [
        ("Poor Metabolizer", "Poor Metabolizer"),
        ("poor metaboliser", "Poor Metabolizer"),
        ("CYP2C19 Poor Metabolizer", "Poor Metabolizer"),
        ("Poor metabolizer (PM)", "Poor Metabolizer"),
        ("PM", "Poor Metabolizer"),
        ("EM", "Normal Metabolizer"),
        ("Extensive Metabolizer", "Normal Metabolizer"),
        ("Ultra-rapid metabolizer", "Ultrarapid Metabolizer"),
        ("UM", "Ultrarapid Metabolizer"),
        ("RM", "Rapid Metabolizer"),
        ("IM", "Intermediate Metabolizer"),
        ("likely PM", "Likely Poor Metabolizer"),
        ("Likely poor metabolizer", "Likely Poor Metabolizer"),
        ("Poor", "Poor Metabolizer"),
        ("indeterminate", "Indeterminate"),
    ] {
        let statement = from_reported(&gene(), &result(None, Some(text)));
        assert_eq!(statement.phenotype.as_deref(), Some(phenotype), "{text}");
        assert_eq!(statement.state, GeneState::Called, "{text}");
        assert_eq!(statement.notes, Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_given_phenotype_goes_first_and_a_mismatch_is_noted() {
    let statement = from_reported(&gene(), &result(Some("*1/*2"), Some("PM")));
    assert_eq!(statement.phenotype.as_deref(), Some("Poor Metabolizer"));
    assert_eq!(statement.phenotypes, ["Poor Metabolizer"]);
    assert!(statement.notes[0].contains("the tables give Intermediate Metabolizer"));
    let statement = from_reported(&gene(), &result(Some("*2/*2"), Some("PM")));
    assert_eq!(statement.notes, Vec::<String>::new());
}

#[test]
fn several_diplotypes_stay_several() {
    let statement = from_reported(&gene(), &result(Some("*2/*3 or *1/*2"), None));
    let shown: Vec<String> = statement.diplotypes.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["*1/*2", "*2/*3"]);
    assert_eq!(statement.phenotype, None);
    assert_eq!(statement.phenotypes, ["Intermediate Metabolizer", "Poor Metabolizer"]);
}

#[test]
fn nothing_is_guessed() {
    let made_no_call = "the laboratory made no call";
    let no_diplotype = "the reported diplotype could not be read";
    let no_phenotype = "the reported phenotype is none that the gene has";
    for (diplotype, phenotype, reason) in [
        (None, None, made_no_call),
        (Some("."), None, made_no_call),
        (Some("No call"), Some("n/a"), made_no_call),
        (Some("*2"), None, no_diplotype),
        (Some("*1/*2/*3"), None, no_diplotype),
        (Some("*1/"), None, no_diplotype),
        (None, Some("abnormal"), no_phenotype),
        (None, Some("Likely Intermediate Metabolizer"), no_phenotype),
        (None, Some("Normal to Intermediate Metabolizer"), no_phenotype),
    ] {
        let statement = from_reported(&gene(), &result(diplotype, phenotype));
        let state = GeneState::NotCalled { why: reason.into() };
        assert_eq!(statement.state, state, "{diplotype:?} {phenotype:?}");
        assert_eq!(statement.phenotype, None);
    }
    let statement = from_reported(&gene(), &result(Some("*1/*1"), Some("abnormal")));
    assert_eq!((statement.state, statement.phenotype), (GeneState::Called, None));
    assert_eq!(statement.notes, [no_phenotype]);
    let score = ReportedGeneResult { activity_score: Some("1.5".into()), ..result(None, None) };
    let statement = from_reported(&gene(), &score);
    assert_eq!(statement.activity_score.as_deref(), Some("1.5"));
    assert!(matches!(statement.state, GeneState::NotCalled { .. }));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(diplotype in "\\PC{0,20}|[*0-9/|.,; or]{0,20}", other: String) {
        let _ = from_reported(&gene(), &result(Some(&diplotype), Some(&other)));
        let statement = from_reported(&gene(), &result(Some(&diplotype), None));
        if statement.phenotype.is_some() {
            prop_assert!(!statement.diplotypes.is_empty());
        }
    }
}

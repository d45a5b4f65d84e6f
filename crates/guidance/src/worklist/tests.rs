use super::*;
use model::code::CodeableConcept;
use model::statement::{Action, Strength};
use testkit::patients::{ana_example, ben_sample};
use testkit::pgx::{AZATHIOPRINE, CLOPIDOGREL, recommendations, small_knowledge};
use testkit::statements as make;

fn taken(name: &str, status: &str) -> Medication {
    Medication {
        concept: CodeableConcept { coding: Vec::new(), text: Some(name.into()) },
        status: status.into(),
        ..Medication::default()
    }
}

fn advice(name: &str, rxnorm: &str, gene: &str, phenotype: &str) -> Statement {
    let key = make::gene_key(gene, phenotype, "*x/*y");
    let advice = make::drug(name, rxnorm, vec![key], recommendations(rxnorm, gene, phenotype));
    make::statement(&format!("drug-{name}"), StatementContent::Drug(advice))
}

#[test]
fn current_medicines_that_call_for_action_come_by_weight() {
    let statements = [
        advice("azathioprine", AZATHIOPRINE, "TPMT", "Poor Metabolizer"),
        advice("clopidogrel", CLOPIDOGREL, "CYP2C19", "Poor Metabolizer"),
    ];
    let medications = [
        taken("azathioprine 50 mg", "active"),
        taken("metformin 500 mg", "active"),
        taken("clopidogrel 75 mg", "active"),
        taken("simvastatin 20 mg", "active"),
        taken("clopidogrel 75 mg", "stopped"),
    ];
    let rows = worklist(&ana_example().id, &statements, &medications, &small_knowledge());
    let shown: Vec<_> =
        rows.iter().map(|row| (row.state, row.medication, row.advice.as_str())).collect();
    assert_eq!(
        shown,
        [
            (AdviceState::Avoid, 2, "avoid clopidogrel"),
            (AdviceState::Adjust, 0, "reduce dose of azathioprine by 90 %"),
        ]
    );
    assert_eq!(rows[0].result, "CYP2C19 Poor Metabolizer");
    assert_eq!(rows[0].rule.as_deref(), Some("actions:clopidogrel/CPIC/acs-pci/PM"));
    assert_eq!(rows[0].statement, Some(StatementId::new("drug-clopidogrel")));
    assert_eq!(rows[0].matched_by, Some(MatchedBy::Name));
    let others = worklist(&ben_sample().id, &statements, &medications, &small_knowledge());
    assert_eq!(others.len(), 1, "only the test that is asked for: {others:?}");
    assert_eq!(others[0].statement, None);
}

#[test]
fn a_missing_test_makes_a_row_only_where_guidance_asks_for_it() {
    let medications = [taken("azathioprine", "active"), taken("clopidogrel", "active")];
    let patient = ana_example().id;
    let rows = worklist(&patient, &[], &medications, &small_knowledge());
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(
        (row.state, row.advice.as_str()),
        (AdviceState::NotKnown, "test TPMT for azathioprine")
    );
    let none = vec![make::recommendation(Action::NoRecommendation, Strength::None, "actions:i")];
    let key = make::gene_key("TPMT", "Indeterminate", "*1/*8");
    let unclear = make::drug("azathioprine", AZATHIOPRINE, vec![key], none);
    let statement = make::statement("drug-azathioprine", StatementContent::Drug(unclear));
    assert_eq!(worklist(&patient, &[statement], &medications, &small_knowledge()).len(), 1);
}

#[test]
fn a_call_with_gaps_is_neither_standard_nor_not_tested() {
    let standard = vec![make::recommendation(Action::Standard, Strength::Strong, "actions:s")];
    let mut key = make::gene_key("TPMT", "Normal Metabolizer", "*1/*1");
    let mut advice = make::drug("azathioprine", AZATHIOPRINE, vec![key.clone()], standard);
    advice.state = AdviceState::NotKnown;
    let medications = [taken("azathioprine", "active")];
    let rows = |advice: &DrugStatement| {
        let content = StatementContent::Drug(advice.clone());
        let statement = make::statement("drug-azathioprine", content);
        worklist(&ana_example().id, &[statement], &medications, &small_knowledge())
    };
    assert_eq!(rows(&advice)[0].advice, "test TPMT for azathioprine");
    assert_eq!(rows(&advice)[0].result, "TPMT Normal Metabolizer");
    key.phenotype = None;
    key.call = "*1/*3A or *3B/*3C".into();
    advice.genes = vec![key];
    assert_eq!(rows(&advice)[0].result, "TPMT *1/*3A or *3B/*3C");
}

#[test]
fn standard_use_makes_no_row() {
    let standard = advice("clopidogrel", CLOPIDOGREL, "CYP2C19", "Normal Metabolizer");
    let medications = [taken("clopidogrel", "active"), taken("simvastatin", "active")];
    assert_eq!(worklist(&ana_example().id, &[standard], &medications, &small_knowledge()), []);
}

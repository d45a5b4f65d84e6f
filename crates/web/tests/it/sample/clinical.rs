//! Codeine for a CYP2D6 normal metabolizer who takes paroxetine (FDA: strong inhibitor; CPIC
//! opioids, PMID 33387367).

use super::day;
use super::drug::{citation, drug, key, order};
use super::gene::{called, gene};
use model::conversion::{Cause, ClinicalAdvice, Conversion, Effect, EffectStrength, Evidence};
use model::statement::{Action, AdviceState, GeneState, Outcome, Recommendation, Strength};
use web::view::{DrugRow, GeneRow};

fn conversion() -> Conversion {
    let outcome = |phenotype: &str, score: &str| Outcome {
        phenotype: Some(phenotype.into()),
        activity_score: Some(score.into()),
        ..Outcome::default()
    };
    let cause = |drug: &str, rxnorm: &str, strength, decides: bool| Cause {
        drug: drug.into(),
        rxnorm: rxnorm.into(),
        effect: Effect::Inhibitor,
        strength,
        since: decides.then(|| day(2026, 3, 2)),
        until: None,
        matched_by: "RxNorm product code".into(),
        ordered: false,
        decides,
        citation: citation("FDA table of inhibitors", "0"),
    };
    Conversion {
        gene: "CYP2D6".into(),
        assessed: true,
        genotype: vec![outcome("Normal Metabolizer", "2.0")],
        clinical: vec![outcome("Poor Metabolizer", "0.0")],
        causes: vec![
            cause("paroxetine", "32937", EffectStrength::Strong, true),
            cause("sertraline", "36437", EffectStrength::Weak, false),
        ],
        evidence: Some(Evidence::ActivityScore),
        notes: vec!["activity score 2.0 × 0.0 = 0.0".into()],
    }
}

fn recommendation(action: Action, text: &str, row: &str) -> Recommendation {
    Recommendation {
        source: "CPIC".into(),
        population: "general".into(),
        action,
        strength: Strength::Strong,
        text: text.into(),
        implication: "Codeine works by being turned into morphine".into(),
        alternatives: Vec::new(),
        citation: citation("CPIC CYP2D6 and opioids, 2021", "33387367"),
        rule: format!("actions:codeine/CPIC/general/{row}"),
    }
}

pub(super) fn codeine() -> DrugRow {
    let of = |state, phenotype, one| {
        let genes = vec![key("CYP2D6", "*1/*1", Some(phenotype))];
        drug(11, "codeine", state, genes, vec![one])
    };
    let usual = recommendation(Action::Standard, "Use the usual dose", "NM");
    let mut row = of(AdviceState::Standard, "Normal Metabolizer", usual);
    let avoid = recommendation(Action::Avoid, "Do not use codeine: it will not work", "PM");
    let converted = of(AdviceState::Avoid, "Poor Metabolizer", avoid);
    row.current = vec![order("Codeine 30 mg tablet", "1 tablet when in pain")];
    row.clinical = Some(ClinicalAdvice {
        rxnorm: "2670".into(),
        conversions: vec![conversion()],
        advice: converted.advice.map(|advice| advice.content),
        more_cautious: true,
        by_order: false,
    });
    row
}

pub(super) fn cyp2d6() -> GeneRow {
    let row = gene(105, "CYP2D6", GeneState::Called, None);
    let mut row = called(row, &[("*1", "*1")], "Normal Metabolizer");
    row.gene.content.activity_score = Some("2.0".into());
    row.conversion = Some(conversion());
    row
}

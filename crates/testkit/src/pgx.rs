//! A small piece of pharmacogenomic knowledge to test with.
//!
//! Facts: CPIC CYP2C19 and clopidogrel (PMID 35034351), SLCO1B1 and statins (PMID 35152405), TPMT
//! and NUDT15 and thiopurines (PMID 30447069); positions on GRCh38 and allele functions from the
//! allele definition tables of 2025-11-05; drug codes from RxNorm and ATC. Words are ours.

mod gene;

pub use gene::{cyp2c19, slco1b1, tpmt};

use knowledge::pgx::{ActionRule, Drug, KeyValue, PgxKnowledge, PreTestRule, Product, Values};
use model::statement::{Action, Citation, Recommendation, Strength};

/// RxNorm ingredient code of clopidogrel.
pub const CLOPIDOGREL: &str = "32968";
/// RxNorm ingredient code of simvastatin.
pub const SIMVASTATIN: &str = "36567";
/// RxNorm ingredient code of azathioprine.
pub const AZATHIOPRINE: &str = "1256";
/// RxNorm ingredient code of prasugrel.
pub const PRASUGREL: &str = "613391";
/// RxNorm ingredient code of ticagrelor.
pub const TICAGRELOR: &str = "1116632";
/// RxNorm product code of "clopidogrel 75 MG Oral Tablet".
pub const CLOPIDOGREL_75_MG_TABLET: &str = "309362";
/// Product code of a made-up combination of clopidogrel and aspirin.
pub const CLOPIDOGREL_WITH_ASPIRIN: &str = "9990001";

/// HGNC id of the genes that tests use.
pub fn hgnc(gene: &str) -> &'static str {
    match gene {
        "CYP2C19" => "HGNC:2621",
        "CYP2D6" => "HGNC:2625",
        "SLCO1B1" => "HGNC:10959",
        "TPMT" => "HGNC:12014",
        "NUDT15" => "HGNC:23063",
        _ => "HGNC:0",
    }
}

/// Three genes with two positions or so each, three drugs with a few rules.
pub fn small_knowledge() -> PgxKnowledge {
    PgxKnowledge {
        genes: vec![cyp2c19(), slco1b1(), tpmt()],
        drugs: vec![
            drug("azathioprine", AZATHIOPRINE, "L04AX01", &["TPMT"]),
            drug("clopidogrel", CLOPIDOGREL, "B01AC04", &["CYP2C19"]),
            drug("simvastatin", SIMVASTATIN, "C10AA01", &["SLCO1B1"]),
        ],
        products: vec![
            product(CLOPIDOGREL_75_MG_TABLET, "clopidogrel 75 MG Oral Tablet", &[CLOPIDOGREL]),
            product(
                CLOPIDOGREL_WITH_ASPIRIN,
                "aspirin 75 MG / clopidogrel 75 MG Oral Tablet",
                &["1191", CLOPIDOGREL],
            ),
        ],
        actions: clopidogrel_rules().into_iter().chain([simvastatin(), azathioprine()]).collect(),
        alerts: vec![
            PreTestRule {
                rxnorm: AZATHIOPRINE.into(),
                genes: vec!["TPMT".into()],
                recommended: true,
                text: "Test TPMT before the first dose: poor metabolizers are at risk of \
                       life-threatening myelosuppression"
                    .into(),
                citation: thiopurine_guideline(),
            },
            PreTestRule {
                rxnorm: CLOPIDOGREL.into(),
                genes: vec!["CYP2C19".into()],
                recommended: false,
                text: "A CYP2C19 result would inform the choice".into(),
                citation: clopidogrel_guideline(),
            },
        ],
        populations: vec![],
        inhibitors: vec![],
    }
}

/// The recommendation a rule makes, as a statement carries it.
pub fn recommendation_of(rule: &ActionRule) -> Recommendation {
    Recommendation {
        source: rule.source.clone(),
        population: rule.population.clone(),
        action: rule.action,
        strength: rule.strength,
        text: rule.text.clone(),
        implication: rule.implication.clone(),
        alternatives: rule.alternatives.clone(),
        citation: rule.citation.clone(),
        rule: format!("actions:{}", rule.id),
    }
}

/// Recommendations of the small knowledge for a drug and one gene's phenotype.
pub fn recommendations(rxnorm: &str, gene: &str, phenotype: &str) -> Vec<Recommendation> {
    let fits = |rule: &&ActionRule| {
        rule.rxnorm == rxnorm
            && rule.key.iter().all(|(key, phenotypes)| {
                key == gene && phenotypes.contains(&KeyValue::from(phenotype))
            })
    };
    small_knowledge().actions.iter().filter(fits).map(recommendation_of).collect()
}

fn drug(name: &str, rxnorm: &str, atc: &str, genes: &[&str]) -> Drug {
    Drug {
        name: name.into(),
        rxnorm: rxnorm.into(),
        atc: vec![atc.into()],
        genes: genes.iter().map(|gene| (*gene).to_owned()).collect(),
    }
}

fn product(rxnorm: &str, name: &str, ingredients: &[&str]) -> Product {
    Product {
        rxnorm: rxnorm.into(),
        name: name.into(),
        ingredients: ingredients.iter().map(|code| (*code).to_owned()).collect(),
    }
}

fn clopidogrel_guideline() -> Citation {
    Citation {
        title: "CPIC CYP2C19 and clopidogrel, 2022 update".into(),
        pmid: Some("35034351".into()),
        url: "https://cpicpgx.org/guidelines/guideline-for-clopidogrel-and-cyp2c19/".into(),
    }
}

fn thiopurine_guideline() -> Citation {
    Citation {
        title: "CPIC TPMT, NUDT15 and thiopurines, 2018 update".into(),
        pmid: Some("30447069".into()),
        url: "https://cpicpgx.org/guidelines/guideline-for-thiopurines-and-tpmt/".into(),
    }
}

fn key(gene: &str, phenotype: &str) -> Vec<(String, Values)> {
    vec![(gene.into(), vec![phenotype.into()])]
}

/// Poor metabolizers: strong for acute coronary syndrome or PCI, moderate otherwise. Normal: usual
/// dose, strong.
fn clopidogrel_rules() -> Vec<ActionRule> {
    let alternatives =
        vec![(PRASUGREL.into(), "prasugrel".into()), (TICAGRELOR.into(), "ticagrelor".into())];
    let poor = |population: &str, strength| ActionRule {
        id: format!("clopidogrel/CPIC/{population}/PM"),
        rxnorm: CLOPIDOGREL.into(),
        source: "CPIC".into(),
        population: population.into(),
        key: key("CYP2C19", "Poor Metabolizer"),
        action: Action::Avoid,
        strength,
        text: "Do not use at the standard dose if that can be avoided; prasugrel or ticagrelor \
               at standard dose if not contraindicated"
            .into(),
        implication: "Hardly any active metabolite; more cardiovascular events".into(),
        alternatives: alternatives.clone(),
        citation: clopidogrel_guideline(),
    };
    let normal = ActionRule {
        id: "clopidogrel/CPIC/acs-pci/NM".into(),
        key: key("CYP2C19", "Normal Metabolizer"),
        action: Action::Standard,
        text: "Standard dose".into(),
        implication: "Usual formation of the active metabolite".into(),
        alternatives: Vec::new(),
        ..poor("acs-pci", Strength::Strong)
    };
    vec![poor("acs-pci", Strength::Strong), poor("non-acs-non-pci", Strength::Moderate), normal]
}

fn simvastatin() -> ActionRule {
    ActionRule {
        id: "simvastatin/CPIC/general/DF".into(),
        rxnorm: SIMVASTATIN.into(),
        source: "CPIC".into(),
        population: "general".into(),
        key: key("SLCO1B1", "Decreased Function"),
        action: Action::Alternative,
        strength: Strength::Strong,
        text: "Another statin, by the potency wanted; if simvastatin is needed, below 20 mg a day"
            .into(),
        implication: "Higher exposure; more muscle symptoms".into(),
        alternatives: vec![("301542".into(), "rosuvastatin".into())],
        citation: Citation {
            title: "CPIC SLCO1B1, ABCG2, CYP2C9 and statins, 2022".into(),
            pmid: Some("35152405".into()),
            url: "https://cpicpgx.org/guidelines/cpic-guideline-for-statins/".into(),
        },
    }
}

fn azathioprine() -> ActionRule {
    ActionRule {
        id: "azathioprine/CPIC/general/PM".into(),
        rxnorm: AZATHIOPRINE.into(),
        source: "CPIC".into(),
        population: "general".into(),
        key: key("TPMT", "Poor Metabolizer"),
        action: Action::Reduce { percent: Some((90, 90)) },
        strength: Strength::Strong,
        text: "Non-malignant disease: another drug that is no thiopurine. Malignant disease: a \
               tenth of the daily dose, given three times a week"
            .into(),
        implication: "Very high thioguanine nucleotides; fatal myelosuppression at usual doses"
            .into(),
        alternatives: Vec::new(),
        citation: thiopurine_guideline(),
    }
}

//! Made-up rows of drugs.

use super::{at, capsule, laboratory, statement_id};
use model::statement::{
    Action, AdviceState, Citation, DrugStatement, GeneKey, PreTest, Recommendation, Strength,
};
use web::view::{CurrentMedicine, DrugRow, Explained};

pub(super) fn citation(title: &str, pmid: &str) -> Citation {
    Citation {
        title: title.into(),
        pmid: Some(pmid.into()),
        url: "https://cpicpgx.org/guidelines/".into(),
    }
}

pub(super) fn key(gene: &str, call: &str, phenotype: Option<&str>) -> GeneKey {
    GeneKey {
        gene: gene.into(),
        phenotype: phenotype.map(Into::into),
        call: call.into(),
        statement: phenotype.map(|_| statement_id(100).to_string()),
    }
}

pub(super) fn drug(
    number: u32,
    name: &str,
    state: AdviceState,
    genes: Vec<GeneKey>,
    recommendations: Vec<Recommendation>,
) -> DrugRow {
    let rule = recommendations.first().map_or("none", |one| one.rule.as_str()).to_owned();
    let gaps: Vec<String> = genes
        .iter()
        .filter(|key| key.phenotype.is_none())
        .map(|key| format!("{} {}", key.gene, key.call))
        .collect();
    let gaps: Vec<&str> = gaps.iter().map(String::as_str).collect();
    let reports = if gaps.is_empty() { laboratory() } else { Vec::new() };
    DrugRow {
        drug: name.into(),
        current: Vec::new(),
        clinical: None,
        advice: Some(Explained {
            id: statement_id(number),
            capsule: capsule(&rule, &gaps),
            content: DrugStatement {
                drug: name.into(),
                rxnorm: format!("{}", 30_000 + number),
                atc: Vec::new(),
                state,
                genes,
                recommendations,
                pre_test: None,
                notes: Vec::new(),
            },
        }),
        reports,
    }
}

pub(super) fn order(words: &str, dosage: &str) -> CurrentMedicine {
    CurrentMedicine {
        words: words.into(),
        dosage: Some(dosage.into()),
        status: "active".into(),
        authored: Some(at("2026-11-20T09:00:00Z")),
        start: None,
        end: None,
    }
}

pub(super) fn clopidogrel() -> DrugRow {
    let recommend = |population: &str, action, strength, text: &str| Recommendation {
        source: "CPIC".into(),
        population: population.into(),
        action,
        strength,
        text: text.into(),
        implication: "CYP2C19 makes the active form; with none of it, platelets are hardly \
                      inhibited and stents clot more often"
            .into(),
        // Prasugrel is contraindicated after a stroke or TIA.
        alternatives: [("613391", "prasugrel"), ("1116632", "ticagrelor")]
            .into_iter()
            .filter(|(_, name)| population != "neurovascular" || *name != "prasugrel")
            .map(|(code, name)| (code.to_owned(), name.to_owned()))
            .collect(),
        citation: citation("CPIC CYP2C19 and clopidogrel, 2022 update", "35034351"),
        rule: format!("actions:clopidogrel/CPIC/{population}/PM"),
    };
    let mut row = drug(
        1,
        "clopidogrel",
        AdviceState::Avoid,
        vec![key("CYP2C19", "*2/*2", Some("Poor Metabolizer"))],
        vec![
            recommend(
                "neurovascular",
                Action::Alternative,
                Strength::Moderate,
                "Think of another P2Y12 inhibitor; prasugrel is contraindicated after a stroke",
            ),
            recommend(
                "acs-pci",
                Action::Avoid,
                Strength::Strong,
                "Avoid clopidogrel; use prasugrel or ticagrelor if not contraindicated",
            ),
        ],
    );
    row.current = vec![order("Clopidogrel 75 mg tablet", "1 tablet once a day")];
    row
}

fn simvastatin() -> DrugRow {
    let mut row = drug(
        2,
        "simvastatin",
        AdviceState::Adjust,
        vec![key("SLCO1B1", "*1/*5", Some("Decreased Function"))],
        vec![Recommendation {
            source: "CPIC".into(),
            population: "general".into(),
            action: Action::Alternative,
            strength: Strength::Strong,
            text: "Use another statin, or keep simvastatin below 20 mg a day".into(),
            implication: "More simvastatin stays in the blood; muscle damage is likelier".into(),
            alternatives: vec![
                ("301542".into(), "rosuvastatin".into()),
                ("42463".into(), "pravastatin".into()),
            ],
            citation: citation("CPIC SLCO1B1, ABCG2, CYP2C9 and statins, 2022", "35152405"),
            rule: "actions:simvastatin/CPIC/general/DF".into(),
        }],
    );
    row.current = vec![order("Simvastatin 40 mg tablet", "1 tablet in the evening")];
    row
}

fn azathioprine() -> DrugRow {
    let mut row = drug(
        3,
        "azathioprine",
        AdviceState::NotKnown,
        vec![key("TPMT", "*1/*1", Some("Normal Metabolizer")), key("NUDT15", "not tested", None)],
        Vec::new(),
    );
    if let Some(advice) = &mut row.advice {
        advice.content.pre_test = Some(PreTest {
            genes: vec!["NUDT15".into()],
            text: "Both genes decide the starting dose".into(),
            citation: citation("CPIC TPMT, NUDT15 and thiopurines, 2018 update", "30447069"),
        });
    }
    row.current = vec![order("Azathioprine 50 mg tablet", "2 tablets once a day")];
    row
}

fn standard(number: u32, name: &str, gene: &str, call: &str, phenotype: &str) -> DrugRow {
    drug(
        number,
        name,
        AdviceState::Standard,
        vec![key(gene, call, Some(phenotype))],
        vec![Recommendation {
            source: "CPIC".into(),
            population: "general".into(),
            action: Action::Standard,
            strength: Strength::Strong,
            text: "Use the labelled dose".into(),
            implication: "The gene gives no reason to change it".into(),
            alternatives: Vec::new(),
            citation: citation("CPIC guideline, 2022", "35152405"),
            rule: format!("actions:{name}/CPIC/general/NM"),
        }],
    )
}

fn metformin() -> DrugRow {
    DrugRow {
        drug: "metformin".into(),
        current: vec![order("Metformin 500 mg tablet", "1 tablet twice a day")],
        advice: None,
        clinical: None,
        reports: Vec::new(),
    }
}

/// One row of each kind, in no order.
pub(super) fn drugs() -> Vec<DrugRow> {
    let unknown = |number, name, gene| {
        drug(number, name, AdviceState::NotKnown, vec![key(gene, "not tested", None)], Vec::new())
    };
    let mut atorvastatin = simvastatin();
    atorvastatin.drug = "atorvastatin".into();
    atorvastatin.current.clear();
    if let Some(advice) = &mut atorvastatin.advice {
        advice.id = statement_id(4);
        advice.content.drug = "atorvastatin".into();
        for one in &mut advice.content.recommendations {
            one.text = "Start at 40 mg a day or less and watch for muscle pain".into();
            one.action = Action::Reduce { percent: None };
            one.strength = Strength::Moderate;
            one.alternatives.clear();
        }
    }
    let mut voriconazole = clopidogrel();
    voriconazole.drug = "voriconazole".into();
    voriconazole.current.clear();
    if let Some(advice) = &mut voriconazole.advice {
        advice.id = statement_id(5);
        advice.content.drug = "voriconazole".into();
        advice.content.recommendations.truncate(1);
        for one in &mut advice.content.recommendations {
            one.population = "general".into();
            one.action = Action::Avoid;
            one.text = "Use an antifungal that CYP2C19 does not clear".into();
            one.implication = "Blood levels rise far above the usual".into();
            one.alternatives = vec![("121243".into(), "isavuconazole".into())];
            one.citation = citation("CPIC CYP2C19 and voriconazole, 2016", "27981572");
        }
    }
    vec![
        standard(7, "rosuvastatin", "SLCO1B1", "*1/*1", "Normal Function"),
        metformin(),
        azathioprine(),
        unknown(8, "capecitabine", "DPYD"),
        simvastatin(),
        unknown(9, "warfarin", "VKORC1"),
        atorvastatin,
        voriconazole,
        clopidogrel(),
        super::clinical::codeine(),
        standard(10, "pantoprazole", "CYP2C9", "*1/*1", "Normal Metabolizer"),
    ]
}

//! A result with every kind of gene and drug statement.

use formats::fhir::build::pgx::{PgxBundle, PositionVariant, Subject, bundle};
use model::statement::{
    Action, AdviceState, Basis, Callability, Citation, Diplotype, DrugStatement, EngineRef,
    GeneKey, GeneState, GeneStatement, KnowledgeRef, Outcome, PreTest, Recommendation, Strength,
};
use model::{PartialDate, Timestamp};
use serde_json::Value;

/// Everything the Bundle borrows.
pub(super) struct Sample {
    pub(super) knowledge: KnowledgeRef,
    pub(super) engine: EngineRef,
    pub(super) genes: Vec<GeneStatement>,
    pub(super) drugs: Vec<DrugStatement>,
    pub(super) variants: Vec<PositionVariant>,
}

impl Sample {
    pub(super) fn input(&self) -> PgxBundle<'_> {
        PgxBundle {
            effective: PartialDate::parse("2026-01-05"),
            issued: Timestamp::parse("2026-01-09T16:20:00Z"),
            laboratory: Some("Northside Molecular Laboratory"),
            specimen: Some("Specimen/1"),
            genes: &self.genes,
            drugs: &self.drugs,
            variants: &self.variants,
            ..PgxBundle::new("seed", Subject::Reference("Patient/1"), &self.knowledge, &self.engine)
        }
    }

    pub(super) fn bundle(&self) -> Value {
        bundle(&self.input())
    }
}

pub(super) fn pair(first: &str, second: &str) -> Diplotype {
    Diplotype { first: first.into(), second: Some(second.into()) }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// A gene with one diplotype and one phenotype.
pub(super) fn called(
    gene: &str,
    call: Diplotype,
    phenotype: &str,
    score: Option<&str>,
) -> GeneStatement {
    GeneStatement {
        gene: gene.into(),
        state: GeneState::Called,
        diplotypes: vec![call],
        phenotype: Some(phenotype.into()),
        phenotypes: words(&[phenotype]),
        activity_score: score.map(Into::into),
        activity_scores: score.map(Into::into).into_iter().collect(),
        callability: Some(Callability { positions: 35, seen: 35, ..Callability::default() }),
        ..GeneStatement::default()
    }
}

fn ambiguous() -> GeneStatement {
    let possible = |call: Diplotype, phenotype: &str, score: &str| Outcome {
        diplotype: Some(call),
        phenotype: Some(phenotype.into()),
        activity_score: Some(score.into()),
    };
    let calls = [pair("*1", "*5"), pair("*1", "*2")];
    GeneStatement {
        gene: "CYP2C9".into(),
        state: GeneState::Called,
        diplotypes: calls.to_vec(),
        phenotypes: words(&["Intermediate Metabolizer", "Normal Metabolizer"]),
        activity_scores: words(&["1.5", "2"]),
        possible: vec![
            possible(pair("*1", "*5"), "Intermediate Metabolizer", "1.5"),
            possible(pair("*1", "*2"), "Normal Metabolizer", "2"),
        ],
        also_possible: vec![pair("*1", "*35")],
        callability: Some(Callability {
            positions: 83,
            seen: 80,
            from_block: 40,
            missing: words(&["rs1", "chr10:5"]),
            filtered: words(&["rs3"]),
            not_excluded: words(&["*61"]),
            tier1_missing: words(&["rs1"]),
            assumed: words(&["rs9"]),
            ..Callability::default()
        }),
        notes: words(&["rs1 was not tested"]),
        ..GeneStatement::default()
    }
}

fn unphased() -> GeneStatement {
    GeneStatement {
        gene: "DPYD".into(),
        state: GeneState::Called,
        variants: words(&["c.85T>C (*9A)", "c.85T>C (*9A)", "c.1905+1G>A (*2A)"]),
        phenotype: Some("Intermediate Metabolizer".into()),
        phenotypes: words(&["Intermediate Metabolizer"]),
        activity_score: Some("1".into()),
        unexplained: words(&["rs1801265 A>T"]),
        callability: Some(Callability { positions: 83, seen: 83, ..Callability::default() }),
        ..GeneStatement::default()
    }
}

fn genes() -> Vec<GeneStatement> {
    let research = GeneStatement {
        research: true,
        notes: words(&["structural variation cannot be seen"]),
        ..called("CYP2D6", pair("*1", "*4"), "Intermediate Metabolizer", Some("1"))
    };
    let phased = GeneStatement {
        phased: true,
        variants: words(&["c.7300G>A", "c.1840C>T"]),
        ..called(
            "RYR1",
            pair("[c.1840C>T + c.7300G>A]", "Reference"),
            "Malignant Hyperthermia Susceptibility",
            None,
        )
    };
    let hla = GeneStatement {
        basis: Basis::Reported,
        phenotype: None,
        phenotypes: vec![],
        callability: None,
        ..called("HLA-B", pair("*57:01", "*58:01"), "", None)
    };
    let reported = GeneStatement {
        basis: Basis::Reported,
        diplotypes: vec![],
        callability: None,
        ..called("UGT1A1", pair("", ""), "Poor Metabolizer", None)
    };
    let single = GeneStatement {
        basis: Basis::SinglePosition,
        diplotypes: vec![],
        ..called("SLCO1B1", pair("", ""), "Decreased Function", None)
    };
    let haploid = GeneStatement {
        diplotypes: vec![Diplotype { first: "B (reference)".into(), second: None }],
        ..called("G6PD", pair("", ""), "Normal", None)
    };
    let mitochondrial = GeneStatement {
        basis: Basis::Reported,
        callability: None,
        diplotypes: vec![Diplotype { first: "m.1555A>G".into(), second: None }],
        ..called(
            "MT-RNR1",
            pair("", ""),
            "increased risk of aminoglycoside-induced hearing loss",
            None,
        )
    };
    let seen = |seen| Some(Callability { positions: 47, seen, ..Callability::default() });
    let not_called = GeneStatement {
        gene: "NAT2".into(),
        state: GeneState::NotCalled { why: "rs1041983 is required and was not tested".into() },
        callability: Some(Callability { missing: words(&["rs1041983"]), ..seen(46).unwrap() }),
        ..GeneStatement::default()
    };
    let not_tested =
        GeneStatement { gene: "TPMT".into(), callability: seen(0), ..GeneStatement::default() };
    let likely = called("CYP2B6", pair("*1", "*6"), "Likely Intermediate Metabolizer", None);
    vec![
        called("CYP2C19", pair("*2", "*2"), "Poor Metabolizer", None),
        ambiguous(),
        unphased(),
        phased,
        research,
        hla,
        reported,
        single,
        haploid,
        mitochondrial,
        not_called,
        not_tested,
        likely,
    ]
}

fn citation(title: &str) -> Citation {
    Citation {
        title: title.into(),
        pmid: Some("35034351".into()),
        url: "https://cpicpgx.org/guidelines/guideline-for-clopidogrel-and-cyp2c19/".into(),
    }
}

pub(super) fn recommendation(source: &str, population: &str, action: Action) -> Recommendation {
    Recommendation {
        source: source.into(),
        population: population.into(),
        action,
        strength: if source == "CPIC" { Strength::Strong } else { Strength::None },
        text: "Use another drug.".into(),
        implication: "The active metabolite is much lower than usual.".into(),
        alternatives: vec![("613391".into(), "prasugrel".into())],
        citation: citation(&format!("{source} guideline")),
        rule: format!("actions:drug/{source}/{population}"),
    }
}

fn key(gene: &str, phenotype: Option<&str>, call: &str) -> GeneKey {
    GeneKey {
        gene: gene.into(),
        phenotype: phenotype.map(Into::into),
        call: call.into(),
        statement: None,
    }
}

fn drug(
    (name, rxnorm, atc): (&str, &str, &[&str]),
    state: AdviceState,
    genes: Vec<GeneKey>,
    recommendations: Vec<Recommendation>,
) -> DrugStatement {
    DrugStatement {
        drug: name.into(),
        rxnorm: rxnorm.into(),
        atc: words(atc),
        state,
        genes,
        recommendations,
        pre_test: None,
        notes: vec![],
    }
}

fn drugs() -> Vec<DrugStatement> {
    let poor = || key("CYP2C19", Some("Poor Metabolizer"), "*2/*2");
    let clopidogrel = drug(
        ("clopidogrel", "32968", &["B01AC04"]),
        AdviceState::Avoid,
        vec![poor()],
        vec![
            recommendation("CPIC", "acs-pci", Action::Avoid),
            recommendation("CPIC", "neurovascular", Action::Alternative),
            recommendation("DPWG", "general", Action::Increase { percent: Some((50, 100)) }),
            recommendation("FDA", "general", Action::Standard),
        ],
    );
    let amitriptyline = drug(
        ("amitriptyline", "704", &["N06AA09"]),
        AdviceState::Adjust,
        vec![
            poor(),
            key("CYP2D6", None, "not known: the genotypes allow a call for research only"),
        ],
        vec![
            recommendation("CPIC", "general", Action::Reduce { percent: Some((50, 50)) }),
            recommendation("DPWG", "general", Action::Monitor),
            recommendation("FDA", "general", Action::LoadingOnly),
            recommendation("FDA", "child", Action::NoRecommendation),
        ],
    );
    let warfarin = DrugStatement {
        notes: words(&["CYP2C9: Intermediate or Normal; the most cautious advice is given"]),
        ..drug(
            ("warfarin", "11289", &["B01AA03"]),
            AdviceState::Adjust,
            vec![key("CYP2C9", None, "*1/*5 or *1/*2"), key("VKORC1", None, "not tested")],
            vec![recommendation("CPIC", "general", Action::Reduce { percent: None })],
        )
    };
    let azathioprine = DrugStatement {
        pre_test: Some(PreTest {
            genes: words(&["TPMT", "NUDT15"]),
            text: "Test before the first dose.".into(),
            citation: citation("CPIC thiopurines"),
        }),
        ..drug(
            ("azathioprine", "1256", &["L04AX01"]),
            AdviceState::NotKnown,
            vec![key("TPMT", None, "not tested"), key("NUDT15", None, "not tested")],
            vec![],
        )
    };
    let orphan = drug(("placebo", "0", &[]), AdviceState::NotKnown, vec![], vec![]);
    vec![clopidogrel, amitriptyline, warfarin, azathioprine, orphan]
}

fn variants() -> Vec<PositionVariant> {
    let at = |gene: &str, position: u64, reference: &str, alternate: &str, genotype: &str| {
        PositionVariant {
            gene: gene.into(),
            sequence: "NC_000010.11".into(),
            position,
            reference: reference.into(),
            alternate: alternate.into(),
            genotype: genotype.into(),
            ..PositionVariant::default()
        }
    };
    vec![
        PositionVariant {
            rsid: Some("rs4244285".into()),
            hgvs: Some("NC_000010.11:g.94781859G>A".into()),
            ..at("CYP2C19", 94_781_859, "G", "A", "A/A")
        },
        PositionVariant {
            phase_set: Some("94938000".into()),
            ..at("CYP2C9", 94_942_290, "C", "T", "C|T")
        },
        PositionVariant {
            filter: Some("LowQual".into()),
            ..at("CYP2C9", 94_949_281, "GA", "G", "GA/G")
        },
        at("CYP2C9", 94_981_296, "A", "C", "A/A"),
    ]
}

pub(super) fn sample() -> Sample {
    Sample {
        knowledge: KnowledgeRef {
            pack: "pgx".into(),
            version: "0.2.0".into(),
            date: "2026-11-25".into(),
            digest: "ab".repeat(32),
        },
        engine: EngineRef { name: "pgx".into(), version: "0.1.0".into() },
        genes: genes(),
        drugs: drugs(),
        variants: variants(),
    }
}

/// The resources of a Bundle, each with its full URL.
pub(super) fn resources(bundle: &Value) -> Vec<(&str, &Value)> {
    let entries = bundle["entry"].as_array().unwrap();
    entries.iter().map(|e| (e["fullUrl"].as_str().unwrap(), &e["resource"])).collect()
}

/// The resources of a type.
pub(super) fn of_type<'b>(bundle: &'b Value, kind: &str) -> Vec<&'b Value> {
    let all = resources(bundle).into_iter().map(|(_, resource)| resource);
    all.filter(|resource| resource["resourceType"] == kind).collect()
}

/// Values of the components with this code.
pub(super) fn parts<'r>(resource: &'r Value, code: &str) -> Vec<&'r Value> {
    let all = resource["component"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().filter(|part| part["code"]["coding"][0]["code"] == code).collect()
}

/// The Observations with this code about this gene.
pub(super) fn about<'b>(bundle: &'b Value, code: &str, gene: &str) -> Vec<&'b Value> {
    let is_about = |resource: &&Value| {
        resource["code"]["coding"][0]["code"] == code
            && parts(resource, "48018-6").iter().any(|part| {
                let value = &part["valueCodeableConcept"];
                value["coding"][0]["display"] == gene || value["text"] == gene
            })
    };
    of_type(bundle, "Observation").into_iter().filter(is_about).collect()
}

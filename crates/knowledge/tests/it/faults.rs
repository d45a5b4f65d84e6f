//! The linter finds each fault that is put into a part of the shipped pack.

use crate::shared::small;
use knowledge::pgx::{
    ActionRule, Gene, IndelContext, KeyValue, PhenotypeRule, Population, Priority, Product, Proxy,
    ScoreRule, Status,
};
use knowledge::{Pack, lint};
use model::problem::first_error;
use model::score::ActivityScore;
use model::statement::{Action, Strength};

fn gene<'p>(pack: &'p mut Pack, symbol: &str) -> &'p mut Gene {
    pack.pgx.genes.iter_mut().find(|gene| gene.symbol == symbol).unwrap()
}

type Fault = (&'static str, fn(&mut Pack));

const GENE_FAULTS: &[Fault] = &[
    ("digest", |p| {
        p.files.insert("genes.tsv".into(), Vec::new());
    }),
    ("no-source", |p| p.manifest.sources.clear()),
    ("reference-row", |p| gene(p, "TPMT").alleles[1].reference = true),
    ("reference-row", |p| {
        for allele in &mut gene(p, "TPMT").alleles {
            allele.reference = false;
        }
    }),
    ("reference-row", |p| {
        gene(p, "TPMT").alleles[0].cells.pop();
    }),
    ("no-position", |p| gene(p, "TPMT").positions.clear()),
    ("position-twice", |p| {
        let copy = gene(p, "TPMT").positions[0].clone();
        gene(p, "TPMT").positions.push(copy);
    }),
    ("refseq", |p| gene(p, "TPMT").refseq = "NC_000007.12".into()),
    ("hgnc", |p| gene(p, "TPMT").hgnc = "12014".into()),
    ("hgvs", |p| gene(p, "TPMT").positions[1].hgvs = "g.1A>C".into()),
    ("hgvs", |p| gene(p, "NUDT15").positions[2].hgvs = "g.48037785GAGTCG[2]".into()),
    ("hgvs", |p| {
        let at = gene(p, "NUDT15").positions.iter_mut().find(|at| at.hgvs == "g.48040982del");
        at.unwrap().hgvs = "g.48040983del".into();
    }),
    ("allele", |p| gene(p, "TPMT").positions[1].reference = "N".into()),
    ("alternates", |p| gene(p, "TPMT").positions[1].alternates.clear()),
    ("alternates", |p| {
        let at = &mut gene(p, "TPMT").positions[1];
        at.alternates = vec![at.reference.clone()];
    }),
    ("padding", |p| gene(p, "NUDT15").positions[2].alternates[0] = "G".into()),
    ("indel-context", |p| gene(p, "NUDT15").positions[2].indel = None),
    ("indel-context", |p| {
        let sequence = "AGGAGTCGGAGTCGGAATCG".into();
        gene(p, "NUDT15").positions[2].indel = Some(IndelContext { start: 48_037_782, sequence });
    }),
    ("indel-context", |p| {
        let context = IndelContext { start: 1, sequence: "A".into() };
        gene(p, "NUDT15").positions[2].indel = Some(context);
    }),
    ("allele-twice", |p| {
        let name = gene(p, "TPMT").alleles[1].name.clone();
        gene(p, "TPMT").alleles[2].name = name;
    }),
    ("core", |p| gene(p, "SLCO1B1").alleles[1].core = Some("*1".into())),
    ("cells", |p| gene(p, "TPMT").alleles[1].cells.clear()),
    ("cells", |p| gene(p, "TPMT").alleles[1].cells[0].0 = 999),
    ("cells", |p| gene(p, "TPMT").alleles[1].structural = true),
    ("unknown-base", |p| gene(p, "TPMT").alleles[1].cells[0].1 = vec!["A".into(), "R".into()]),
    ("unknown-base", |p| gene(p, "TPMT").alleles[1].cells[0].1.clear()),
    ("equal-alleles", |p| {
        let cells = gene(p, "TPMT").alleles[1].cells.clone();
        gene(p, "TPMT").alleles[2].cells = cells;
    }),
    ("equal-alleles", |p| {
        // A row whose own cells only repeat the reference row is the reference.
        let cells = vec![gene(p, "TPMT").alleles[0].cells[0].clone()];
        gene(p, "TPMT").alleles[1].cells = cells;
    }),
    ("function", |p| gene(p, "TPMT").alleles[1].function = Some("Broken".into())),
    ("fallback", |p| {
        gene(p, "SLCO1B1").fallback.as_mut().unwrap().functions.pop();
    }),
    ("rules-not-total", |p| {
        gene(p, "TPMT").phenotypes.remove(0);
    }),
    ("rules-not-total", |p| {
        gene(p, "TPMT").phenotypes.retain(|rule| rule.second != "Unassigned function");
    }),
    ("rules-overlap", |p| {
        let copy = gene(p, "TPMT").phenotypes[0].clone();
        gene(p, "TPMT").phenotypes.push(PhenotypeRule { phenotype: "Other".into(), ..copy });
    }),
    ("rule-unused", |p| gene(p, "TPMT").phenotypes[0].first = "Increased function".into()),
    ("unassigned-normal", |p| {
        for rule in &mut gene(p, "TPMT").phenotypes {
            rule.ehr_priority = "Normal/Routine/Low Risk".into();
        }
    }),
    ("ehr-priority", |p| gene(p, "TPMT").phenotypes[0].ehr_priority = "High".into()),
    ("scores", |p| {
        gene(p, "DPYD").scores.remove(0);
    }),
    ("score-unused", |p| {
        let copy = gene(p, "DPYD").scores[0].clone();
        let (from, to) = (ActivityScore::hundredths(700), None);
        gene(p, "DPYD").scores.push(ScoreRule { from, to, ..copy });
    }),
];

const SPECIAL_FAULTS: &[Fault] = &[
    ("extra-position", |p| {
        let copy = gene(p, "TPMT").positions[0].clone();
        gene(p, "TPMT").extra_positions.push(copy);
    }),
    ("extra-position", |p| {
        let mut own = gene(p, "TPMT").positions[0].clone();
        own.position = 1;
        gene(p, "TPMT").extra_positions = vec![own.clone(), own];
    }),
    ("proxy", |p| proxy(p).deciding = 999),
    ("proxy", |p| proxy(p).tag = proxy(p).deciding),
    ("proxy", |p| proxy(p).both = "c.1905+1G>A (*2A)".into()),
    ("proxy", |p| proxy(p).both = proxy(p).deciding_only.clone()),
    ("proxy", |p| proxy(p).deciding_only = proxy(p).both.clone()),
    ("status", |p| gene(p, "HLA-B").statuses[0].allele = "57:01".into()),
    ("status", |p| gene(p, "HLA-B").statuses[0].allele = "*57".into()),
    ("status", |p| {
        let copy = gene(p, "HLA-B").statuses[0].clone();
        gene(p, "HLA-B").statuses.push(copy);
    }),
    ("status", |p| gene(p, "TPMT").statuses.push(Status::of("*57:01"))),
    ("priority", |p| {
        priority(p).diplotypes.pop();
    }),
    ("priority", |p| {
        let copy = priority(p).diplotypes[0].clone();
        priority(p).diplotypes.push(copy);
    }),
    ("priority", |p| priority(p).diplotypes.push(("*1".into(), "*1".into()))),
    ("priority", |p| priority(p).pick = ("*1".into(), "*1".into())),
    ("priority", |p| priority(p).diplotypes[1] = ("*9999".into(), "*10000".into())),
    ("priority", |p| {
        let (first, second) = priority(p).diplotypes[1].clone();
        priority(p).diplotypes[1] = (second, first);
    }),
    ("priority", |p| {
        let copy = priority(p).clone();
        gene(p, "NAT2").priorities.push(copy);
    }),
    ("inhibitor-code", |p| p.pgx.inhibitors[0].rxnorm = "x".into()),
    ("inhibitor-code", |p| p.pgx.inhibitors[0].atc.clear()),
    ("inhibitor-code", |p| p.pgx.inhibitors[0].atc = vec!["C01".into()]),
    ("inhibitor-gene", |p| p.pgx.inhibitors[0].gene = "CYP9X9".into()),
    ("inhibitor-factor", |p| p.pgx.inhibitors[0].factor_percent = Some(50)),
    ("citation", |p| p.pgx.inhibitors[0].citation.url = "http://example.org".into()),
];

fn proxy(pack: &mut Pack) -> &mut Proxy {
    gene(pack, "DPYD").proxy.as_mut().unwrap()
}

fn priority(pack: &mut Pack) -> &mut Priority {
    &mut gene(pack, "NAT2").priorities[0]
}

const DRUG_FAULTS: &[Fault] = &[
    ("drug-code", |p| p.pgx.drugs[0].rxnorm = "C10".into()),
    ("drug-code", |p| p.pgx.drugs[0].atc.clear()),
    ("drug-code", |p| p.pgx.drugs[0].atc[0] = "C10AA".into()),
    ("drug-name", |p| p.pgx.drugs[0].name = "Atorvastatin".into()),
    ("drug-genes", |p| p.pgx.drugs[0].genes.clear()),
    ("drug-genes", |p| p.pgx.drugs[0].genes = vec!["CYP2X6".into()]),
    ("alert", |p| {
        p.pgx.alerts.remove(0);
    }),
    ("alert", |p| p.pgx.alerts[0].rxnorm = "1".into()),
    ("product-code", |p| p.pgx.products[0].rxnorm = "x".into()),
    ("product-code", |p| p.pgx.products[0].rxnorm = "32968".into()),
    ("product-drug", |p| {
        let (rxnorm, name) = ("1".into(), "water".into());
        p.pgx.products.push(Product { rxnorm, name, ingredients: vec!["11295".into()] });
    }),
    ("population", |p| p.pgx.actions[0].population = "children".into()),
    ("population-unused", |p| {
        let (code, name) = ("x".into(), "X".into());
        p.pgx.populations.push(Population { rxnorm: "32968".into(), code, name });
    }),
    ("action-drug", |p| p.pgx.actions[0].rxnorm = "1".into()),
    ("no-action", |p| p.pgx.actions.retain(|rule| rule.rxnorm != "32968")),
    ("key-genes", |p| p.pgx.actions[0].key[0].0 = "TPMT".into()),
    ("key-unreachable", |p| p.pgx.actions[0].key[0].1.push("Fast Function".into())),
    ("actions-not-total", |p| {
        p.pgx.actions.remove(0);
    }),
    ("actions-not-total", |p| {
        // Thiopurines must answer when only one of the two genes was tested.
        let of_cpic = |rule: &&mut ActionRule| rule.rxnorm == "1256" && rule.source == "CPIC";
        for rule in p.pgx.actions.iter_mut().filter(of_cpic) {
            rule.key[1].1.retain(|value| *value != KeyValue::NoResult);
        }
    }),
    ("actions-overlap", |p| {
        let mut copy = p.pgx.actions[0].clone();
        copy.id.push('2');
        p.pgx.actions.push(copy);
    }),
    ("strength", |p| p.pgx.actions[0].strength = Strength::None),
    ("strength", |p| p.pgx.actions[0].action = Action::NoRecommendation),
    ("percent", |p| p.pgx.actions[0].action = Action::Reduce { percent: Some((50, 100)) }),
    ("alternative", |p| {
        let own = p.pgx.actions[0].rxnorm.clone();
        p.pgx.actions[0].alternatives.push((own, "same".into()));
    }),
    ("citation", |p| p.pgx.actions[0].citation.pmid = Some("PMID 1".into())),
    ("citation", |p| p.pgx.alerts[0].citation.url = "example.org".into()),
    ("text-long", |p| p.pgx.actions[0].text = format!("A{}.", "b".repeat(239))),
    ("text-long", |p| p.pgx.actions[0].implication = format!("A{}.", "b".repeat(159))),
    ("text-form", |p| p.pgx.actions[0].text = "no capital.".into()),
    ("text-form", |p| p.pgx.alerts[0].text = "No full stop".into()),
    ("text-form", |p| p.pgx.alerts[0].text = "A\ttab.".into()),
];

#[test]
fn each_fault_is_found() {
    let small = Pack::from_files(small()).unwrap();
    assert_eq!(first_error(&lint(&small)), None);
    let all = GENE_FAULTS.iter().chain(SPECIAL_FAULTS).chain(DRUG_FAULTS);
    for (index, (code, fault)) in all.enumerate() {
        let mut pack = small.clone();
        fault(&mut pack);
        let problems = lint(&pack);
        let found = problems.iter().any(|problem| problem.code == *code);
        let errors = || problems.iter().filter(|problem| problem.code != "no-function");
        assert!(found, "fault {index}: no `{code}` in {:?}", errors().collect::<Vec<_>>());
        assert!(first_error(&problems).is_some(), "fault {index}: `{code}` is no error");
    }
}

#[test]
fn text_at_the_limit_is_accepted() {
    let mut pack = Pack::built_in().unwrap();
    pack.pgx.actions[0].text = format!("A{}.", "b".repeat(238));
    pack.pgx.actions[0].implication = format!("A{}.", "b".repeat(158));
    assert_eq!(first_error(&lint(&pack)), None);
}

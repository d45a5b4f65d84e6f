//! Small hand-made genes and genotypes.

use knowledge::pgx::{Allele, Gene, IndelContext, PhenotypeRule, Position, Undocumented};
use model::assay::AbsentPosition;
use model::genotype::{Evidence, GenotypeCall, GenotypeSet};
use model::variant::GenomeBuild;

pub(crate) fn rule(first: &str, second: &str, phenotype: &str) -> PhenotypeRule {
    PhenotypeRule {
        first: first.into(),
        second: second.into(),
        phenotype: phenotype.into(),
        ehr_priority: "none".into(),
    }
}

pub(crate) fn position(at: u64, reference: &str, alternates: &[&str]) -> Position {
    Position {
        position: at,
        reference: reference.into(),
        alternates: alternates.iter().map(|text| (*text).into()).collect(),
        rsid: Some(format!("rs{at}")),
        hgvs: format!("g.{at}"),
        required: false,
        tier1: false,
        indel: None,
    }
}

/// An allele with one base per cell.
pub(crate) fn allele(name: &str, cells: &[(usize, &str)], function: Option<&str>) -> Allele {
    Allele {
        name: name.into(),
        reference: false,
        structural: false,
        core: None,
        cells: cells.iter().map(|(index, base)| (*index, vec![(*base).into()])).collect(),
        function: function.map(Into::into),
        activity: None,
    }
}

pub(crate) fn reference(name: &str, positions: &[Position]) -> Allele {
    let cells: Vec<(usize, &str)> = positions
        .iter()
        .enumerate()
        .map(|(index, position)| (index, position.reference.as_str()))
        .collect();
    Allele { reference: true, ..allele(name, &cells, Some("Normal function")) }
}

fn rules() -> Vec<PhenotypeRule> {
    vec![
        rule("Normal function", "Normal function", "Normal Metabolizer"),
        rule("No function", "Normal function", "Intermediate Metabolizer"),
        rule("No function", "No function", "Poor Metabolizer"),
        rule("Increased function", "Normal function", "Rapid Metabolizer"),
        rule("Increased function", "No function", "Intermediate Metabolizer"),
        rule("Increased function", "Increased function", "Ultrarapid Metabolizer"),
        rule("Unassigned function", "*", "Indeterminate"),
        rule("Uncertain function", "*", "Indeterminate"),
    ]
}

/// A gene of five single-base positions in the manner of TPMT*3: *2 = p0, *3 = p1 + p2 (like *3A),
/// *4 = p1 (like *3B), *5 = p2 (like *3C), *6 = p3 (no function assigned); nothing uses p4's C.
pub(crate) fn snv_gene() -> Gene {
    let positions = vec![
        position(100, "A", &["G"]),
        position(200, "C", &["T"]),
        position(300, "G", &["A"]),
        position(400, "T", &["C", "G"]),
        position(500, "A", &["T"]),
    ];
    let alleles = vec![
        reference("*1", &positions),
        allele("*2", &[(0, "G")], Some("No function")),
        allele("*3", &[(1, "T"), (2, "A")], Some("No function")),
        allele("*4", &[(1, "T")], Some("No function")),
        allele("*5", &[(2, "A")], Some("No function")),
        allele("*6", &[(3, "C")], None),
        allele("*17", &[(4, "T")], Some("Increased function")),
    ];
    gene(positions, alleles)
}

pub(crate) fn gene(positions: Vec<Position>, alleles: Vec<Allele>) -> Gene {
    Gene {
        symbol: "GENE1".into(),
        hgnc: "HGNC:1".into(),
        chromosome: "chr1".into(),
        refseq: "NC_000001.11".into(),
        undocumented: Undocumented::NotCalled,
        positions,
        alleles,
        phenotypes: rules(),
        ..Gene::default()
    }
}

/// One insertion, as TPMT*42 is: `C>CT` before a run of T, and a single base inside the run.
pub(crate) fn indel_gene() -> Gene {
    let context = IndelContext { start: 95, sequence: "GAGGACTTTAGG".into() };
    let mut insertion = position(100, "C", &["CT", "CTT"]);
    insertion.indel = Some(context);
    let positions = vec![insertion, position(110, "A", &["G"])];
    let alleles = vec![
        reference("*1", &positions),
        allele("*2", &[(0, "CT")], Some("No function")),
        allele("*3", &[(0, "CTT")], Some("Increased function")),
        allele("*4", &[(1, "G")], Some("No function")),
    ];
    gene(positions, alleles)
}

/// A record in VCF words: `100 A G 0/1`, with `|` phased, `|:7` phase set 7.
pub(crate) fn record(text: &str) -> GenotypeCall {
    let mut words = text.split(' ');
    let mut word = || words.next().unwrap();
    let position = word().parse().unwrap();
    let (reference, alternates, genotype) = (word(), word(), word());
    let (genotype, phase_set) = match genotype.split_once(':') {
        Some((genotype, set)) => (genotype, Some(set.parse().unwrap())),
        None => (genotype, None),
    };
    GenotypeCall {
        chromosome: "chr1".into(),
        position,
        reference: reference.into(),
        alternates: if alternates == "." {
            Vec::new()
        } else {
            alternates.split(',').map(Into::into).collect()
        },
        alleles: genotype.split(['/', '|']).map(|allele| allele.parse().ok()).collect(),
        phased: genotype.contains('|'),
        phase_set,
        evidence: Evidence::Called,
        genotype_quality: None,
        depth: None,
        line: 1,
    }
}

pub(crate) fn block(start: u64, end: u64) -> GenotypeCall {
    let evidence = Evidence::ReferenceBlock { end };
    GenotypeCall { evidence, ..record(&format!("{start} N <*> 0/0")) }
}

pub(crate) fn filtered(text: &str) -> GenotypeCall {
    GenotypeCall {
        evidence: Evidence::Filtered { filter: "q10".into(), end: None },
        ..record(text)
    }
}

pub(crate) fn set(calls: Vec<GenotypeCall>) -> GenotypeSet {
    GenotypeSet {
        build: GenomeBuild::GRCh38,
        build_proof: "by hand".into(),
        sample: "S".into(),
        absent_position: AbsentPosition::NotTested,
        calls,
    }
}

/// All positions reference, but for the records given.
pub(crate) fn others_reference(gene: &Gene, records: &[&str]) -> GenotypeSet {
    let mut calls: Vec<GenotypeCall> = records.iter().map(|text| record(text)).collect();
    for position in &gene.positions {
        if !calls.iter().any(|call| call.position == position.position) {
            let alternates = position.alternates.join(",");
            let text = format!("{} {} {alternates} 0/0", position.position, position.reference);
            calls.push(record(&text));
        }
    }
    calls.sort_by_key(|call| call.position);
    set(calls)
}

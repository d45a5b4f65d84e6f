//! Genes cut down to a few positions.

use knowledge::pgx::{Allele, Fallback, Gene, PhenotypeRule, Position, Undocumented};

const NO: &str = "No function";
const NORMAL: &str = "Normal function";
const INCREASED: &str = "Increased function";

/// CYP2C19 with `*1`, `*2`, `*3` and `*17`.
pub fn cyp2c19() -> Gene {
    Gene {
        symbol: "CYP2C19".into(),
        hgnc: super::hgnc("CYP2C19").into(),
        chromosome: "chr10".into(),
        refseq: "NC_000010.11".into(),
        undocumented: Undocumented::NotCalled,
        positions: vec![
            snv(94_761_900, "C", "T", "rs12248560"),
            snv(94_780_653, "G", "A", "rs4986893"),
            snv(94_781_859, "G", "A", "rs4244285"),
        ],
        alleles: vec![
            allele("*1", true, &[(0, "C"), (1, "G"), (2, "G")], NORMAL),
            allele("*2", false, &[(2, "A")], NO),
            allele("*3", false, &[(1, "A")], NO),
            allele("*17", false, &[(0, "T")], INCREASED),
        ],
        phenotypes: vec![
            rule(NO, NO, "Poor Metabolizer", true),
            rule(NO, NORMAL, "Intermediate Metabolizer", true),
            rule(NO, INCREASED, "Intermediate Metabolizer", true),
            rule(NORMAL, NORMAL, "Normal Metabolizer", false),
            rule(INCREASED, NORMAL, "Rapid Metabolizer", true),
            rule(INCREASED, INCREASED, "Ultrarapid Metabolizer", true),
            rule("*", "*", "Indeterminate", false),
        ],
        ..Gene::default()
    }
}

/// SLCO1B1 with `*1`, `*5`, `*15` and `*37`, and rs4149056 to fall back on.
pub fn slco1b1() -> Gene {
    Gene {
        symbol: "SLCO1B1".into(),
        hgnc: super::hgnc("SLCO1B1").into(),
        chromosome: "chr12".into(),
        refseq: "NC_000012.12".into(),
        undocumented: Undocumented::NotCalled,
        positions: vec![
            snv(21_176_804, "A", "G", "rs2306283"),
            snv(21_178_615, "T", "C", "rs4149056"),
        ],
        alleles: vec![
            allele("*1", true, &[(0, "A"), (1, "T")], NORMAL),
            allele("*5", false, &[(1, "C")], NO),
            allele("*15", false, &[(0, "G"), (1, "C")], NO),
            allele("*37", false, &[(0, "G")], NORMAL),
        ],
        phenotypes: vec![
            rule(NO, NO, "Poor Function", true),
            rule(NO, NORMAL, "Decreased Function", true),
            rule(NORMAL, NORMAL, "Normal Function", false),
            rule("*", "*", "Indeterminate", false),
        ],
        fallback: Some(Fallback {
            position: 1,
            functions: vec![("T".into(), NORMAL.into()), ("C".into(), NO.into())],
        }),
        ..Gene::default()
    }
}

/// TPMT with `*1`, `*2`, `*3A`, `*3B` and `*3C`.
pub fn tpmt() -> Gene {
    Gene {
        symbol: "TPMT".into(),
        hgnc: super::hgnc("TPMT").into(),
        chromosome: "chr6".into(),
        refseq: "NC_000006.12".into(),
        undocumented: Undocumented::ReferenceWithNote,
        positions: vec![
            snv(18_130_687, "T", "C", "rs1142345"),
            snv(18_138_997, "C", "T", "rs1800460"),
            snv(18_143_724, "C", "G", "rs1800462"),
        ],
        alleles: vec![
            allele("*1", true, &[(0, "T"), (1, "C"), (2, "C")], NORMAL),
            allele("*2", false, &[(2, "G")], NO),
            allele("*3A", false, &[(0, "C"), (1, "T")], NO),
            allele("*3B", false, &[(1, "T")], NO),
            allele("*3C", false, &[(0, "C")], NO),
        ],
        phenotypes: vec![
            rule(NO, NO, "Poor Metabolizer", true),
            rule(NO, NORMAL, "Intermediate Metabolizer", true),
            rule(NORMAL, NORMAL, "Normal Metabolizer", false),
            rule("*", "*", "Indeterminate", false),
        ],
        ..Gene::default()
    }
}

fn snv(position: u64, reference: &str, alternate: &str, rsid: &str) -> Position {
    Position {
        position,
        reference: reference.into(),
        alternates: vec![alternate.into()],
        rsid: Some(rsid.into()),
        hgvs: format!("g.{position}{reference}>{alternate}"),
        required: false,
        tier1: true,
        indel: None,
    }
}

fn allele(name: &str, reference: bool, cells: &[(usize, &str)], function: &str) -> Allele {
    Allele {
        name: name.into(),
        reference,
        structural: false,
        core: None,
        cells: cells.iter().map(|(place, base)| (*place, vec![(*base).to_owned()])).collect(),
        function: Some(function.into()),
        activity: None,
    }
}

fn rule(first: &str, second: &str, phenotype: &str, high_risk: bool) -> PhenotypeRule {
    let ehr_priority = match (phenotype, high_risk) {
        ("Indeterminate", _) => "none",
        (_, true) => "Abnormal/Priority/High Risk",
        (_, false) => "Normal/Routine/Low Risk",
    };
    PhenotypeRule {
        first: first.into(),
        second: second.into(),
        phenotype: phenotype.into(),
        ehr_priority: ehr_priority.into(),
    }
}

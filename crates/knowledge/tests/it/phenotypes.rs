//! The function-pair rules against every diplotype row of the phenotype tables.

use crate::shared::upstream_files;
use knowledge::Pack;
use knowledge::pgx::{Allele, Gene, SINGLE};
use serde_json::Value;

/// Number of diplotype rows of each gene that has any.
const ROWS: [(&str, usize); 20] = [
    ("ABCG2", 3),
    ("CACNA1S", 6),
    ("CFTR", 5460),
    ("CYP2B6", 1176),
    ("CYP2C19", 666),
    ("CYP2C9", 2850),
    ("CYP2D6", 15051),
    ("CYP3A4", 78),
    ("CYP3A5", 21),
    ("DPYD", 3570),
    ("G6PD", 17765),
    ("MT-RNR1", 25),
    ("NAT2", 1431),
    ("NUDT15", 45),
    ("RYR1", 1225),
    ("SLCO1B1", 741),
    ("TPMT", 946),
    ("UGT1A1", 45),
    ("VKORC1", 3),
    ("IFNL3", 0),
];

#[test]
fn the_rules_give_every_row_of_the_phenotype_tables() {
    let Some(files) = upstream_files() else { return };
    let pgx = Pack::built_in().unwrap().pgx;
    let mut found: Vec<(String, usize)> = Vec::new();
    for (path, json) in &files {
        let table: Value = serde_json::from_slice(json).unwrap();
        let (Some(symbol), Some(rows)) = (table["gene"].as_str(), table["diplotypes"].as_array())
        else {
            continue;
        };
        let gene = pgx.gene(symbol).unwrap();
        // The exemptions leave one allele out.
        let ignored = |row: &&Value| {
            let name = "Mediterranean Haplotype";
            row["diplotypekey"].as_object().unwrap().contains_key(name)
        };
        for row in rows.iter().filter(|row| !ignored(row)) {
            let expected = row["phenotype"].as_str().or(row["generesult"].as_str()).unwrap();
            let phenotype = phenotype_of(gene, row["diplotypekey"].as_object().unwrap());
            assert_eq!(phenotype.as_deref(), Some(expected), "{path} {}", row["diplotype"]);
        }
        found.push((symbol.to_owned(), rows.len()));
    }
    found.sort();
    let mut expected: Vec<(String, usize)> =
        ROWS.iter().map(|(gene, rows)| ((*gene).to_owned(), *rows)).collect();
    expected.sort();
    assert_eq!(found, expected);
}

/// The phenotype of alleles with their counts, in either order.
fn phenotype_of(gene: &Gene, key: &serde_json::Map<String, Value>) -> Option<String> {
    let alleles: Vec<&Allele> = key
        .iter()
        .flat_map(|(name, count)| {
            let times = usize::try_from(count.as_u64().unwrap()).unwrap();
            std::iter::repeat_n(gene.allele(name).unwrap(), times)
        })
        .collect();
    if gene.has_scores() {
        let sum = alleles[0].activity.zip(alleles[1].activity).map(|(a, b)| a.plus(b));
        return match sum {
            Some(score) => gene.score_rule(score).map(|rule| rule.phenotype.clone()),
            None => gene.phenotype_rule(None, None).map(|rule| rule.phenotype.clone()),
        };
    }
    let first = alleles[0].function.as_deref();
    let second = alleles.get(1).map_or(Some(SINGLE), |allele| allele.function.as_deref());
    let rule = gene.phenotype_rule(first, second);
    assert_eq!(gene.phenotype_rule(second, first), rule, "the order of a pair means nothing");
    rule.map(|rule| rule.phenotype.clone())
}

/// Diplotypes any textbook names, so that the rules are tested without the upstream files.
#[test]
fn well_known_diplotypes_have_their_phenotypes() {
    let pgx = Pack::built_in().unwrap().pgx;
    for (gene, first, second, phenotype) in [
        // CPIC clopidogrel guideline 2022, table 1 (PMID 35034351).
        ("CYP2C19", "*1", "*1", "Normal Metabolizer"),
        ("CYP2C19", "*38", "*1", "Normal Metabolizer"),
        ("CYP2C19", "*1", "*17", "Rapid Metabolizer"),
        ("CYP2C19", "*17", "*17", "Ultrarapid Metabolizer"),
        ("CYP2C19", "*2", "*17", "Intermediate Metabolizer"),
        ("CYP2C19", "*2", "*3", "Poor Metabolizer"),
        ("CYP2C19", "*36", "*2", "Poor Metabolizer"),
        ("CYP2C19", "*9", "*1", "Likely Intermediate Metabolizer"),
        ("CYP2C19", "*1", "*40", "Indeterminate"),
        // CPIC statin guideline 2022, table 1 (PMID 35152405).
        ("SLCO1B1", "*1", "*37", "Normal Function"),
        ("SLCO1B1", "*1", "*5", "Decreased Function"),
        ("SLCO1B1", "*15", "*5", "Poor Function"),
        ("SLCO1B1", "*45", "*45.001", "Poor Function"),
        ("SLCO1B1", "*14", "*20", "Increased Function"),
        ("SLCO1B1", "*5", "*58", "Possible Decreased Function"),
        // CPIC thiopurine guideline 2018, table 1 (PMID 30447069).
        ("TPMT", "*1", "*3A", "Intermediate Metabolizer"),
        ("TPMT", "*3A", "*3C", "Poor Metabolizer"),
        ("TPMT", "*1", "*44", "Indeterminate"),
        ("NUDT15", "*2", "*3", "Poor Metabolizer"),
        ("NUDT15", "*3", "*20", "Possible Intermediate Metabolizer"),
    ] {
        let gene = pgx.gene(gene).unwrap();
        let function = |name: &str| gene.allele(name).unwrap().function.as_deref();
        let rule = gene.phenotype_rule(function(first), function(second)).unwrap();
        assert_eq!(rule.phenotype, phenotype, "{} {first}/{second}", gene.symbol);
    }
}

//! The function-pair rules against every diplotype row of the phenotype tables.

use crate::shared::{GENES, upstream};
use knowledge::Pack;
use serde_json::Value;

#[test]
fn the_rules_give_every_row_of_the_phenotype_tables() {
    let Some(upstream) = upstream() else { return };
    let pgx = Pack::built_in().unwrap().pgx;
    for (gene, rows_expected) in GENES.into_iter().zip([666, 45, 741, 946]) {
        let json = std::fs::read(upstream.join(format!("phenotypes/{gene}.json"))).unwrap();
        let table: Value = serde_json::from_slice(&json).unwrap();
        let gene = pgx.gene(gene).unwrap();
        let rows = table["diplotypes"].as_array().unwrap();
        for row in rows {
            let alleles = row["diplotypekey"].as_object().unwrap().iter();
            let functions: Vec<Option<&str>> = alleles
                .flat_map(|(name, count)| {
                    let allele = gene.allele(name).unwrap();
                    let times = usize::try_from(count.as_u64().unwrap()).unwrap();
                    std::iter::repeat_n(allele.function.as_deref(), times)
                })
                .collect();
            let rule = gene.phenotype_rule(functions[0], functions[1]).unwrap();
            assert_eq!(row["phenotype"], *rule.phenotype, "{} {}", gene.symbol, row["diplotype"]);
            let turned = gene.phenotype_rule(functions[1], functions[0]);
            assert_eq!(turned, Some(rule), "the order of a pair means nothing");
        }
        assert_eq!(rows.len(), rows_expected, "{}", gene.symbol);
    }
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
